#pragma once
// The robots' clock: wall time when the process started plus steady time since, as SIP events and
// kernel time stamps of received packets count it.
#include <chrono>

#include "base/time.h"

namespace seatline::robots {

/// Any thread; never goes back.
[[nodiscard]] inline Instant now() {
    using std::chrono::duration_cast;
    static const auto wall =
        duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch());
    static const auto steady = std::chrono::steady_clock::now();
    return Instant{wall + duration_cast<microseconds>(std::chrono::steady_clock::now() - steady)};
}

}  // namespace seatline::robots
