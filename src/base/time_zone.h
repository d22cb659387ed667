#pragma once
// Local days of a tenant: where they begin, by the IANA zone's file (TZif, RFC 8536) of the package
// tzdata. Written by hand because GCC 12 has no std::chrono::locate_zone and tzset() is one setting
// for the whole process.
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace seatline {

/// One zone, immutable after load(): any thread.
/// Knows the transitions that the file lists (Debian's tzdata: to 2037); after the last one its
/// offset stays.
class TimeZone {
public:
    /// Reads /usr/share/zoneinfo/NAME ("Asia/Shanghai"). Errors: invalid, field "time_zone".
    [[nodiscard]] static Result<TimeZone> load(const std::string& name);

    /// What local clocks add to UTC at `t`.
    [[nodiscard]] seconds offset_at(Instant t) const;
    /// The local midnight at or before `t`.
    [[nodiscard]] Instant day_start(Instant t) const;
    /// The first local midnight after `t`.
    [[nodiscard]] Instant next_day_start(Instant t) const;

private:
    struct Transition {
        std::int64_t at_s;
        std::int32_t offset_s;
    };
    std::int32_t first_offset_s_ = 0;
    std::vector<Transition> transitions_;  ///< ascending
};

}  // namespace seatline
