#pragma once
// A storm: callers, phones, workers and people do anything at any moment, in any order, also what
// makes no sense there. Nothing is checked for being wise, everything for being sound: the engine's
// invariants after every step, each wish answered exactly once, each call begun and ended exactly
// once, states of agents that join, sums that hold, and nothing left when all have gone.
#include <cstdint>

namespace seatline::sim {

struct Storm {
    std::uint64_t seed = 1;
    std::uint32_t steps = 3'000;
    std::uint32_t agents = 6;
    bool print = false;  ///< every event as it comes, to find out what led to a fault
};

/// What happened, so that a test can see that the storm was one.
struct StormOutcome {
    std::uint64_t calls = 0;
    std::uint64_t talks = 0;
    std::uint64_t transfers = 0;
    std::uint64_t supervised = 0;
    std::uint64_t wishes = 0;
    std::uint64_t granted = 0;
};

/// Stops the process when something is unsound.
[[nodiscard]] StormOutcome run(const Storm& storm);

}  // namespace seatline::sim
