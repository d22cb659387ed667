#include <gtest/gtest.h>

#include "media/room/hearing.h"
#include "media/room/mixer.h"
#include "media/room/out_stream.h"

namespace seatline::media {
namespace {

TEST(Hearing, mode_follows_from_sources_and_player) {
    EXPECT_EQ(HearingMode::silent, hearing_mode({0, false, false}));
    EXPECT_EQ(HearingMode::relay, hearing_mode({1, false, false}));
    EXPECT_EQ(HearingMode::mix, hearing_mode({2, false, false}));
    EXPECT_EQ(HearingMode::player, hearing_mode({0, true, false}));
    EXPECT_EQ(HearingMode::player, hearing_mode({3, true, true}));
    EXPECT_EQ(HearingMode::mix, hearing_mode({1, true, false}));
}

RtpPacket packet(std::uint16_t sequence, std::uint32_t timestamp) {
    return {false, 8, sequence, timestamp, 5, 12, 160};
}

TEST(OutStream, order_of_the_source_is_kept_over_the_wrap) {
    OutStream out(9, 65534, 100);
    Instant now{};
    auto a = packet(10, 1000), c = packet(12, 1320), b = packet(11, 1160);
    out.relay(1, a, now);
    out.relay(1, c, now);
    out.relay(1, b, now);
    EXPECT_EQ(65535, a.sequence);
    EXPECT_EQ(1, c.sequence);
    EXPECT_EQ(0, b.sequence);
    EXPECT_EQ(a.timestamp + 320, c.timestamp);
    EXPECT_TRUE(a.marker);
    EXPECT_FALSE(c.marker);
    EXPECT_EQ(9u, b.ssrc);
}

TEST(OutStream, changes_leave_no_gap_and_time_goes_on) {
    OutStream out(9, 0, 0);
    Instant now{};
    auto first = packet(500, 7);
    out.relay(1, first, now);
    RtpPacket own;
    own.payload_type = 8;
    out.generate(own, 160, now + 20ms);
    EXPECT_EQ(first.sequence + 1, own.sequence);
    EXPECT_EQ(first.timestamp + 160, own.timestamp);
    EXPECT_TRUE(own.marker);
    RtpPacket next;
    out.generate(next, 160, now + 41ms);
    EXPECT_EQ(own.timestamp + 160, next.timestamp);
    EXPECT_FALSE(next.marker);
    auto other = packet(33, 99999);
    out.relay(2, other, now + 141ms);
    EXPECT_EQ(next.sequence + 1, other.sequence);
    EXPECT_EQ(next.timestamp + 800, other.timestamp);
}

TEST(OutStream, a_packet_not_passed_on_leaves_no_gap) {
    OutStream out(9, 0, 0);
    auto a = packet(1, 0), b = packet(2, 160), c = packet(3, 320);
    out.relay(1, a, Instant{});
    out.skip(1, b);
    out.relay(1, c, Instant{});
    EXPECT_EQ(a.sequence + 1, c.sequence);
    EXPECT_EQ(a.timestamp + 320, c.timestamp);
}

TEST(Mixer, saturates) {
    Mixer mixer;
    mixer.clear();
    std::array<std::int16_t, frame_samples> loud, out;
    loud.fill(30000);
    mixer.add(loud);
    mixer.add(loud);
    mixer.finish(out);
    EXPECT_EQ(32767, out[0]);
    loud.fill(-30000);
    mixer.add(loud);
    mixer.finish(out);
    EXPECT_EQ(30000, out[0]);
}

}  // namespace
}  // namespace seatline::media
