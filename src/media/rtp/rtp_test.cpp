#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "media/rtp/packet.h"
#include "media/rtp/receive_statistics.h"
#include "media/rtp/rtcp.h"

namespace seatline::media {
namespace {

using Arrival = ReceiveStatistics::Arrival;

TEST(RtpPacket, what_is_written_is_read) {
    std::vector<std::uint8_t> d(rtp_header_size + 160, 7);
    write_rtp_header(d.data(), {true, 101, 65535, 0xFFFFFFFF, 0x12345678, 0, 0});
    RtpPacket p;
    ASSERT_TRUE(parse_rtp(d, p));
    EXPECT_TRUE(p.marker);
    EXPECT_EQ(101, p.payload_type);
    EXPECT_EQ(65535, p.sequence);
    EXPECT_EQ(0xFFFFFFFFu, p.timestamp);
    EXPECT_EQ(0x12345678u, p.ssrc);
    EXPECT_EQ(12, p.payload_offset);
    EXPECT_EQ(160, p.payload_size);
}

TEST(RtpPacket, csrc_extension_and_padding_are_left_out) {
    std::vector<std::uint8_t> d{0xB1, 8,    0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 9, 9, 9, 9,  // one CSRC
                                0xBE, 0xDE, 0, 1, 1, 2, 3, 4,  // extension of one word
                                42,   43,   0, 0, 3};          // payload and padding
    RtpPacket p;
    ASSERT_TRUE(parse_rtp(d, p));
    EXPECT_EQ(24, p.payload_offset);
    EXPECT_EQ(2, p.payload_size);
}

TEST(RtpPacket, no_datagram_makes_it_point_outside) {
    std::mt19937 random(1);
    for (int i = 0; i < 200000; ++i) {
        std::vector<std::uint8_t> d(random() % 40);
        for (auto& b : d) b = static_cast<std::uint8_t>(random());
        if (!d.empty() && i % 2) d[0] = static_cast<std::uint8_t>(0x80 | (d[0] & 0x3F));
        RtpPacket p;
        if (parse_rtp(d, p)) {
            EXPECT_LE(std::size_t{p.payload_offset} + p.payload_size, d.size());
        }
        RtcpSummary s;
        (void)parse_rtcp(d, 1, s);
    }
}

TEST(ReceiveStatistics, counts_loss_over_the_wrap) {
    ReceiveStatistics s;
    std::uint32_t t = 0;
    for (std::uint32_t i = 65530; i < 65550; ++i, t += 160) {
        if (i == 65533 || i == 65540) continue;
        s.update(1, static_cast<std::uint16_t>(i), t, t);
    }
    EXPECT_EQ(18u, s.received());
    EXPECT_EQ(2u, s.lost());
    EXPECT_EQ(0x10000u + 13, s.extended_highest());
    EXPECT_EQ(2 * 256 / 20, s.take_fraction_lost());
    EXPECT_EQ(0, s.take_fraction_lost());
    EXPECT_EQ(0u, s.jitter_units());
}

TEST(ReceiveStatistics, reordered_and_duplicate_are_not_lost) {
    ReceiveStatistics s;
    s.update(1, 10, 0, 0);
    EXPECT_EQ(Arrival::in_order, s.update(1, 12, 320, 320));
    EXPECT_EQ(Arrival::reordered, s.update(1, 11, 160, 330));
    EXPECT_EQ(Arrival::duplicate, s.update(1, 12, 320, 340));
    EXPECT_EQ(Arrival::duplicate, s.update(1, 11, 160, 350));
    EXPECT_EQ(0u, s.lost());
}

TEST(ReceiveStatistics, a_jump_needs_a_second_packet) {
    ReceiveStatistics s;
    s.update(1, 10, 0, 0);
    EXPECT_EQ(Arrival::refused, s.update(1, 30000, 0, 160));
    EXPECT_EQ(Arrival::restarted, s.update(1, 30001, 160, 320));
    EXPECT_EQ(Arrival::restarted, s.update(2, 5, 160, 480));
    EXPECT_EQ(0u, s.lost());
    EXPECT_EQ(3u, s.received());
}

TEST(ReceiveStatistics, jitter_follows_a_8) {
    ReceiveStatistics s;
    double expected = 0;
    std::uint32_t previous = 0;
    for (std::uint32_t i = 0; i < 500; ++i) {
        const std::uint32_t late = i % 2 ? 80 : 0;
        s.update(1, static_cast<std::uint16_t>(i), i * 160, i * 160 + late);
        if (i > 0) expected += (std::abs(static_cast<double>(late) - previous) - expected) / 16;
        previous = late;
    }
    EXPECT_NEAR(expected, s.jitter_units(), 2);
}

TEST(Rtcp, sender_report_round_trip) {
    std::array<std::uint8_t, rtcp_max_size> d;
    RtcpReport r;
    r.ssrc = 7;
    r.cname = "seatline";
    r.bye = true;
    r.sender = SenderInfo{from_unix_us(1'795'349'400'500'000), 99, 1000, 160000};
    r.block = ReportBlock{42, 12, -3, 70000, 80, 5, 6};
    const auto size = build_rtcp(d, r);
    EXPECT_EQ(0u, size % 4);
    RtcpSummary s;
    ASSERT_TRUE(parse_rtcp(std::span(d).first(size), 42, s));
    EXPECT_EQ(7u, s.ssrc);
    EXPECT_TRUE(s.bye);
    EXPECT_EQ(ntp_middle(r.sender->sent_at), s.sender_ntp_middle);
    ASSERT_TRUE(s.about_us);
    EXPECT_EQ(-3, s.about_us->cumulative_lost);
    EXPECT_EQ(70000u, s.about_us->extended_highest);
    ASSERT_TRUE(parse_rtcp(std::span(d).first(size), 41, s));
    EXPECT_FALSE(s.about_us);
    for (std::size_t cut = 0; cut < size; ++cut) {
        (void)parse_rtcp(std::span(d).first(cut), 42, s);  // never reads outside (ASan run)
    }
    EXPECT_FALSE(parse_rtcp(std::span(d).first(size - 4), 42, s));
}

TEST(Rtcp, round_trip_time) {
    const Instant sent = from_unix_us(1'795'349'400'500'000);
    ReportBlock b;
    EXPECT_FALSE(round_trip(b, sent));
    b.last_sr = ntp_middle(sent);
    b.delay_since_last_sr = 65536;
    const auto trip = round_trip(b, sent + 1s + 40ms);
    ASSERT_TRUE(trip);
    EXPECT_NEAR(40000, static_cast<double>(trip->count()), 50);
    EXPECT_EQ(microseconds{0}, round_trip(b, sent + 999ms));
}

TEST(Rtcp, interval_is_spread_as_section_6_3_1_says) {
    EXPECT_EQ(2052, rtcp_interval(0, false).count());
    EXPECT_EQ(6156, rtcp_interval(0xFFFFFFFF, false).count());
    EXPECT_EQ(1026, rtcp_interval(0, true).count());
}

}  // namespace
}  // namespace seatline::media
