// What the tables say of calls that are held, transferred, forwarded, dialled, recorded and met in
// conferences.
#include <gtest/gtest.h>

#include "base/json.h"
#include "core/engine/event_json.h"
#include "store/store.h"
#include "store/test_support.h"

namespace seatline::store {
namespace {

using namespace core;
using test::kNoon;
using test::TempFolder;

constexpr TenantId kTenant{1};

/// A journal and its database, and a clock: every event is a second after the one before.
struct Story {
    explicit Story(std::string folder_path) : folder(std::move(folder_path)) { open(); }

    void open() {
        auto j = Journal::open(folder);
        ASSERT_TRUE(j.has_value()) << j.error().text();
        journal = std::move(*j);
        Directory directory;
        Tenant tenant;
        tenant.id = kTenant;
        tenant.recordings_kept_days = 30;
        directory.tenants = {tenant};
        tenant.id = TenantId{2};
        tenant.recordings_kept_days = 0;
        directory.tenants.push_back(tenant);
        auto d = Database::open(folder, *journal, directory);
        ASSERT_TRUE(d.has_value()) << d.error().text();
        database = std::move(*d);
    }
    void close() {
        database.reset();
        journal.reset();
    }
    void add(EventBody body, TenantId tenant = kTenant) {
        std::vector<Event> events{test::event(tenant, now, std::move(body))};
        now += 1s;
        ASSERT_TRUE(journal->append(events).has_value());
        database->apply(std::move(events));
    }
    void settle() { database->wait_applied(journal->last_seq()); }
    CallRecord call(CallId id) {
        const auto found = database->call(kTenant, id);
        EXPECT_TRUE(found.has_value());
        return found.value_or(CallRecord{});
    }
    /// The tables, after making sure that a restart and a rebuild give the same.
    void expect_same_after_rebuild() {
        close();
        const std::string live = test::dump(folder);
        open();
        close();
        EXPECT_EQ(test::dump(folder), live) << "after a restart";
        for (const char* end : {"", "-wal", "-shm"})
            std::filesystem::remove(folder + "/seatline.sqlite" + end);
        open();
        close();
        EXPECT_EQ(test::dump(folder), live) << "after a rebuild";
        open();
    }

