// What the core costs: one routing decision with 10,000 agents and 10,000 waiting callers, by
// Google Benchmark. The rate of whole simulated calls is `seatline-sim 1000000`.
#include <benchmark/benchmark.h>

#include "base/result.h"
#include "core/acd/distributor.h"
#include "sim/dice.h"

namespace seatline::core {
namespace {

constexpr std::uint32_t kAgents = 10'000;
constexpr std::uint32_t kCallers = 10'000;
constexpr std::uint32_t kQueues = 100;

Instant at(std::uint64_t us) {
    return from_unix_us(1'800'000'000'000'000 + static_cast<std::int64_t>(us));
}

/// 100 queues, each agent with 3 of them. Either nobody waits and all agents are idle, or the other
/// way round.
Distributor make() {
    Distributor d;
    for (std::uint32_t q = 0; q < kQueues; ++q) (void)d.add_queue(q % 3);
    for (std::uint32_t a = 0; a < kAgents; ++a) {
        (void)d.add_agent({a % kQueues, (a * 7 + 1) % kQueues, (a * 13 + 2) % kQueues});
    }
    return d;
}

/// 10,000 callers wait; an agent becomes ready, the decision is made, the caller is replaced by a
/// new one.
void agent_ready(benchmark::State& state) {
    Distributor d = make();
    std::uint64_t clock = 0;
    for (std::uint32_t c = 0; c < kCallers; ++c)
        (void)d.join(c % kQueues, CallId{c + 1}, at(++clock));
    sim::Dice dice(1);
    for (auto _ : state) {
        const auto agent = static_cast<AgentIndex>(dice.below(kAgents));
        d.agent_ready(agent, at(++clock));
        const auto match = d.match_agent(agent);
        SEATLINE_ASSERT(match.has_value());
        (void)d.join(match->queue, match->caller.call, at(++clock));
    }
}

/// 10,000 agents are idle; a caller comes, the decision is made, the agent becomes ready again at
/// the end of the line.
void caller_arrives(benchmark::State& state) {
    Distributor d = make();
    std::uint64_t clock = 0;
    for (std::uint32_t a = 0; a < kAgents; ++a) d.agent_ready(a, at(++clock));
    sim::Dice dice(1);
    for (auto _ : state) {
        const auto queue = static_cast<QueueIndex>(dice.below(kQueues));
        (void)d.join(queue, CallId{clock}, at(++clock));
        const auto match = d.match_queue(queue);
        SEATLINE_ASSERT(match.has_value());
        d.agent_ready(match->agent, at(++clock));
    }
}

BENCHMARK(agent_ready);
BENCHMARK(caller_arrives);

}  // namespace
}  // namespace seatline::core

BENCHMARK_MAIN();
