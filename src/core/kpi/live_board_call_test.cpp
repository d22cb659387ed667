// The agent's view of calls that are not simply a queue's, conferences and trunks.
#include <gtest/gtest.h>

#include "core/kpi/live_board.h"

namespace seatline::core {
namespace {

constexpr TenantId kA{1};
constexpr Instant kStart = from_unix_us(1'795'320'000'000'000);

Directory center() {
    Directory d;
    Agent agent;
    for (const std::uint64_t id : {1u, 2u, 3u}) {
        agent.id = AgentId{id};
        agent.tenant = kA;
        agent.number = "800" + std::to_string(id);
        agent.name = "A" + std::to_string(id);
        d.agents.push_back(agent);
    }
    ConferenceRoom room;
    room.id = ConferenceId{5};
    room.tenant = kA;
    room.name = "morning";
    d.conferences = {room};
    Trunk trunk;
    trunk.id = TrunkId{1};
    trunk.name = "carrier";
    d.trunks = {trunk};
    trunk.id = TrunkId{2};
    trunk.tenants = {TenantId{2}};
    d.trunks.push_back(trunk);
    return d;
}

struct Fixture {
    LiveBoard board{center()};
    Instant now = kStart;

    void add(EventBody body) { board.apply({0, now, kA, std::move(body)}); }
    void state(AgentId agent, AgentState to, CallId call = {}) {
        add(AgentStateChanged{agent, board.agent(kA, agent)->state, to, "", call, {}});
    }
    std::optional<AgentCallView> call_of(AgentId agent) { return board.agent(kA, agent)->call; }
    void outgoing(CallId call, AgentId agent) {
        CallArrived arrived{call, LegId{call.value * 10}, {}, "400", "139", "x"};
        arrived.direction = CallDirection::outbound;
        arrived.agent = agent;
        add(arrived);
        state(agent, AgentState::dialing, call);
        add(PartyDialed{call,
                        LegId{call.value * 10 + 2},
                        LegKind::outside,
                        {},
                        TrunkId{1},
                        "139",
                        DialPurpose::call});
    }
};

constexpr AgentId kLi{1};
constexpr AgentId kWang{2};
constexpr AgentId kBoss{3};
constexpr CallId kCall{4};
constexpr LegId kOwn{40};
constexpr LegId kCustomer{42};
constexpr LegId kConsulted{44};

TEST(live_board_call, an_outgoing_call_with_hold_consultation_and_transfer) {
    Fixture f;
    f.outgoing(kCall, kLi);
    auto call = f.call_of(kLi);
    ASSERT_TRUE(call.has_value());
    EXPECT_EQ(f.board.agent(kA, kLi)->state, AgentState::dialing);
    EXPECT_EQ(call->direction, CallDirection::outbound);
    EXPECT_EQ(call->called, "139");
    ASSERT_EQ(call->parties.size(), 2u);
    EXPECT_EQ(call->parties[0].name, "A1");
    EXPECT_EQ(call->parties[1].place, LegPlace::ringing);
    EXPECT_EQ(call->parties[1].number, "139");
    f.now += 5s;
    f.add(DialEnded{kCall, kCustomer, OfferOutcome::answered});
    f.add(LegPlaced{kCall, kCustomer, LegPlace::talk});
    f.add(TalkStarted{kCall, kLi, kOwn});
    f.state(kLi, AgentState::talking, kCall);
    f.now += 10s;
    f.add(LegPlaced{kCall, kCustomer, LegPlace::held});
    f.add(PartyDialed{kCall, kConsulted, LegKind::agent, kWang, {}, "", DialPurpose::consult});
    f.add(LegPlaced{kCall, kOwn, LegPlace::aside});
    f.add(LegPlaced{kCall, kConsulted, LegPlace::aside});
    call = f.call_of(kLi);
    EXPECT_TRUE(call->held);
    EXPECT_TRUE(call->consulting);
    ASSERT_EQ(call->parties.size(), 3u);
    EXPECT_EQ(call->parties[1].since, f.now);
    EXPECT_EQ(call->parties[2].purpose, DialPurpose::consult);
    EXPECT_EQ(f.call_of(kWang)->call, kCall);
    EXPECT_EQ(f.call_of(kWang)->parties.size(), 3u);
    f.now += 10s;
    (void)f.board.take_changes();
    f.add(TalkStarted{kCall, kWang, kConsulted});
    f.add(LegFinished{kCall, kOwn, LegKind::agent, 200, ""});
    EXPECT_EQ(f.board.take_changes().agents.size(), 2u);
    f.state(kLi, AgentState::wrap_up, kCall);
    EXPECT_EQ(f.call_of(kLi)->ended_at, f.now) << "for who left it";
    EXPECT_TRUE(f.call_of(kLi)->parties.empty()) << "what goes on is not for who left it";
    EXPECT_EQ(f.board.agent(kA, kLi)->talk_today_ms, 20'000u);
    EXPECT_EQ(f.call_of(kWang)->parties.size(), 2u);
    f.now += 30s;
    f.add(CallEnded{kCall, Party::outside, EndCause::normal});
    EXPECT_EQ(f.board.agent(kA, kWang)->talk_today_ms, 30'000u);
    EXPECT_EQ(f.board.agent(kA, kWang)->answered_today, 1u);
    f.state(kLi, AgentState::idle);
    EXPECT_FALSE(f.call_of(kLi).has_value());
}

TEST(live_board_call, a_consultation_that_nobody_answers_leaves_no_trace) {
    Fixture f;
    f.outgoing(kCall, kLi);
    f.add(PartyDialed{kCall, kConsulted, LegKind::agent, kWang, {}, "", DialPurpose::consult});
    f.add(DialEnded{kCall, kConsulted, OfferOutcome::no_answer});
    EXPECT_FALSE(f.call_of(kWang).has_value());
    EXPECT_EQ(f.call_of(kLi)->parties.size(), 2u);
}

TEST(live_board_call, who_listens_is_seen_only_by_an_agent_who_is_told) {
    for (const bool told : {false, true}) {
        Fixture f;
        f.outgoing(kCall, kLi);
        f.add(SupervisorActed{kCall, kBoss, kLi, SupervisorAction::listen, told});
        f.add(PartyDialed{
            kCall, kConsulted, LegKind::supervisor, kBoss, {}, "", DialPurpose::supervise});
        f.add(LegPlaced{kCall, kConsulted, LegPlace::listening});
        f.state(kBoss, AgentState::monitoring, kCall);
        EXPECT_EQ(f.board.agent(kA, kBoss)->state, AgentState::monitoring);
        EXPECT_EQ(f.call_of(kLi)->monitored, told);
        EXPECT_EQ(f.call_of(kLi)->parties.size(), told ? 3u : 2u);
        EXPECT_EQ(f.call_of(kBoss)->parties.size(), 3u) << "sees himself";
        f.add(LegPlaced{kCall, kConsulted, LegPlace::talk});
        EXPECT_EQ(f.call_of(kLi)->parties.size(), 3u) << "who speaks is there";
        f.add(LegFinished{kCall, kConsulted, LegKind::supervisor, 200, ""});
        EXPECT_FALSE(f.call_of(kLi)->monitored);
        EXPECT_EQ(f.call_of(kLi)->parties.size(), 2u);
    }
}

TEST(live_board_call, recording_is_on_paused_or_off) {
    Fixture f;
    f.outgoing(kCall, kLi);
    const auto now = [&] { return f.call_of(kLi)->recording; };
    const auto finish = [&](RecordingId id) {
        f.add(RecordingFinished{kCall, "p", {}, 1, "", id, RecordingKind::call});
    };
    EXPECT_EQ(now(), RecordingState::none);
    f.add(RecordingStarted{kCall, "p", RecordingId{1}, RecordingKind::call});
    EXPECT_EQ(now(), RecordingState::on);
    (void)f.board.take_changes();
    f.add(RecordingPaused{kCall, RecordingId{1}, kLi});
    EXPECT_EQ(now(), RecordingState::paused);
    EXPECT_EQ(f.board.take_changes().agents.size(), 1u);
    f.add(RecordingResumed{kCall, RecordingId{1}, kLi});
    f.add(RecordingStarted{kCall, "q", RecordingId{2}, RecordingKind::call});
    finish(RecordingId{1});
    EXPECT_EQ(now(), RecordingState::on) << "the second runs";
    finish(RecordingId{2});
    EXPECT_EQ(now(), RecordingState::none);
}

TEST(live_board_call, the_flows_result_stays_through_wrap_up) {
    Fixture f;
    f.outgoing(kCall, kLi);
    f.add(FlowReturned{kCall, kLi, FlowId{1}, {{"card", "****"}}});
    f.add(CallEnded{kCall, Party::outside, EndCause::normal});
    f.state(kLi, AgentState::wrap_up, kCall);
    ASSERT_EQ(f.call_of(kLi)->flow_results.size(), 1u);
    EXPECT_EQ(f.call_of(kLi)->flow_results[0].value, "****");
}

TEST(live_board_call, a_roster_follows_its_members) {
    Fixture f;
    EXPECT_EQ(f.board.conference(kA, ConferenceId{5})->call, CallId{});
    EXPECT_FALSE(f.board.conference(TenantId{2}, ConferenceId{5}).has_value());
    CallArrived opened{CallId{1}, {}, {}, "", "8800", ""};
    opened.direction = CallDirection::conference;
    f.add(opened);
    for (const std::uint64_t id : {9u, 3u, 7u}) {
        f.add(CallArrived{CallId{id}, LegId{id * 2 + 1}, TrunkId{1}, "138", "400", "x"});
        f.add(ConferenceJoined{CallId{1}, ConferenceId{5}, CallId{id}, LegId{id * 2 + 1}, "138",
                               id == 9});
        f.now += 1s;
    }
    const auto view = [&] { return *f.board.conference(kA, ConferenceId{5}); };
    const auto change = [&](CallId member, ConferenceChange what) {
        f.add(ConferenceChanged{CallId{1}, member, what, {}});
    };
    ASSERT_EQ(view().members.size(), 3u);
    EXPECT_EQ(view().name, "morning");
    EXPECT_EQ(view().members[1].call, CallId{3}) << "in order of joining";
    EXPECT_TRUE(view().members[0].moderator);
    (void)f.board.take_changes();
    change({}, ConferenceChange::muted);
    EXPECT_EQ(f.board.take_changes().conferences,
              (std::set<std::pair<TenantId, ConferenceId>>{{kA, ConferenceId{5}}}));
    EXPECT_FALSE(view().members[0].muted) << "all but moderators";
    EXPECT_TRUE(view().members[2].muted);
    change(CallId{7}, ConferenceChange::unmuted);
    change({}, ConferenceChange::locked);
    EXPECT_FALSE(view().members[2].muted);
    EXPECT_TRUE(view().locked);
    f.add(RecordingStarted{CallId{1}, "p", RecordingId{1}, RecordingKind::conference});
    EXPECT_EQ(view().recording, RecordingState::on);
    f.add(ConferenceLeft{CallId{1}, CallId{3}, LegId{7}});
    f.add(CallEnded{CallId{7}, Party::caller, EndCause::normal});
    EXPECT_EQ(view().members.size(), 1u);
    EXPECT_EQ(f.board.conferences(kA).size(), 1u);
    (void)f.board.take_changes();
    f.add(CallEnded{CallId{1}, Party::system, EndCause::conference_ended});
    EXPECT_EQ(f.board.take_changes().conferences.size(), 1u);
    EXPECT_TRUE(f.board.conferences(kA).empty());
    EXPECT_TRUE(view().members.empty());
}

TEST(live_board_call, trunks_are_up_until_something_else_is_heard) {
    Fixture f;
    ASSERT_EQ(f.board.trunks(kA).size(), 1u) << "not another tenant's";
    EXPECT_TRUE(f.board.trunks(kA)[0].up);
    f.board.apply({0, kStart, {}, TrunkStateChanged{TrunkId{1}, false, "no answer to OPTIONS"}});
    EXPECT_FALSE(f.board.trunks(kA)[0].up);
    EXPECT_EQ(f.board.trunks(kA)[0].since, kStart);
    EXPECT_EQ(f.board.take_changes().trunks, (std::set<TrunkId>{TrunkId{1}}));
    EXPECT_EQ(f.board.trunks(TenantId{2}).size(), 2u);
}

TEST(live_board_call, a_board_seeded_from_records_shows_who_is_in_the_call) {
    Fixture f;
    CallRecord record;
    record.call = kCall;
    record.tenant = kA;
    record.caller = "138";
    record.arrived_at = kStart;
    LegRecord leg;
    leg.leg = LegId{41};
    leg.started_at = kStart;
    record.legs = {leg};
    leg.leg = kConsulted;
    leg.kind = LegKind::agent;
    leg.agent = kLi;
    record.legs.push_back(leg);
    record.time_line = {{LegId{41}, LegPlace::talk, kStart, kStart + 1s},
                        {LegId{41}, LegPlace::held, kStart + 1s, {}}};
    RecordingRecord recording;
    recording.recording = RecordingId{1};
    recording.pauses = {{kStart, {}, kLi}};
    record.recordings = {recording};
    f.board.seed(record);
    f.board.seed(AgentInterval{kLi, AgentState::talking, "", kStart, {}, kCall}, &record);
    const auto call = f.call_of(kLi);
    ASSERT_TRUE(call.has_value());
    EXPECT_EQ(call->parties.size(), 2u);
    EXPECT_TRUE(call->held);
    EXPECT_EQ(call->recording, RecordingState::paused);
}

}  // namespace
}  // namespace seatline::core
