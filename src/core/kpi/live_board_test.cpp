#include "core/kpi/live_board.h"

#include <gtest/gtest.h>

#include <random>

namespace seatline::core {
namespace {

constexpr TenantId kA{1};
constexpr TenantId kB{2};
constexpr Instant kStart = from_unix_us(1'795'320'000'000'000);

Queue queue(std::uint64_t id, TenantId tenant) {
    Queue q;
    q.id = QueueId{id};
    q.tenant = tenant;
    q.name = "q" + std::to_string(id);
    q.skill = "s" + std::to_string(id);
    q.wrap_up_s = 10s;
    return q;
}

Directory two_tenants() {
    Directory d;
    d.queues = {queue(2, kA), queue(1, kA), queue(3, kB)};
    d.agents = {{AgentId{1}, kA, "8010", "Li", {"s1", "s2"}, "d1", false},
                {AgentId{2}, kA, "802", "Wang", {"s2"}, "d2", false},
                {AgentId{3}, kB, "8001", "Zhao", {"s3", "s1"}, "d3", false}};
    return d;
}

/// A board with a clock.
struct Fixture {
    LiveBoard board{two_tenants()};
    Instant now = kStart;

    void add(TenantId tenant, EventBody body) { board.apply({0, now, tenant, std::move(body)}); }
    void state(AgentId agent, AgentState from, AgentState to, CallId call = {}) {
        add(kA, AgentStateChanged{agent, from, to, "", call, call ? QueueId{1} : QueueId{}});
    }
    void arrive(CallId call) {
        add(kA, CallArrived{call, LegId{call.value}, TrunkId{1}, "138", "400", "x"});
        add(kA, CallQueued{call, QueueId{1}});
    }
    QueueView first_queue() { return *board.queue(kA, QueueId{1}); }
};

TEST(live_board, follows_a_call_from_queue_to_wrap_up) {
    Fixture f;
    f.add(kA, DeviceAvailable{"d1", "sip:d1@10.0.0.1"});
    f.state(AgentId{1}, AgentState::signed_out, AgentState::idle);
    f.arrive(CallId{5});
    auto q = f.first_queue();
    EXPECT_EQ(q.waiting, 1u);
    EXPECT_EQ(q.longest_waiting_since, kStart);
    EXPECT_EQ(q.agents_idle, 1u);
    EXPECT_EQ(q.service_level_today, std::nullopt);
    f.now += 3s;
    f.add(kA, CallOffered{CallId{5}, QueueId{1}, AgentId{1}, LegId{6}});
    f.state(AgentId{1}, AgentState::idle, AgentState::ringing, CallId{5});
    auto agent = *f.board.agent(kA, AgentId{1});
    ASSERT_TRUE(agent.call.has_value());
    EXPECT_EQ(agent.call->queue_name, "q1");
    EXPECT_EQ(agent.call->waited_ms, 3s);
    EXPECT_TRUE(agent.device_registered);
    f.now += 1s;
    f.add(kA, OfferEnded{CallId{5}, QueueId{1}, AgentId{1}, LegId{6}, OfferOutcome::answered});
    f.add(kA, CallLeftQueue{CallId{5}, QueueId{1}, QueueOutcome::answered, 4000ms, true});
    f.add(kA, TalkStarted{CallId{5}, AgentId{1}, LegId{6}});
    f.state(AgentId{1}, AgentState::ringing, AgentState::talking, CallId{5});
    EXPECT_EQ(f.first_queue().agents_talking, 1u);
    f.now += 60s;
    f.add(kA, CallEnded{CallId{5}, Party::caller, EndCause::normal});
    f.state(AgentId{1}, AgentState::talking, AgentState::wrap_up, CallId{5});
    agent = *f.board.agent(kA, AgentId{1});
    EXPECT_EQ(agent.wrap_up_until, f.now + 10s);
    EXPECT_EQ(agent.call->ended_at, f.now);
    f.now += 7s;
    f.state(AgentId{1}, AgentState::wrap_up, AgentState::idle);
    agent = *f.board.agent(kA, AgentId{1});
    EXPECT_FALSE(agent.call.has_value());
    EXPECT_EQ(agent.wrap_up_until, std::nullopt);
    EXPECT_EQ(agent.answered_today, 1u);
    EXPECT_EQ(agent.talk_today_ms, 60'000u);
    q = f.first_queue();
    EXPECT_EQ(q.today.answered, 1u);
    EXPECT_EQ(q.today.wait_ms, 4000u);
    EXPECT_EQ(q.today.talk_ms, 60'000u);
    EXPECT_EQ(q.today.wrap_up_ms, 7000u);
    EXPECT_EQ(q.service_level_today, 100.0);
    EXPECT_EQ(f.board.board(kA, f.now).calls_in_progress, 0u);
}

TEST(live_board, an_offer_that_nobody_took_leaves_the_agent_without_a_call) {
    Fixture f;
    f.arrive(CallId{5});
    f.add(kA, CallOffered{CallId{5}, QueueId{1}, AgentId{1}, LegId{6}});
    f.add(kA, OfferEnded{CallId{5}, QueueId{1}, AgentId{1}, LegId{6}, OfferOutcome::no_answer});
    EXPECT_FALSE(f.board.agent(kA, AgentId{1})->call.has_value());
    EXPECT_EQ(f.first_queue().waiting, 1u);
}

TEST(live_board, a_tenant_sees_only_its_own) {
    Fixture f;
    f.arrive(CallId{5});
    f.add(kB, CallArrived{CallId{5}, LegId{1}, TrunkId{1}, "139", "401", "y"});
    f.add(kB, CallQueued{CallId{5}, QueueId{1}});  // another tenant's queue: nothing happens
    EXPECT_EQ(f.first_queue().waiting, 1u);
    EXPECT_TRUE(f.board.waiting(kB).empty());
    EXPECT_FALSE(f.board.agent(kB, AgentId{1}).has_value());
    EXPECT_FALSE(f.board.queue(kB, QueueId{1}).has_value());
    EXPECT_EQ(f.board.board(kB, f.now).agents.size(), 1u);
    EXPECT_EQ(f.board.agent(kB, AgentId{3})->queues, std::vector<QueueId>{QueueId{3}});
    EXPECT_TRUE(f.board.board(TenantId{9}, f.now).queues.empty());
}

TEST(live_board, lists_are_in_order) {
    Fixture f;
    const auto board = f.board.board(kA, f.now);
    ASSERT_EQ(board.agents.size(), 2u);
    EXPECT_EQ(board.agents[0].number, "802");
    EXPECT_EQ(board.agents[1].number, "8010");
    EXPECT_EQ(board.queues[0].id, QueueId{1});
    f.arrive(CallId{9});
    f.now += 1s;
    f.add(kA, CallArrived{CallId{4}, LegId{4}, TrunkId{1}, "137", "400", "x"});
    f.add(kA, CallQueued{CallId{4}, QueueId{2}});
    const auto waiting = f.board.waiting(kA);
    ASSERT_EQ(waiting.size(), 2u);
    EXPECT_EQ(waiting[0].call, CallId{9});
    EXPECT_EQ(waiting[1].caller, "137");
}

TEST(live_board, marks_what_changed) {
    Fixture f;
    (void)f.board.take_changes();
    f.state(AgentId{2}, AgentState::signed_out, AgentState::idle);
    auto changes = f.board.take_changes();
    EXPECT_EQ(changes.agents, (std::set<std::pair<TenantId, AgentId>>{{kA, AgentId{2}}}));
    EXPECT_EQ(changes.queues, (std::set<std::pair<TenantId, QueueId>>{{kA, QueueId{2}}}));
    changes = f.board.take_changes();
    EXPECT_TRUE(changes.agents.empty() && changes.queues.empty());
}

TEST(live_board, offered_is_the_sum_of_all_outcomes_and_the_waiting_on_every_day) {
    Fixture f;
    std::mt19937 random(3);
    std::vector<CallId> waiting;
    for (std::uint64_t step = 1; step < 3000; ++step) {
        f.now += 1s;
        const auto dice = random() % 100;
        if (dice < 50 || waiting.empty()) {
            waiting.push_back(CallId{step});
            f.arrive(waiting.back());
        } else if (dice < 98) {
            const std::size_t i = random() % waiting.size();
            const CallId call = waiting[i];
            waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(i));
            const auto outcome = static_cast<QueueOutcome>(random() % 5);
            // A CallEnded without CallLeftQueue must not break the sum either.
            if (random() % 10 != 0)
                f.add(kA, CallLeftQueue{call, QueueId{1}, outcome, 5000ms, false});
            f.add(kA, CallEnded{call, Party::caller, EndCause::normal});
        } else {
            f.board.roll_day(kA);
        }
        const auto q = f.first_queue();
        ASSERT_EQ(q.waiting, waiting.size());
        ASSERT_EQ(q.today.offered,
                  q.today.answered + q.today.abandoned + q.today.left_otherwise + q.waiting);
    }
}

}  // namespace
}  // namespace seatline::core
