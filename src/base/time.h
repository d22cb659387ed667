#pragma once
// Time as the product counts it: microseconds since 1970 UTC, handed in as an argument (`now`),
// never read in src/core, src/media and sim. The live clock (app) is wall time at start plus steady
// time since, so that an NTP step can't make a state last a negative time.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace seatline {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using namespace std::chrono_literals;

/// The clock of the engine's `Instant`; has no now() on purpose.
struct EngineClock {
    using rep = std::int64_t;
    using period = std::micro;
    using duration = std::chrono::duration<rep, period>;
    using time_point = std::chrono::time_point<EngineClock>;
    static constexpr bool is_steady = true;
};
using Instant = EngineClock::time_point;

[[nodiscard]] constexpr std::int64_t to_unix_us(Instant t) {
    return t.time_since_epoch().count();
}
[[nodiscard]] constexpr Instant from_unix_us(std::int64_t us) {
    return Instant{microseconds{us}};
}

/// RFC 3339 in UTC with microseconds: 2026-11-22T12:10:00.123456Z.
[[nodiscard]] std::string format_rfc3339(Instant t);
void append_rfc3339(std::string& out, Instant t);
/// Accepts RFC 3339 with 0 to 6 fractional digits and Z or +hh:mm; nothing else.
[[nodiscard]] std::optional<Instant> parse_rfc3339(std::string_view text);

}  // namespace seatline
