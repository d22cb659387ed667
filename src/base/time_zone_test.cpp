#include "base/time_zone.h"

#include <gtest/gtest.h>

namespace seatline {
namespace {

Instant at(const char* text) {
    return *parse_rfc3339(text);
}

TEST(time_zone, days_of_shanghai_begin_at_16_utc) {
    const auto zone = TimeZone::load("Asia/Shanghai");
    ASSERT_TRUE(zone.has_value()) << zone.error().text();
    EXPECT_EQ(zone->day_start(at("2026-11-22T12:10:00Z")), at("2026-11-21T16:00:00Z"));
    EXPECT_EQ(zone->day_start(at("2026-11-22T16:00:00Z")), at("2026-11-22T16:00:00Z"));
    EXPECT_EQ(zone->next_day_start(at("2026-11-22T12:10:00Z")), at("2026-11-22T16:00:00Z"));
}

TEST(time_zone, days_with_a_change_of_the_clock_last_23_and_25_hours) {
    const auto zone = TimeZone::load("America/New_York");
    ASSERT_TRUE(zone.has_value());
    const Instant spring = at("2026-03-08T20:00:00Z");
    EXPECT_EQ(zone->day_start(spring), at("2026-03-08T05:00:00Z"));
    EXPECT_EQ(zone->next_day_start(spring), at("2026-03-09T04:00:00Z"));
    const Instant autumn = at("2026-11-01T20:00:00Z");
    EXPECT_EQ(zone->day_start(autumn), at("2026-11-01T04:00:00Z"));
    EXPECT_EQ(zone->next_day_start(autumn), at("2026-11-02T05:00:00Z"));
}

TEST(time_zone, unknown_and_hostile_names_are_errors) {
    EXPECT_TRUE(TimeZone::load("Asia/Nowhere").has_error());
    EXPECT_TRUE(TimeZone::load("../../etc/passwd").has_error());
    EXPECT_TRUE(TimeZone::load("").has_error());
    EXPECT_TRUE(TimeZone::load("Asia").has_error());
}

}  // namespace
}  // namespace seatline
