#include "media/jitter/jitter_buffer.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

#include "media/tone/tone.h"

namespace seatline::media {
namespace {

using Frame = std::array<std::int16_t, frame_samples>;

Frame marked(std::int16_t value) {
    Frame f;
    f.fill(value);
    return f;
}

/// Ticks each 20 ms; packets arrive at given milliseconds. Gives the first sample of each frame
/// taken.
std::vector<int> play(JitterBuffer& jitter, const std::multimap<int, int>& packet_at_ms,
                      int frames) {
    std::vector<int> out;
    for (int tick = 0; tick < frames; ++tick) {
        for (auto [from, to] = std::pair(packet_at_ms.lower_bound(tick * 20 - 19),
                                         packet_at_ms.upper_bound(tick * 20));
             from != to; ++from) {
            jitter.put(static_cast<std::uint32_t>(0xFFFFFF00u +
                                                  static_cast<std::uint32_t>(from->second) * 160u),
                       marked(static_cast<std::int16_t>(from->second + 1)));
        }
        Frame f;
        jitter.take(f);
        out.push_back(f[0]);
    }
    return out;
}

TEST(JitterBuffer, reordered_and_duplicate_packets_play_in_order) {
    JitterBuffer jitter;
    const auto out = play(jitter, {{0, 0}, {38, 2}, {39, 1}, {40, 2}, {60, 3}, {80, 4}}, 6);
    EXPECT_EQ((std::vector<int>{0, 1, 2, 3, 4, 5}), out);
}

TEST(JitterBuffer, a_lost_packet_is_silence_in_its_place) {
    JitterBuffer jitter;
    const auto out = play(jitter, {{0, 0}, {20, 1}, {60, 3}, {80, 4}}, 6);
    EXPECT_EQ((std::vector<int>{0, 1, 2, 0, 4, 5}), out);
}

TEST(JitterBuffer, a_late_packet_is_dropped_and_counted) {
    JitterBuffer jitter;
    const auto out = play(jitter, {{0, 0}, {20, 1}, {60, 3}, {80, 4}, {81, 2}, {100, 5}}, 7);
    EXPECT_EQ((std::vector<int>{0, 1, 2, 0, 4, 5, 6}), out);
    EXPECT_EQ(1u, jitter.counters().late);
}

TEST(JitterBuffer, a_slower_path_gets_a_longer_delay) {
    JitterBuffer jitter;
    std::multimap<int, int> packets;
    for (int i = 0; i < 50; ++i) packets.emplace(i * 20, i);
    for (int i = 50; i < 150; ++i) packets.emplace(i * 20 + 60, i);
    const auto out = play(jitter, packets, 150);
    EXPECT_GT(jitter.delay_samples(), 320u);
    for (std::size_t i = 80; i + 1 < out.size(); ++i) EXPECT_EQ(out[i] + 1, out[i + 1]);
}

TEST(JitterBuffer, jitter_within_the_delay_loses_nothing) {
    JitterBuffer jitter;
    std::mt19937 random(7);
    std::multimap<int, int> packets;
    for (int i = 0; i < 500; ++i) packets.emplace(i * 20 + static_cast<int>(random() % 20), i);
    const auto out = play(jitter, packets, 500);
    EXPECT_EQ(0u, jitter.counters().late);
    EXPECT_EQ(1u, jitter.counters().resync);
    EXPECT_LE(jitter.counters().empty, 1u);
}

TEST(JitterBuffer, a_new_timeline_starts_anew) {
    JitterBuffer jitter;
    jitter.put(1000, marked(1));
    jitter.put(900000, marked(2));
    Frame f;
    jitter.take(f);
    jitter.take(f);
    EXPECT_EQ(2, f[0]);
}

}  // namespace
}  // namespace seatline::media
