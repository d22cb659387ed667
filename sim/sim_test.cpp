#include <gtest/gtest.h>

#include "sim/storm.h"
#include "sim/world.h"

namespace seatline::sim {

/// Erlang C: the chance to wait and the mean wait of M/M/n, by the stable Erlang B recursion.
struct ErlangC {
    double p_wait;
    double mean_wait_s;
};
ErlangC erlang_c(double load, int servers, double service_s) {
    double b = 1;
    for (int n = 1; n <= servers; ++n) b = load * b / (n + load * b);
    const double c = b / (1 - load / servers * (1 - b));
    return {c, c * service_s / (servers - load)};
}

TEST(sim, one_queue_agrees_with_erlang_c) {
    Plan plan;
    plan.calls = 400'000;
    plan.agents = 20;
    plan.talk = 180s;
    plan.interarrival = 10'600ms;  // 17 Erlang on 20 agents
    const Outcome out = run(plan);
    const ErlangC theory = erlang_c(180.0 / 10.6, 20, 180);
    const double p_wait =
        static_cast<double>(out.totals.delayed) / static_cast<double>(out.totals.answered);
    const double wait_s = 1e-6 * static_cast<double>(out.totals.wait_answered.count()) /
                          static_cast<double>(out.totals.answered);
    EXPECT_EQ(out.totals.answered, plan.calls);
    EXPECT_NEAR(p_wait, theory.p_wait, 0.03 * theory.p_wait + 0.005);
    EXPECT_NEAR(wait_s, theory.mean_wait_s, 0.08 * theory.mean_wait_s);
}

TEST(sim, same_seed_same_run) {
    Plan plan;
    plan.calls = 3'000;
    plan.patience = 60s;
    plan.queues = 3;
    plan.faults.message_late = 0.05;
    const Outcome a = run(plan);
    const Outcome b = run(plan);
    EXPECT_EQ(a.steps, b.steps);
    EXPECT_EQ(a.span, b.span);
    EXPECT_EQ(a.totals.wait_all, b.totals.wait_all);
}

/// 200 seeds with every fault on, and the whole engine walked after every step.
class FaultySeed : public testing::TestWithParam<int> {};
TEST_P(FaultySeed, nothing_is_lost) {
    for (std::uint64_t i = 0; i < 20; ++i) {
        Plan plan;
        plan.seed = static_cast<std::uint64_t>(GetParam()) * 20 + i + 1;
        plan.calls = 300;
        plan.agents = 6;
        plan.queues = 1 + plan.seed % 4;
        plan.interarrival = 12s;
        plan.talk = 60s;
        plan.answer = 4s;
        plan.patience = 90s;
        plan.wrap_up = seconds{plan.seed % 3 * 5};
        plan.full_checks = true;
        plan.faults = {0.1, 0.1, 0.05, 0.05, 0.05, 400s, 300s, 15s};
        const Outcome out = run(plan);
        EXPECT_EQ(out.totals.arrived, out.totals.ended);
        EXPECT_EQ(out.totals.arrived + out.totals.refused, plan.calls);
    }
}
INSTANTIATE_TEST_SUITE_P(seeds, FaultySeed, testing::Range(0, 10));

/// Everything that call control can do, at random.
class StormySeed : public testing::TestWithParam<int> {};
TEST_P(StormySeed, stays_sound) {
    StormOutcome all;
    for (std::uint64_t i = 0; i < 10; ++i) {
        Storm storm;
        storm.seed = static_cast<std::uint64_t>(GetParam()) * 10 + i + 1;
        const StormOutcome one = run(storm);
        all.calls += one.calls;
        all.talks += one.talks;
        all.transfers += one.transfers;
        all.supervised += one.supervised;
        all.granted += one.granted;
    }
    EXPECT_GT(all.calls, 500u);
    EXPECT_GT(all.talks, 200u);
    EXPECT_GT(all.transfers, 50u);
    EXPECT_GT(all.supervised, 20u);
    EXPECT_GT(all.granted, 500u);
}
INSTANTIATE_TEST_SUITE_P(seeds, StormySeed, testing::Range(0, 10));

}  // namespace seatline::sim
