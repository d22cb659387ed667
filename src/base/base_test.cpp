#include <gtest/gtest.h>

#include "base/json.h"
#include "base/mailbox.h"
#include "base/media_description.h"

namespace seatline {

struct Inner {
    std::string name;
    std::vector<int> keys;
    static constexpr auto required() { return std::array<std::string_view, 1>{"name"}; }
};
BOOST_DESCRIBE_STRUCT(Inner, (), (name, keys))

struct Outer {
    CallId call;
    Instant at;
    milliseconds ring_ms{};
    std::optional<std::string> note;
    std::vector<Inner> inner;
    MediaDirection direction = MediaDirection::sendrecv;
};
BOOST_DESCRIBE_STRUCT(Outer, (), (call, at, ring_ms, note, inner, direction))

TEST(json, round_trip_keeps_every_kind_of_member) {
    const Outer in{CallId{7},       from_unix_us(1'795'349'400'123'456),
                   1500ms,          "引\"号\n",
                   {{"a", {1, 2}}}, MediaDirection::recvonly};
    const auto out = from_json<Outer>(to_json(in));
    ASSERT_TRUE(out.has_value()) << out.error().text();
    EXPECT_EQ(to_json(*out), to_json(in));
    EXPECT_EQ(out->at, in.at);
    EXPECT_EQ(out->note, in.note);
}

TEST(json, errors_name_the_field_and_the_reason) {
    auto error = [](std::string_view text) { return from_json_strict<Outer>(text).error().text(); };
    EXPECT_EQ(error(R"({"call":-1})"), "call: must be between 0 and 18446744073709551615");
    EXPECT_EQ(error(R"({"inner":[{"name":"a"},{"keys":[]}]})"), "inner[1].name: is missing");
    EXPECT_EQ(error(R"({"inner":[{"name":"a","keys":["x"]}]})"),
              "inner[0].keys[0]: must be a whole number");
    EXPECT_EQ(error(R"({"direction":"both"})"),
              "direction: must be one of sendrecv, sendonly, recvonly, inactive");
    EXPECT_EQ(error(R"({"nonsense":1})"), "nonsense: is not a known field");
    EXPECT_EQ(from_json<Outer>("{").error().code, "invalid");
}

TEST(time, rfc3339_round_trip_and_refusals) {
    const Instant t = from_unix_us(1'795'349'400'000'001);
    EXPECT_EQ(parse_rfc3339(format_rfc3339(t)), t);
    EXPECT_EQ(parse_rfc3339("2026-11-22T20:10:00+08:00"),
              parse_rfc3339("2026-11-22T12:10:00.000Z"));
    for (const char* bad :
         {"", "2026-11-22", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-22T12:10:00",
          "2026-11-22T24:00:00Z", "2026-11-22T12:10:00.Z", "2026-11-22T12:10:00Zx"}) {
        EXPECT_FALSE(parse_rfc3339(bad)) << bad;
    }
}

TEST(mailbox, wakes_once_for_a_batch) {
    int wakes = 0;
    Mailbox<int> box([&] { ++wakes; });
    box.put(1);
    box.put(2);
    std::vector<int> got;
    box.take(got);
    EXPECT_EQ(got, (std::vector{1, 2}));
    EXPECT_EQ(wakes, 1);
    box.put(3);
    EXPECT_EQ(wakes, 2);
}

}  // namespace seatline
