#include <gtest/gtest.h>

#include <string>

#include "media/dtmf/receiver.h"
#include "media/dtmf/sender.h"

namespace seatline::media {
namespace {

struct Listener {
    DigitReceiver receiver;
    std::string keys;
    std::vector<std::uint32_t> units;
    Instant now{};

    void take(const PressedDigits& p) {
        for (std::size_t i = 0; i < p.count; ++i) {
            keys += p.items[i].digit;
            units.push_back(p.items[i].duration_units);
        }
    }
    void packet(std::uint32_t ts, std::uint8_t event, bool end, std::uint16_t duration) {
        const std::uint8_t p[4] = {event, static_cast<std::uint8_t>(end ? 0x8A : 0x0A),
                                   static_cast<std::uint8_t>(duration >> 8),
                                   static_cast<std::uint8_t>(duration)};
        now += 20ms;
        take(receiver.on_packet(ts, p, now));
    }
};

TEST(DigitReceiver, end_retransmissions_count_once) {
    Listener l;
    l.packet(1000, 1, false, 160);
    for (int i = 0; i < 3; ++i) l.packet(1000, 1, true, 800);
    EXPECT_EQ("1", l.keys);
    EXPECT_EQ(800u, l.units[0]);
}

TEST(DigitReceiver, only_the_end_packet_arrives) {
    Listener l;
    l.packet(1000, 11, true, 800);
    EXPECT_EQ("#", l.keys);
}

TEST(DigitReceiver, lost_end_is_told_by_the_next_key) {
    Listener l;
    l.packet(1000, 1, false, 160);
    l.packet(1000, 1, false, 320);
    l.packet(3000, 1, false, 160);  // the same key again
    l.packet(3000, 1, true, 480);
    EXPECT_EQ("11", l.keys);
    EXPECT_EQ(320u, l.units[0]);
}

TEST(DigitReceiver, lost_end_is_told_by_silence) {
    Listener l;
    l.packet(1000, 10, false, 160);
    l.take(l.receiver.expire(l.now + 100ms));
    EXPECT_EQ("", l.keys);
    l.take(l.receiver.expire(l.now + 200ms));
    EXPECT_EQ("*", l.keys);
    l.packet(1000, 10, true, 800);  // its end after all
    EXPECT_EQ("*", l.keys);
}

TEST(DigitReceiver, reordered_packets_make_no_new_key) {
    Listener l;
    l.packet(1000, 4, true, 800);
    l.packet(3000, 5, false, 160);
    l.packet(1000, 4, true, 800);
    l.packet(3000, 5, true, 480);
    l.packet(3000, 5, false, 320);
    EXPECT_EQ("45", l.keys);
}

TEST(DigitReceiver, a_press_longer_than_a_segment_is_one) {
    Listener l;
    l.packet(1000, 6, false, 0xFFFF);
    l.packet(1000 + 0xFFFF, 6, false, 160);
    l.packet(1000 + 0xFFFF, 6, true, 800);
    EXPECT_EQ("6", l.keys);
    EXPECT_EQ(0xFFFFu + 800, l.units[0]);
}

TEST(DigitReceiver, bad_payloads_are_passed_over) {
    Listener l;
    const std::uint8_t shortened[3] = {1, 0x80, 0};
    l.take(l.receiver.on_packet(1, shortened, l.now));
    l.packet(1, 16, true, 100);  // flash
    EXPECT_EQ("", l.keys);
}

TEST(DigitSender, what_it_sends_is_what_was_asked) {
    DigitSender sender;
    EXPECT_EQ(4u, sender.push("1x2#D", 120));
    Listener l;
    std::uint32_t ts = 5000;
    int ends = 0;
    while (sender.busy()) {
        const auto p = sender.tick(ts);
        ts += 160;
        if (!p.present) continue;
        ends += p.payload[1] >> 7;
        l.take(l.receiver.on_packet(p.timestamp, p.payload, l.now));
    }
    EXPECT_EQ("12#D", l.keys);
    EXPECT_EQ(12, ends);
    for (const auto units : l.units) EXPECT_EQ(960u, units);
}

}  // namespace
}  // namespace seatline::media
