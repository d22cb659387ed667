#pragma once
// The live clock: wall time when the process started plus steady time since, so that it never goes
// back and an NTP step does not stretch a call.
#include <algorithm>
#include <chrono>

#include "base/time.h"

namespace seatline::app {

class Clock {
public:
    /// `not_before`: the last thing that is known to have happened; a wall clock set back since
    /// then does not make time of the new run earlier than the journal's.
    explicit Clock(Instant not_before = {})
        : wall_at_start_(std::max(not_before.time_since_epoch(),
                                  std::chrono::duration_cast<microseconds>(
                                      std::chrono::system_clock::now().time_since_epoch()))),
          steady_at_start_(std::chrono::steady_clock::now()) {}

    /// Any thread.
    [[nodiscard]] Instant now() const {
        const auto since = std::chrono::steady_clock::now() - steady_at_start_;
        return Instant{wall_at_start_ + std::chrono::duration_cast<microseconds>(since)};
    }

    [[nodiscard]] std::chrono::steady_clock::time_point steady_of(Instant t) const {
        return steady_at_start_ + (t.time_since_epoch() - wall_at_start_);
    }

private:
    microseconds wall_at_start_;
    std::chrono::steady_clock::time_point steady_at_start_;
};

}  // namespace seatline::app
