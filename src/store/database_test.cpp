#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <random>
#include <thread>

#include "core/engine/event_json.h"
#include "store/store.h"
#include "store/test_support.h"

namespace seatline::store {
namespace {

using namespace core;
using test::CallPlan;
using test::kNoon;
using test::TempFolder;

/// A journal and its database in one folder.
struct Store {
    explicit Store(const std::string& folder) {
        auto j = Journal::open(folder);
        EXPECT_TRUE(j.has_value()) << j.error().text();
        journal = std::move(*j);
        auto d = Database::open(folder, *journal, {});
        EXPECT_TRUE(d.has_value()) << d.error().text();
        database = std::move(*d);
    }
    void add(std::vector<Event> events) {
        ASSERT_TRUE(journal->append(events).has_value());
        database->apply(std::move(events));
    }
    void settle() { database->wait_applied(journal->last_seq()); }

    std::unique_ptr<Journal> journal;
    std::unique_ptr<Database> database;
};

/// What the tables hold after a rebuild from the first event on.
std::string rebuilt(const std::string& folder) {
    for (const char* end : {"", "-wal", "-shm"})
        std::filesystem::remove(folder + "/seatline.sqlite" + end);
    { const Store store(folder); }
    return test::dump(folder);
}

TEST(database, an_answered_call_becomes_one_record) {
    const TempFolder folder;
    Store store(folder.path);
    store.add(test::answered_call({}));
    const auto check = [](const std::optional<CallRecord>& call) {
        ASSERT_TRUE(call.has_value());
        EXPECT_EQ(call->result, CallResult::answered);
        EXPECT_EQ(call->agent, AgentId{1});
        EXPECT_EQ(call->wait_ms, 1000ms);
        EXPECT_EQ(call->ring_ms, 900ms);
        EXPECT_EQ(call->talk_ms, 60'000ms);
        EXPECT_EQ(call->ended_by, Party::caller);
        EXPECT_TRUE(call->has_recording);
        EXPECT_EQ(call->recording_ms, 60'000ms);
        ASSERT_EQ(call->legs.size(), 2u);
        EXPECT_EQ(call->legs[0].packets_lost, 2u);
        EXPECT_EQ(call->legs[1].outcome, OfferOutcome::answered);
        EXPECT_EQ(call->legs[1].sip_code, 200);
    };
    store.settle();
    check(store.database->call(TenantId{1}, CallId{1}));
    EXPECT_FALSE(store.database->call(TenantId{2}, CallId{1}).has_value());
    EXPECT_EQ(store.database->recording_path(TenantId{1}, CallId{1}), "recordings/1.wav");
    EXPECT_EQ(store.database->recording_path(TenantId{2}, CallId{1}), "");
    store.database.reset();
    store.journal.reset();
    const Store again(folder.path);
    check(again.database->call(TenantId{1}, CallId{1}));
}

TEST(database, wrap_up_that_ends_after_the_call_left_memory_is_added_to_its_row) {
    const TempFolder folder;
    Store store(folder.path);
    auto events = test::answered_call({});
    const Event idle = events.back();
    events.pop_back();
    // The agent's first change of state begins an interval; only then has wrap-up a beginning.
    store.add(events);
    CallPlan later;
    later.call = CallId{2};
    later.agent = AgentId{2};
    later.at = kNoon + 10min;
    store.add(test::answered_call(later));
    store.settle();
    auto end = idle;
    end.at = kNoon + 20min;
    store.add({end});
    store.settle();
    const auto call = store.database->call(TenantId{1}, CallId{1});
    ASSERT_TRUE(call.has_value());
    EXPECT_EQ(call->wrap_up_ms, 20min - 61100ms);
    const auto sums = store.database->queue_counters(TenantId{1}, QueueId{1}, kNoon, kNoon + 15min);
    EXPECT_EQ(sums.wrap_up_ms, static_cast<std::uint64_t>((20min - 61100ms + 10s) / 1ms));
    EXPECT_EQ(sums.answered, 2u);
    EXPECT_EQ(store.database->call_events(TenantId{1}, CallId{1}).size(), 14u);
}

TEST(database, events_of_a_call_are_found_among_others) {
    const TempFolder folder;
    Store store(folder.path);
    store.add(test::busy_day(300));
    store.settle();
    for (const std::uint64_t id : {1u, 77u, 155u, 300u}) {
        const auto events = store.database->call_events(TenantId{1 + (id - 1) % 2}, CallId{id});
        EXPECT_EQ(events.size(), (id - 1) % 5 == 4 ? 5u : 14u);
        ASSERT_FALSE(events.empty());
        EXPECT_EQ(event_type(events.front().body), "CallArrived");
        EXPECT_TRUE(store.database->call_events(TenantId{1 + id % 2}, CallId{id}).empty())
            << "another tenant's";
    }
}

CallResult result_of(std::vector<Event> events) {
    const TempFolder folder;
    Store store(folder.path);
    events.insert(events.begin(),
                  test::event(TenantId{1}, kNoon,
                              CallArrived{CallId{1}, LegId{1}, TrunkId{1}, "1", "2", ""}));
    store.add(events);
    store.settle();
    return store.database->call(TenantId{1}, CallId{1})->result;
}

TEST(database, results_follow_talk_then_queue_then_cause) {
    const auto e = [](EventBody body) {
        return test::event(TenantId{1}, kNoon + 1s, std::move(body));
    };
    const auto end = [&](EndCause cause, Party by = Party::caller) {
        return e(CallEnded{CallId{1}, by, cause});
    };
    const auto queued = e(CallQueued{CallId{1}, QueueId{1}});
    const auto left = [&](QueueOutcome o) {
        return e(CallLeftQueue{CallId{1}, QueueId{1}, o, 1000ms, false});
    };
    EXPECT_EQ(result_of({}), CallResult::in_progress);
    EXPECT_EQ(result_of({end(EndCause::left_in_ivr)}), CallResult::left_in_ivr);
    EXPECT_EQ(result_of({end(EndCause::normal)}), CallResult::left_in_ivr);
    EXPECT_EQ(result_of({end(EndCause::normal, Party::system)}), CallResult::flow_end);
    EXPECT_EQ(result_of({end(EndCause::flow_end, Party::system)}), CallResult::flow_end);
    EXPECT_EQ(result_of({end(EndCause::media_failed, Party::system)}), CallResult::failed);
    EXPECT_EQ(result_of({queued, left(QueueOutcome::abandoned), end(EndCause::abandoned)}),
              CallResult::abandoned);
    EXPECT_EQ(result_of({queued, left(QueueOutcome::max_wait), end(EndCause::flow_end)}),
              CallResult::max_wait);
    EXPECT_EQ(result_of({queued, left(QueueOutcome::queue_full), end(EndCause::queue_full)}),
              CallResult::queue_full);
    EXPECT_EQ(result_of({e(TalkStarted{CallId{1}, AgentId{1}, LegId{2}}), end(EndCause::forced)}),
              CallResult::answered);
}

TEST(database, intervals_of_an_agent_join_without_gap) {
    const TempFolder folder;
    Store store(folder.path);
    store.add(
        {test::event(TenantId{1}, kNoon - 1h,
                     AgentStateChanged{
                         AgentId{1}, AgentState::signed_out, AgentState::busy, "meal", {}, {}}),
         test::event(
             TenantId{1}, kNoon - 1min,
             AgentStateChanged{AgentId{1}, AgentState::busy, AgentState::idle, "", {}, {}})});
    store.add(test::answered_call({}));
    store.settle();
    const auto day =
        store.database->agent_intervals(TenantId{1}, AgentId{1}, kNoon - 2h, kNoon + 2h);
    ASSERT_EQ(day.size(), 6u);
    for (std::size_t i = 0; i + 1 < day.size(); ++i) EXPECT_EQ(day[i].to, day[i + 1].from);
    EXPECT_EQ(day[0].reason, "meal");
    EXPECT_EQ(day[3].state, AgentState::talking);
    EXPECT_EQ(day[3].call, CallId{1});
    EXPECT_EQ(day[5].to, std::nullopt);
    const auto part =
        store.database->agent_intervals(TenantId{1}, AgentId{1}, kNoon - 30min, kNoon - 30s);
    ASSERT_EQ(part.size(), 2u);
    EXPECT_EQ(part[0].state, AgentState::busy);
    EXPECT_TRUE(
        store.database->agent_intervals(TenantId{2}, AgentId{1}, kNoon - 2h, kNoon + 2h).empty());
    EXPECT_TRUE(
        store.database->agent_intervals(TenantId{1}, AgentId{1}, kNoon - 3h, kNoon - 2h).empty());
}

TEST(database, lists_page_newest_first_and_filter) {
    const TempFolder folder;
    Store store(folder.path);
    store.add(test::busy_day(500));
    store.settle();
    const auto all_of = [&](CallQuery query) {
        std::vector<CallRecord> calls;
        query.limit = 7;
        for (;;) {
            auto page = store.database->calls(query);
            EXPECT_TRUE(page.has_value()) << page.error().text();
            calls.insert(calls.end(), page->calls.begin(), page->calls.end());
            if (!page->next) return calls;
            query.before = page->next;
        }
    };
    CallQuery query;
    query.tenant = TenantId{1};
    const auto all = all_of(query);
    ASSERT_EQ(all.size(), 250u);
    for (std::size_t i = 0; i + 1 < all.size(); ++i)
        EXPECT_GT(all[i].arrived_at, all[i + 1].arrived_at);
    // Every filter alone and all together must choose what a plain scan chooses.
    const auto expect_as_scan = [&](const CallQuery& q) {
        std::vector<CallId> scan;
        for (const CallRecord& c : all) {
            const bool fits =
                (!q.from || c.arrived_at >= *q.from) && (!q.to || c.arrived_at < *q.to) &&
                (c.caller.starts_with(q.number) || c.called.starts_with(q.number)) &&
                (!q.agent || c.agent == q.agent) && (!q.queue || c.queue == q.queue) &&
                (!q.result || c.result == *q.result);
            if (fits) scan.push_back(c.call);
        }
        std::vector<CallId> found;
        for (const CallRecord& c : all_of(q)) found.push_back(c.call);
        EXPECT_EQ(found, scan);
        return scan.size();
    };
    std::mt19937 random(7);
    std::size_t chosen = 0;
    for (int round = 0; round < 200; ++round) {
        CallQuery q = query;
        if (random() % 2 == 0) q.from = all[random() % all.size()].arrived_at;
        if (random() % 2 == 0) q.to = all[random() % all.size()].arrived_at;
        if (random() % 3 == 0) q.agent = AgentId{1 + random() % 50};
        if (random() % 3 == 0) q.queue = QueueId{1 + random() % 3};
        if (random() % 3 == 0)
            q.result = random() % 2 == 0 ? CallResult::answered : CallResult::abandoned;
        if (random() % 3 == 0)
            q.number = all[random() % all.size()].caller.substr(0, 3 + random() % 9);
        if (random() % 6 == 0) q.number = "4008002";
        chosen += expect_as_scan(q);
    }
    EXPECT_GT(chosen, 1000u);
    query.limit = 0;
    EXPECT_EQ(store.database->calls(query).error().field, "limit");
    query.limit = 10;
    query.before = CallId{2};  // the other tenant's
    EXPECT_EQ(store.database->calls(query).error().field, "before");
}

TEST(database, a_common_number_prefix_walks_by_time) {
    const TempFolder folder;
    Store store(folder.path);
    store.add(test::busy_day(6000));
    store.settle();
    CallQuery query;
    query.tenant = TenantId{1};
    query.number = "138";
    const auto page = store.database->calls(query);
    ASSERT_TRUE(page.has_value());
    ASSERT_EQ(page->calls.size(), 50u);
    EXPECT_EQ(page->calls[0].call, CallId{5999});
}

TEST(database, counters_by_quarter_agree_with_the_records) {
    const TempFolder folder;
    Store store(folder.path);
    store.add(test::busy_day(2000));
    store.settle();
    for (const std::uint64_t queue : {1u, 2u, 3u}) {
        const auto sum =
            store.database->queue_counters(TenantId{1}, QueueId{queue}, kNoon, kNoon + 24h);
        QueueCounters expected;
        for (std::uint64_t i = 0; i < 2000; ++i) {
            if (i % 2 != 0 || 1 + i % 3 != queue) continue;
            ++expected.offered;
            ++(i % 5 == 4 ? expected.abandoned : expected.answered);
        }
        EXPECT_EQ(sum.offered, expected.offered);
        EXPECT_EQ(sum.answered, expected.answered);
        EXPECT_EQ(sum.answered_in_level, expected.answered);
        EXPECT_EQ(sum.abandoned, expected.abandoned);
        EXPECT_EQ(sum.talk_ms, expected.answered * 60'000);
        EXPECT_EQ(sum.wait_ms, expected.answered * 1000 + expected.abandoned * 5000);
    }
    EXPECT_EQ(store.database->queue_counters(TenantId{3}, QueueId{1}, kNoon, kNoon + 24h).offered,
              0u);
    EXPECT_EQ(store.database->queue_counters(TenantId{1}, QueueId{1}, kNoon, kNoon).offered, 0u);
}

TEST(database, events_given_twice_count_once) {
    const TempFolder folder;
    Store store(folder.path);
    auto events = test::busy_day(100);
    ASSERT_TRUE(store.journal->append(events).has_value());
    store.database->apply(events);
    store.database->apply({events.begin(), events.begin() + 50});
    store.settle();
    store.database->apply(events);
    store.settle();
    store.database.reset();
    store.journal.reset();
    const std::string once = test::dump(folder.path);
    EXPECT_EQ(rebuilt(folder.path), once);
}

TEST(database, open_state_survives_a_restart) {
    const TempFolder folder;
    {
        Store store(folder.path);
        auto events = test::answered_call({});
        events.resize(12);  // they talk
        store.add(events);
        CallPlan waiting;
        waiting.call = CallId{2};
        events = test::abandoned_call(waiting);
        events.resize(3);
        store.add(events);
    }
    const Store store(folder.path);
    const auto open = store.database->open_state();
    ASSERT_EQ(open.calls.size(), 2u);
    EXPECT_EQ(open.calls[0].talk_started_at, kNoon + 1100ms);
    EXPECT_EQ(open.calls[0].legs.size(), 2u);
    ASSERT_EQ(open.agents.size(), 1u);
    EXPECT_EQ(open.agents[0].state, AgentState::talking);

    Directory directory;
    directory.tenants.push_back({TenantId{1}, "a", "Asia/Shanghai"});
    Queue queue;
    queue.id = QueueId{1};
    queue.tenant = TenantId{1};
    queue.skill = "s";
    directory.queues.push_back(queue);
    directory.agents.push_back({AgentId{1}, TenantId{1}, "8001", "A", {"s"}, "d1", false});
    auto board =
        store.database->live_board(directory, kNoon + 1min).board(TenantId{1}, kNoon + 1min);
    EXPECT_EQ(board.calls_in_progress, 2u);
    ASSERT_EQ(board.queues.size(), 1u);
    EXPECT_EQ(board.queues[0].waiting, 1u);
    EXPECT_EQ(board.queues[0].today.offered, 2u);
    EXPECT_EQ(board.queues[0].today.answered, 1u);
    EXPECT_EQ(board.queues[0].agents_talking, 1u);
    ASSERT_TRUE(board.agents[0].call.has_value());
    EXPECT_EQ(board.agents[0].call->caller, "13800001234");
    EXPECT_EQ(board.agents[0].answered_today, 1u);
    // The next local day: nothing counts but who still waits.
    board = store.database->live_board(directory, kNoon + 12h).board(TenantId{1}, kNoon + 12h);
    EXPECT_EQ(board.queues[0].today.offered, 1u);
    EXPECT_EQ(board.queues[0].today.answered, 0u);
    EXPECT_EQ(board.agents[0].answered_today, 0u);
}

TEST(database, a_writer_that_another_program_locks_out_lags_and_catches_up) {
    const TempFolder folder;
    Store store(folder.path);
    const auto day = test::busy_day(8000);
    {
        Connection other(folder.path + "/seatline.sqlite", Connection::Mode::write, seconds{5});
        const Transaction lock(other);
        for (std::size_t i = 0; i < day.size(); i += 1000) {
            store.add({day.begin() + static_cast<std::ptrdiff_t>(i),
                       day.begin() + static_cast<std::ptrdiff_t>(std::min(day.size(), i + 1000))});
        }
        std::this_thread::sleep_for(400ms);
        CallQuery query;
        query.tenant = TenantId{1};
        EXPECT_TRUE(store.database->calls(query)->calls.empty()) << "readers are served meanwhile";
    }
    store.settle();
    EXPECT_EQ(store.database->call(TenantId{2}, CallId{8000})->result, CallResult::abandoned);
    store.database.reset();
    store.journal.reset();
    const std::string live = test::dump(folder.path);
    EXPECT_TRUE(rebuilt(folder.path) == live);
}

TEST(database, tables_ahead_of_the_journal_are_built_anew) {
    const TempFolder folder;
    std::size_t size = 0;
    const std::string segment = folder.path + "/journal/journal-0000000000000001.jsonl";
    {
        Store store(folder.path);
        store.add(test::answered_call({}));
        size = std::filesystem::file_size(segment);
        CallPlan lost;
        lost.call = CallId{2};
        store.add(test::answered_call(lost));
    }
    std::filesystem::resize_file(segment, size);  // what a power cut may take
    {
        const Store store(folder.path);
        EXPECT_TRUE(store.database->call(TenantId{1}, CallId{1}).has_value());
        EXPECT_FALSE(store.database->call(TenantId{1}, CallId{2}).has_value());
    }
    std::filesystem::resize_file(segment, 0);
    auto journal = Journal::open(folder.path);
    ASSERT_TRUE(journal.has_value());
    const auto database = Database::open(folder.path, **journal, {});
    ASSERT_TRUE(database.has_error());
    EXPECT_EQ(database.error().field, "data");
}

TEST(database, users_and_audit) {
    const TempFolder folder;
    Store store(folder.path);
    ASSERT_TRUE(store.database->add_user({{}, "wang", "h", "agent", TenantId{1}, AgentId{4}, false})
                    .has_value());
    const auto again =
        store.database->add_user({{}, "wang", "h2", "admin", TenantId{2}, {}, false});
    ASSERT_TRUE(again.has_error());
    EXPECT_EQ(again.error().code, "conflict");
    const auto user = store.database->find_user("wang");
    ASSERT_TRUE(user.has_value());
    EXPECT_EQ(user->agent, AgentId{4});
    EXPECT_EQ(user->password_hash, "h");
    EXPECT_FALSE(store.database->find_user("li").has_value());
    ASSERT_TRUE(set_password_in(folder.path, "wang", "h3", kNoon).has_value());
    EXPECT_EQ(store.database->find_user("wang")->password_hash, "h3");
    EXPECT_EQ(set_password_in(folder.path, "li", "h", kNoon).error().code, "not_found");
    EXPECT_EQ(set_password_in(folder.path + "/none", "wang", "h", kNoon).error().field, "data");
    ASSERT_TRUE(
        store.database->put_user({{}, "wang", "h4", "agent", TenantId{1}, {}, false}).has_value());
    EXPECT_EQ(store.database->find_user("wang")->password_hash, "h4");
    EXPECT_EQ(store.database->users().size(), 1u);
    store.database->audit({kNoon, TenantId{1}, "wang", "127.0.0.1", "log_in", "", ""});
    const auto mode = std::filesystem::status(folder.path + "/seatline.sqlite").permissions();
    EXPECT_EQ(mode & std::filesystem::perms(077), std::filesystem::perms::none);
}

/// Writes the day until it is killed; `acknowledged` is shared memory.
[[noreturn]] void write_until_killed(const std::string& folder, const std::vector<Event>& day,
                                     std::size_t done, std::atomic<std::uint64_t>& acknowledged) {
    auto journal = Journal::open(folder);
    if (journal.has_error()) ::_exit(1);
    auto database = Database::open(folder, **journal, {});
    if (database.has_error()) ::_exit(2);
    for (std::size_t i = done; i < day.size(); ++i) {
        std::vector<Event> batch{day[i]};
        while (batch.size() < 1 + i % 7 && i + 1 < day.size()) batch.push_back(day[++i]);
        if ((*journal)->append(batch).has_error()) ::_exit(3);
        acknowledged = batch.back().seq;
        (*database)->apply(std::move(batch));
        ::usleep(100);  // so that the day lasts for all rounds
    }
    for (;;) ::pause();
}

TEST(database, kill_9_at_any_moment_loses_no_acknowledged_event) {
    const TempFolder folder;
    void* shared = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    auto& acknowledged = *new (shared) std::atomic<std::uint64_t>(0);
    std::mt19937 random(11);
    const auto day = test::busy_day(3000);
    std::size_t done = 0;
    for (int round = 0; round < 30; ++round) {
        const pid_t child = ::fork();
        if (child == 0) write_until_killed(folder.path, day, done, acknowledged);
        // Every fourth child may be killed while it opens; the others have appended something.
        const bool waits = round % 4 != 0 && done < day.size();
        for (int i = 0; waits && acknowledged <= done && i < 1000; ++i) ::usleep(1000);
        ::usleep(2'000 + random() % 100'000);
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
        auto journal = Journal::open(folder.path);
        ASSERT_TRUE(journal.has_value()) << journal.error().text();
        ASSERT_GE((*journal)->last_seq(), acknowledged.load());
        done = (*journal)->last_seq();
        if (round % 3 != 0)
            continue;  // sometimes the next child completes the tables, sometimes we do
        journal->reset();
        const Store store(folder.path);
    }
    { const Store store(folder.path); }
    const std::string live = test::dump(folder.path);
    EXPECT_GT(acknowledged.load(), 1000u);
    EXPECT_TRUE(rebuilt(folder.path) == live)
        << "the tables differ from a rebuild from the first event on";
    ::munmap(shared, 4096);
}

}  // namespace
}  // namespace seatline::store