    const std::string folder;
    std::unique_ptr<Journal> journal;
    std::unique_ptr<Database> database;
    Instant now = kNoon;
};

CallArrived inbound(CallId call, LegId leg) {
    return {call, leg, TrunkId{1}, "13800001234", "4008001000", "x"};
}

TEST(call_control, the_time_line_says_who_was_where_and_hold_is_the_customers) {
    const TempFolder folder;
    Story s(folder.path);
    const CallId call{1};
    const LegId caller{1};
    const LegId first{2};
    const LegId second{4};
    auto arrived = inbound(call, caller);
    arrived.diverted_from = "4001112222";
    s.add(arrived);                                  // 0 s
    s.add(LegPlaced{call, caller, LegPlace::flow});  // 1
    s.add(TalkStarted{call, AgentId{1}, first});     // 2
    s.add(LegPlaced{call, caller, LegPlace::talk});  // 3
    s.add(LegPlaced{call, caller, LegPlace::held});  // 4
    s.add(PartyDialed{call, second, LegKind::agent, AgentId{2}, {}, "", DialPurpose::consult});
    s.add(PartyAlerted{call, second});                       // 6
    s.add(DialEnded{call, second, OfferOutcome::answered});  // 7
    s.add(LegPlaced{call, second, LegPlace::aside});         // 8
    s.add(LegPlaced{call, second, LegPlace::talk});          // 9
    s.add(LegPlaced{call, caller, LegPlace::talk});          // 10
    s.add(CallTransferred{call, AgentId{1}, TransferKind::attended, {TargetKind::agent, 2, ""}});
    s.add(TalkStarted{call, AgentId{2}, second});                   // 12
    s.add(LegFinished{call, caller, LegKind::caller, 200, "BYE"});  // 13
    s.add(CallEnded{call, Party::caller, EndCause::normal});        // 14
    s.add(LegFinished{call, second, LegKind::agent, 200, ""});      // 15
    s.settle();
    const auto check = [&] {
        const CallRecord r = s.call(call);
        EXPECT_EQ(r.result, CallResult::answered);
        EXPECT_EQ(r.diverted_from, "4001112222");
        EXPECT_EQ(r.transfers, 1u);
        EXPECT_EQ(r.agent, AgentId{2});
        EXPECT_EQ(r.talk_started_at, kNoon + 2s);
        EXPECT_EQ(r.talk_ms, 12s);
        EXPECT_EQ(r.hold_ms, 6s);
        ASSERT_EQ(r.legs.size(), 2u);
        EXPECT_EQ(r.legs[0].talk_ms, 4s);  // 3-4 and 10-13
        EXPECT_EQ(r.legs[0].held_ms, 6s);
        EXPECT_EQ(r.legs[1].purpose, DialPurpose::consult);
        EXPECT_EQ(r.legs[1].agent, AgentId{2});
        EXPECT_EQ(r.legs[1].ringing_at, kNoon + 6s);
        EXPECT_EQ(r.legs[1].outcome, OfferOutcome::answered);
        EXPECT_EQ(r.legs[1].talk_ms, 7s);  // aside from 8, talk to 15
        ASSERT_EQ(r.time_line.size(), 6u);
        for (const PlaceRecord& stay : r.time_line) EXPECT_TRUE(stay.to.has_value());
        EXPECT_EQ(r.time_line[2].place, LegPlace::held);
        EXPECT_EQ(r.time_line[2].to, kNoon + 10s);
    };
    check();
    s.expect_same_after_rebuild();
    check();
    CallQuery query;
    query.tenant = kTenant;
    const auto listed = s.database->calls(query)->calls.at(0);
    EXPECT_EQ(listed.hold_ms, 6s);
    EXPECT_EQ(listed.transfers, 1u);
    EXPECT_TRUE(listed.time_line.empty());
}

TEST(call_control, each_stay_counts_in_its_own_queue) {
    const TempFolder folder;
    Story s(folder.path);
    const CallId call{1};
    s.add(inbound(call, LegId{1}));
    s.add(CallQueued{call, QueueId{1}});
    s.add(CallLeftQueue{call, QueueId{1}, QueueOutcome::answered, 3000ms, true});
    s.add(TalkStarted{call, AgentId{1}, LegId{2}});
    s.add(CallTransferred{call, AgentId{1}, TransferKind::blind, {TargetKind::queue, 2, ""}});
    s.add(CallQueued{call, QueueId{2}});
    s.add(CallQueued{call, QueueId{3}});  // the flow moved on without a word of queue 2
    s.add(CallLeftQueue{call, QueueId{3}, QueueOutcome::abandoned, 4000ms, false});
    s.add(CallEnded{call, Party::caller, EndCause::abandoned});
    s.settle();
    const CallRecord r = s.call(call);
    EXPECT_EQ(r.queue, QueueId{3});
    EXPECT_EQ(r.wait_ms, 7s);
    EXPECT_EQ(r.result, CallResult::answered);
    const auto sums = [&](std::uint64_t queue) {
        return s.database->queue_counters(kTenant, QueueId{queue}, kNoon, kNoon + 1h);
    };
    EXPECT_EQ(sums(1).answered, 1u);
    EXPECT_EQ(sums(1).wait_ms, 3000u);
    EXPECT_EQ(sums(2).left_otherwise, 1u);
    EXPECT_EQ(sums(3).abandoned, 1u);
    for (const std::uint64_t queue : {1u, 2u, 3u}) {
        const auto q = sums(queue);
        EXPECT_EQ(q.offered, 1u) << queue;
        EXPECT_EQ(q.offered, q.answered + q.abandoned + q.left_otherwise) << queue;
    }
    s.expect_same_after_rebuild();
}

CallRecord outgoing(Story& s, CallId call, EndCause cause, bool talks) {
    CallArrived arrived{call, LegId{call.value * 10}, {}, "4008001000", "13900000000", "y"};
    arrived.direction = CallDirection::outbound;
    arrived.agent = AgentId{3};
    s.add(arrived);
    const LegId lost{call.value * 10 + 2};
    const LegId out{call.value * 10 + 4};
    const auto dial = [&](LegId leg, TrunkId trunk) {
        s.add(
            PartyDialed{call, leg, LegKind::outside, {}, trunk, "13900000000", DialPurpose::call});
    };
    dial(lost, TrunkId{1});
    s.add(DialEnded{call, lost, OfferOutcome::unreachable});
    dial(out, TrunkId{2});
    s.add(LegPlaced{call, out, LegPlace::ringing});
    if (talks) {
        s.add(DialEnded{call, out, OfferOutcome::answered});
        s.add(TalkStarted{call, AgentId{3}, out});
        s.add(LegPlaced{call, out, LegPlace::held});
        s.add(LegPlaced{call, out, LegPlace::talk});
    }
    s.add(LegFinished{call, out, LegKind::outside, 486, ""});
    s.add(CallEnded{call, Party::outside, cause});
    s.settle();
    return s.call(call);
}

TEST(call_control, an_outgoing_call_is_answered_or_no_answer) {
    const TempFolder folder;
    Story s(folder.path);
    const CallRecord talked = outgoing(s, CallId{1}, EndCause::normal, true);
    EXPECT_EQ(talked.result, CallResult::answered);
    EXPECT_EQ(talked.direction, CallDirection::outbound);
    EXPECT_EQ(talked.agent, AgentId{3});
    EXPECT_EQ(talked.trunk, TrunkId{2}) << "the trunk that carried it";
    EXPECT_EQ(talked.hold_ms, 1s);
    ASSERT_EQ(talked.legs.size(), 3u);
    EXPECT_EQ(talked.legs[0].kind, LegKind::agent);
    EXPECT_EQ(talked.legs[2].number, "13900000000");
    EXPECT_EQ(talked.legs[2].trunk, TrunkId{2});
    std::uint64_t id = 2;
    for (const EndCause cause : {EndCause::no_answer, EndCause::busy, EndCause::rejected,
                                 EndCause::unreachable, EndCause::no_route, EndCause::normal}) {
        const CallRecord r = outgoing(s, CallId{id++}, cause, false);
        EXPECT_EQ(r.result, CallResult::no_answer) << enum_name(cause);
        EXPECT_EQ(r.agent, AgentId{3}) << "the agent's list has it";
    }
    s.add(inbound(CallId{id}, LegId{999}));
    s.settle();
    CallQuery query;
    query.tenant = kTenant;
    query.direction = CallDirection::outbound;
    query.limit = 4;
    auto page = s.database->calls(query);
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(page->calls.size(), 4u);
    query.before = page->next;
    EXPECT_EQ(s.database->calls(query)->calls.size(), 3u);
    query.before.reset();
    query.direction = CallDirection::inbound;
    ASSERT_EQ(s.database->calls(query)->calls.size(), 1u);
    EXPECT_EQ(s.database->calls(query)->calls[0].call, CallId{id});
    query.direction = CallDirection::internal;
    EXPECT_TRUE(s.database->calls(query)->calls.empty());
    s.expect_same_after_rebuild();
}

TEST(call_control, a_mailbox_keeps_what_is_not_deleted) {
    const TempFolder folder;
    Story s(folder.path);
    const MailboxId box{7};
    for (const std::uint64_t id : {1u, 2u, 3u}) {
        s.add(inbound(CallId{id}, LegId{id}));
        if (id == 3) s.add(CallEnded{CallId{id}, Party::caller, EndCause::voicemail});
        s.add(VoicemailLeft{CallId{id}, MessageId{100 + id}, box, "138", "v.wav", 5000ms});
        if (id != 3) s.add(CallEnded{CallId{id}, Party::caller, EndCause::voicemail});
    }
    s.add(inbound(CallId{4}, LegId{4}));
    s.add(CallEnded{CallId{4}, Party::caller, EndCause::voicemail});
    s.add(VoicemailHeard{MessageId{101}, box, AgentId{1}});
    s.add(VoicemailHeard{MessageId{101}, box, AgentId{2}});
    s.add(VoicemailDeleted{MessageId{102}, box, AgentId{1}});
    s.add(VoicemailDeleted{MessageId{102}, box, AgentId{1}});
    s.add(VoicemailHeard{MessageId{999}, box, AgentId{1}});
    const auto check = [&] {
        EXPECT_EQ(s.call(CallId{1}).result, CallResult::voicemail);
        EXPECT_EQ(s.call(CallId{3}).result, CallResult::voicemail) << "told after the end";
        EXPECT_EQ(s.call(CallId{4}).result, CallResult::left_in_ivr) << "left nothing";
        const auto all = s.database->voicemails(kTenant, box, {}, 10);
        ASSERT_EQ(all.size(), 2u);
        EXPECT_EQ(all[0].message, MessageId{103});
        EXPECT_EQ(all[1].heard_by, AgentId{1});
        EXPECT_EQ(s.database->voicemails(kTenant, box, {}, 1).size(), 1u);
        const auto older = s.database->voicemails(kTenant, box, MessageId{103}, 10);
        ASSERT_EQ(older.size(), 1u);
        EXPECT_EQ(older[0].message, MessageId{101});
        EXPECT_EQ(s.database->messages_waiting(kTenant, box).unheard, 1u);
        EXPECT_EQ(s.database->messages_waiting(kTenant, box).heard, 1u);
        EXPECT_EQ(s.database->messages_waiting(TenantId{2}, box).unheard, 0u);
        EXPECT_TRUE(s.database->voicemail(kTenant, box, MessageId{101}).has_value());
        EXPECT_FALSE(s.database->voicemail(kTenant, box, MessageId{102}).has_value());
        EXPECT_FALSE(s.database->voicemail(TenantId{2}, box, MessageId{101}).has_value());
        EXPECT_EQ(s.database->open_state().voicemails.size(), 2u);
    };
    s.settle();
    check();
    s.expect_same_after_rebuild();
    check();
}

TEST(call_control, a_conference_and_its_members_know_each_other) {
    const TempFolder folder;
    Story s(folder.path);
    const CallId room{1};
    CallArrived opened{room, {}, {}, "", "8800", ""};
    opened.direction = CallDirection::conference;
    s.add(opened);
    s.add(inbound(CallId{2}, LegId{21}));
    s.add(ConferenceJoined{room, ConferenceId{5}, CallId{2}, LegId{21}, "138", true});
    s.add(ConferenceChanged{room, CallId{2}, ConferenceChange::muted, {}});
    s.add(ConferenceLeft{room, CallId{2}, LegId{21}});
    s.add(CallEnded{CallId{2}, Party::caller, EndCause::normal});
    s.add(CallEnded{room, Party::system, EndCause::conference_ended});
    const auto check = [&] {
        const CallRecord member = s.call(CallId{2});
        EXPECT_EQ(member.conference, room);
        EXPECT_EQ(member.result, CallResult::conference);
        const CallRecord conference = s.call(room);
        EXPECT_EQ(conference.direction, CallDirection::conference);
        EXPECT_EQ(conference.result, CallResult::conference);
        ASSERT_EQ(conference.legs.size(), 1u);
        EXPECT_EQ(conference.legs[0].leg, LegId{21});
        EXPECT_EQ(conference.legs[0].number, "138");
        EXPECT_EQ(conference.legs[0].talk_ms, 2s);
        EXPECT_EQ(s.database->call_events(kTenant, room).size(), 5u);
        EXPECT_EQ(s.database->call_events(kTenant, CallId{2}).size(), 5u);
    };
    s.settle();
    check();
    s.expect_same_after_rebuild();
    check();
}

TEST(call_control, a_recording_from_its_beginning_to_its_deletion) {
    const TempFolder folder;
    Story s(folder.path);
    const CallId call{1};
    const RecordingId id{50};
    const auto finish = [&](RecordingId which, const char* path) {
        s.add(RecordingFinished{call, path, 9000ms, 288'044, "", which, RecordingKind::call});
    };
    s.add(inbound(call, LegId{1}));
    s.add(RecordingStarted{call, "recordings/1.wav", id, RecordingKind::call});
    s.add(RecordingPaused{call, id, AgentId{1}});
    s.add(RecordingResumed{call, id, AgentId{1}});
    s.add(RecordingPaused{call, id, {}});
    EXPECT_TRUE(s.database->unarchived_recordings({}, 10).empty());
    finish(id, "recordings/1.wav");
    s.add(CallEnded{call, Party::caller, EndCause::normal});
    s.settle();
    ASSERT_EQ(s.database->unarchived_recordings({}, 10).size(), 1u);
    EXPECT_TRUE(s.database->unarchived_recordings({kTenant, id}, 10).empty());
    auto one = s.database->recording(kTenant, id);
    ASSERT_TRUE(one.has_value());
    EXPECT_EQ(one->path, "recordings/1.wav");
    EXPECT_EQ(one->record.codec, "pcm");
    ASSERT_EQ(one->record.pauses.size(), 2u);
    EXPECT_EQ(one->record.pauses[0].to, kNoon + 3s);
    EXPECT_EQ(one->record.pauses[1].to, kNoon + 5s) << "the end of the recording ends it";
    EXPECT_TRUE(s.call(call).has_recording);
    s.add(RecordingStored{call, id, "recordings/1.opus", 27'000, "opus", true});
    s.settle();
    EXPECT_EQ(s.call(call).recordings.at(0).codec, "opus");
    EXPECT_EQ(s.database->recording_path(kTenant, call), "recordings/1.opus");
    EXPECT_TRUE(s.database->unarchived_recordings({}, 10).empty());
    ASSERT_EQ(s.database->last_archived(10).size(), 1u);
    finish(id, "recordings/1.wav");  // doubled: the archive's path stays
    s.settle();
    EXPECT_EQ(s.database->recording_path(kTenant, call), "recordings/1.opus");
    EXPECT_TRUE(s.database->expired_recordings(kNoon + 29 * 24h, 10).empty());
    ASSERT_EQ(s.database->expired_recordings(kNoon + 31 * 24h, 10).size(), 1u);
    s.now = kNoon + 31 * 24h;
    s.add(RecordingDeleted{call, id, "recordings/1.opus", "retention 30 days", ""});
    s.settle();
    const auto check = [&] {
        EXPECT_TRUE(s.database->expired_recordings(kNoon + 60 * 24h, 10).empty());
        EXPECT_EQ(s.database->recording_path(kTenant, call), "");
        EXPECT_FALSE(s.call(call).has_recording);
        ASSERT_EQ(s.database->recordings(kTenant, call).size(), 1u);
        EXPECT_EQ(s.database->recordings(kTenant, call)[0].record.deleted_at, kNoon + 31 * 24h);
        const auto log = s.database->deletions(kTenant, kNoon, kNoon + 90 * 24h, 0, 10);
        ASSERT_EQ(log.size(), 1u);
        EXPECT_EQ(log[0].path, "recordings/1.opus");
        EXPECT_EQ(log[0].reason, "retention 30 days");
        EXPECT_TRUE(s.database->deletions(kTenant, kNoon, kNoon + 30 * 24h, 0, 10).empty());
        EXPECT_TRUE(s.database->deletions(TenantId{2}, kNoon, kNoon + 90 * 24h, 0, 10).empty());
        EXPECT_FALSE(s.database->recording(TenantId{2}, id).has_value());
    };
    check();
    s.expect_same_after_rebuild();
    check();
}

TEST(call_control, the_deletion_log_comes_in_pages) {
    const TempFolder folder;
    Story s(folder.path);
    for (std::uint64_t i = 1; i <= 25; ++i)
        s.add(RecordingDeleted{CallId{i}, RecordingId{i}, "p", "request", "li"});
    s.settle();
    std::vector<std::uint64_t> seen;
    for (std::uint64_t after = 0;;) {
        const auto page = s.database->deletions(kTenant, kNoon + 2s, kNoon + 1h, after, 10);
        if (page.empty()) break;
        EXPECT_LE(page.size(), 10u);
        for (const auto& line : page) seen.push_back(line.recording.value);
        after = page.back().seq;
    }
    ASSERT_EQ(seen.size(), 23u);
    for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], i + 3);
}

TEST(call_control, what_a_tenant_keeps_for_ever_never_expires_and_voicemail_neither) {
    const TempFolder folder;
    Story s(folder.path);
    s.add(inbound(CallId{1}, LegId{1}), TenantId{2});
    s.add(RecordingFinished{CallId{1}, "a", 1000ms, 9, "", RecordingId{1}, RecordingKind::call},
          TenantId{2});
    s.add(inbound(CallId{2}, LegId{1}));
    s.add(
        RecordingFinished{CallId{2}, "b", 1000ms, 9, "", RecordingId{2}, RecordingKind::voicemail});
    s.settle();
    EXPECT_TRUE(s.database->expired_recordings(kNoon + 999 * 24h, 10).empty());
    ASSERT_EQ(s.database->unarchived_recordings({}, 10).size(), 1u);
    EXPECT_FALSE(s.call(CallId{2}).has_recording) << "a message is the mailbox's";
    EXPECT_EQ(s.database->recording_path(kTenant, CallId{2}), "");
}

TEST(call_control, forwards_and_flow_results_outlast_a_restart) {
    const TempFolder folder;
    Story s(folder.path);
    s.add(AgentForwardSet{AgentId{1}, "8002", "", ""});
    s.add(AgentForwardSet{AgentId{1}, "", "voicemail", "13900000000"});
    s.add(inbound(CallId{1}, LegId{1}));
    s.add(SentToFlow{CallId{1}, AgentId{1}, FlowId{2}});
    s.add(FlowReturned{CallId{1}, AgentId{1}, FlowId{2}, {{"card", "****"}, {"choice", "2"}}});
    s.settle();
    s.expect_same_after_rebuild();
    const auto forwards = s.database->open_state().forwards;
    ASSERT_EQ(forwards.size(), 1u);
    EXPECT_EQ(forwards[0].on_busy, "voicemail");
    EXPECT_EQ(forwards[0].always, "");
    const auto results = s.call(CallId{1}).flow_results;
    ASSERT_EQ(results.size(), 2u);
    EXPECT_EQ(results[1].value, "2");
}

/// Lines as journals have them from before calls had directions and recordings numbers.
TEST(call_control, events_of_before_the_new_members_are_read) {
    const char* const kOld[] = {
        R"({"seq":1,"at":"2026-11-22T04:00:00.000000Z","tenant":1,"type":"CallArrived","call":9,)"
        R"("leg":11,"trunk":1,"caller":"138","called":"400","sip_call_id":"z"})",
        R"({"seq":2,"at":"2026-11-22T04:00:05.000000Z","tenant":1,"type":"RecordingStarted",)"
        R"("call":9,"path":"recordings/1/2026-11-22/9.wav"})",
        R"({"seq":3,"at":"2026-11-22T04:00:15.000000Z","tenant":1,"type":"RecordingFinished",)"
        R"("call":9,"path":"recordings/1/2026-11-22/9.wav","length_ms":10000,"octets":320044,)"
        R"("error":""})",
        R"({"seq":4,"at":"2026-11-22T04:00:15.000000Z","tenant":1,"type":"CallEnded","call":9,)"
        R"("by":"caller","cause":"normal"})"};
    const TempFolder folder;
    Story s(folder.path);
    for (const char* line : kOld) {
        auto event = read_event(line);
        ASSERT_TRUE(event.has_value()) << event.error().text();
        s.now = event->at;
        s.add(std::move(event->body));
    }
    s.settle();
    const CallRecord r = s.call(CallId{9});
    EXPECT_EQ(r.direction, CallDirection::inbound);
    EXPECT_EQ(r.agent, std::nullopt);
    ASSERT_EQ(r.recordings.size(), 1u);
    EXPECT_EQ(r.recordings[0].recording, RecordingId{9}) << "takes the call's number";
    EXPECT_EQ(r.recordings[0].length_ms, 10s);
    EXPECT_EQ(s.database->recording_path(kTenant, CallId{9}), "recordings/1/2026-11-22/9.wav");
    s.expect_same_after_rebuild();
}

TEST(call_control, a_database_of_the_first_shape_keeps_its_rows) {
    const TempFolder folder;
    Story s(folder.path);
    auto events = test::busy_day(20);
    ASSERT_TRUE(s.journal->append(events).has_value());
    s.database->apply(std::move(events));
    s.settle();
    s.close();
    const std::string before = test::dump(folder.path);
    {
        Connection c(folder.path + "/seatline.sqlite", Connection::Mode::write, seconds{5});
        c.execute("DROP INDEX calls_by_direction");
        for (const char* column : {"direction", "diverted_from", "hold_ms", "transfers",
                                   "conference", "flow_results", "time_line", "has_voicemail"})
            c.execute(std::string("ALTER TABLE calls DROP COLUMN ") + column);
        for (const char* table : {"recordings", "deletions", "voicemails", "agent_settings"})
            c.execute(std::string("DROP TABLE ") + table);
        c.execute("DELETE FROM migrations WHERE number=2; PRAGMA user_version=1");
    }
    s.open();
    s.close();
    EXPECT_EQ(test::dump(folder.path), before);
}

}  // namespace
}  // namespace seatline::store
