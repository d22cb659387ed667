#include "robots/rtp_stream.h"

#include <gtest/gtest.h>

#include <cstring>

namespace seatline::robots {
namespace {

std::vector<std::uint8_t> datagram(const RtpStream::Packet& packet) {
    std::vector<std::uint8_t> bytes(packet.header->begin(), packet.header->end());
    bytes.insert(bytes.end(), packet.payload.begin(), packet.payload.end());
    return bytes;
}

StreamSettings speaking(std::uint32_t hertz, std::uint32_t expected) {
    StreamSettings settings;
    settings.sound = make_tone_sound(hertz);
    settings.ear = ToneEar(expected, hertz);
    return settings;
}

TEST(RtpStream, two_streams_hear_each_other) {
    RtpStream caller(speaking(400, 1600), 1), agent(speaking(1600, 400), 2);
    Instant t = from_unix_us(1'000'000);
    EXPECT_EQ(agent.receive(datagram(caller.next_packet()), t),
              RtpStream::Arrival::first_expected_tone);
    for (int i = 0; i < 100; ++i) {
        t += 20ms;
        EXPECT_EQ(agent.receive(datagram(caller.next_packet()), t), RtpStream::Arrival::audio);
        caller.receive(datagram(agent.next_packet()), t);
    }
    EXPECT_TRUE(agent.report().heard.is_good());
    EXPECT_TRUE(caller.report().heard.is_good());
    EXPECT_EQ(caller.report().sent, 101u);
    EXPECT_EQ(agent.report().received, 101u);
    EXPECT_EQ(agent.report().lost, 0u);
    EXPECT_EQ(agent.report().jitter_us, 0u);
}

TEST(RtpStream, counts_a_lost_packet) {
    RtpStream caller(speaking(400, 1600), 1), agent(speaking(1600, 400), 2);
    Instant t = from_unix_us(1'000'000);
    for (int i = 0; i < 50; ++i) {
        t += 20ms;
        const auto bytes = datagram(caller.next_packet());
        if (i != 20) agent.receive(bytes, t);
    }
    EXPECT_EQ(agent.report().lost, 1u);
    EXPECT_EQ(agent.report().received, 49u);
}

TEST(RtpStream, presses_keys_that_the_far_end_reads) {
    RtpStream caller(speaking(400, 1600), 1), agent(speaking(1600, 400), 2);
    caller.press("17");
    Instant t = from_unix_us(1'000'000);
    for (int i = 0; i < 60; ++i) {
        t += 20ms;
        const auto packet = caller.next_packet();
        if (!packet.payload.empty()) agent.receive(datagram(packet), t);
    }
    EXPECT_EQ(agent.report().keys, "17");
    EXPECT_EQ(agent.report().lost, 0u);
}

TEST(RtpStream, says_nothing_without_a_sound) {
    RtpStream quiet(StreamSettings{}, 1);
    EXPECT_TRUE(quiet.next_packet().payload.empty());
    EXPECT_EQ(quiet.report().sent, 0u);
}

}  // namespace
}  // namespace seatline::robots
