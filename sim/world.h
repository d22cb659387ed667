#pragma once
// A virtual center around the shipped engine: callers who arrive, wait with patience, talk and hang
// up; agents who sign in, answer, fail to answer; phones and a media worker that respond at once or
// after a delay; faults as data. Virtual time: a million calls take seconds.
#include <queue>
#include <vector>

#include "core/engine/engine.h"
#include "sim/checker.h"
#include "sim/dice.h"

namespace seatline::sim {

/// Chances of things that go wrong, each a share of 1.
struct Faults {
    double no_answer = 0;               ///< the agent lets it ring
    double reject = 0;                  ///< the phone answers 486
    double message_late = 0;            ///< a message of SIP or worker comes up to 3 s late
    double message_doubled = 0;         ///< and once more
    double message_lost = 0;            ///< a hang-up's answer or a media report never comes
    microseconds worker_lost_every{0};  ///< mean time between deaths of a worker; 0: never
    microseconds phone_lost_every{0};   ///< mean time between a phone's disappearances
    microseconds agent_break_every{
        0};  ///< mean time between agents' requests (busy, sign out, hang up)
};

struct Plan {
    std::uint64_t seed = 1;
    std::uint64_t calls = 10'000;
    std::uint32_t agents = 20;
    std::uint32_t queues = 1;
    microseconds interarrival{5s};  ///< mean, Poisson
    microseconds patience{0};       ///< mean, exponential; 0: callers wait for ever
    microseconds talk{180s};        ///< mean, exponential
    microseconds answer{0};  ///< mean time that a phone rings, exponential; 0: answered at once
    seconds wrap_up{0};
    seconds service_level{20};
    bool full_checks = false;  ///< walk the whole engine after every step
    Faults faults;
};

struct Outcome {
    Totals totals;
    std::uint64_t steps = 0;
    microseconds span{0};
    std::size_t most_legs = 0;
};

/// Runs the plan to its end: all calls have come and gone. Stops the process when a checker finds a
/// fault.
[[nodiscard]] Outcome run(const Plan& plan);

}  // namespace seatline::sim
