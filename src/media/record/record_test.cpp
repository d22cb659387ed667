#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <vector>

#include "media/record/timeline.h"
#include "media/record/wav.h"

namespace seatline::media {
namespace {

const Instant start = from_unix_us(1'000'000'000);

struct Taken {
    std::vector<std::int16_t> left, right;
    void all(RecordTimeline& a, Instant now, bool everything = false) {
        std::vector<std::int16_t> block(2 * a.ready(now, everything));
        a.take(block, now);
        for (std::size_t i = 0; i < block.size(); i += 2) {
            left.push_back(block[i]);
            right.push_back(block[i + 1]);
        }
    }
};

TEST(RecordTimeline, sides_keep_apart_and_losses_keep_their_place) {
    RecordTimeline a(start, 2);
    RecordTrack left, right{RecordSide::right};
    Taken taken;
    const std::vector<std::uint8_t> loud(160, 0xAA);
    for (int i = 0; i < 100; ++i) {
        const Instant now = start + milliseconds{20 * (i + 1)};
        if (i != 50)
            a.put(left, G711::alaw, 0xFFFFF000u + static_cast<std::uint32_t>(i) * 160, loud, now);
        if (i == 70) a.put(right, G711::ulaw, 7, std::vector<std::uint8_t>(160, 0x80), now);
        if (i % 25 == 24) taken.all(a, now);
    }
    taken.all(a, start + 2s, true);
    ASSERT_EQ(16000u, taken.left.size());
    for (std::size_t i = 0; i < 16000; ++i) {
        ASSERT_EQ(i / 160 == 50 ? 0 : 32256, taken.left[i]) << i;
        ASSERT_EQ(i / 160 == 70 ? 32124 : 0, taken.right[i]) << i;
    }
}

TEST(RecordTimeline, reordered_packets_fall_into_place) {
    RecordTimeline a(start, 2);
    RecordTrack left;
    std::vector<std::vector<std::uint8_t>> p;
    for (int i = 0; i < 20; ++i) p.emplace_back(160, static_cast<std::uint8_t>(0x80 + i));
    std::vector<std::uint32_t> order{0,  2,  1,  3,  5,  6,  4,  7,  8,  9,
                                     11, 10, 12, 13, 14, 15, 16, 17, 19, 18};
    for (std::size_t i = 0; i < order.size(); ++i) {
        a.put(left, G711::alaw, order[i] * 160, p[order[i]], start + milliseconds{20 * (i + 1)});
    }
    Taken taken;
    taken.all(a, start + 400ms, true);
    for (std::size_t i = 0; i < 20; ++i) {
        EXPECT_EQ(g711_decode(G711::alaw, p[i][0]), taken.left[i * 160]);
        EXPECT_EQ(g711_decode(G711::alaw, p[i][0]), taken.left[i * 160 + 159]);
    }
}

TEST(RecordTimeline, four_hours_have_their_exact_length_although_a_clock_drifts) {
    RecordTimeline a(start, 2);
    RecordTrack left;
    const std::vector<std::uint8_t> loud(160, 0xAA);
    std::vector<std::int16_t> block;
    std::uint64_t frames = 0, silent = 0;
    const int packets = 4 * 3600 * 50;
    for (int i = 0; i < packets; ++i) {
        // 100 ppm fast: a packet each 19.998 ms
        const Instant now = start + microseconds{static_cast<std::int64_t>(i + 1) * 19998};
        a.put(left, G711::alaw, static_cast<std::uint32_t>(i) * 160, loud, now);
        if (i % 25 != 24) continue;
        block.resize(2 * a.ready(now, false));
        a.take(block, now);
        frames += block.size() / 2;
        for (std::size_t k = 0; k < block.size(); k += 2) silent += block[k] == 0;
    }
    const Instant end = start + microseconds{static_cast<std::int64_t>(packets) * 19998};
    block.resize(2 * a.ready(end, true));
    a.take(block, end);
    frames += block.size() / 2;
    EXPECT_EQ(static_cast<std::uint64_t>((end - start).count()) * 8 / 1000, frames);
    EXPECT_EQ(0u, a.late_packets());
    EXPECT_LT(silent, 8000u);
}

TEST(RecordTimeline, a_stall_longer_than_the_ring_is_survived) {
    RecordTimeline a(start, 2);
    RecordTrack left;
    a.put(left, G711::alaw, 0, std::vector<std::uint8_t>(160, 0xAA), start + 20ms);
    a.put(left, G711::alaw, 80000, std::vector<std::uint8_t>(160, 0xAA), start + 10s);
    EXPECT_EQ(1u, a.late_packets());
    Taken taken;
    taken.all(a, start + 10s, true);
    EXPECT_EQ(80000u, taken.left.size());
    EXPECT_EQ(32256, taken.left[0]);
}

TEST(RecordTimeline, legs_of_one_side_add_up_and_saturate) {
    RecordTimeline a(start, 1);
    RecordTrack first, second;
    const std::vector<std::uint8_t> loud(160, 0xAA);
    const std::vector<std::uint8_t> soft(160, g711_encode(G711::alaw, 1000));
    a.put(first, G711::alaw, 5000, loud, start + 20ms);
    a.put(second, G711::alaw, 900, loud, start + 20ms);
    a.put(first, G711::alaw, 5160, soft, start + 40ms);
    a.put(second, G711::alaw, 1060, soft, start + 40ms);
    std::vector<std::int16_t> out(a.ready(start + 40ms, true));
    ASSERT_EQ(320u, out.size());
    a.take(out, start + 40ms);
    EXPECT_EQ(32767, out[0]);
    EXPECT_EQ(2 * g711_decode(G711::alaw, soft[0]), out[160]);
}

TEST(RecordTimeline, what_was_said_before_a_track_opened_is_left_out) {
    RecordTimeline a(start, 1);
    RecordTrack track;
    const std::vector<std::uint8_t> loud(160, 0xAA);
    a.put(track, G711::alaw, 0, loud, start + 20ms);
    track.muted = true;
    a.put(track, G711::alaw, 160, loud, start + 40ms);
    a.open(track, RecordSide::left, start + 50ms);
    a.put(track, G711::alaw, 320, loud, start + 60ms);                       // half of it
    a.put(track, G711::alaw, 240, std::span(loud).first(80), start + 61ms);  // none of it
    std::vector<std::int16_t> out(a.ready(start + 60ms, true));
    ASSERT_EQ(480u, out.size());
    a.take(out, start + 60ms);
    for (std::size_t i = 0; i < 480; ++i) ASSERT_EQ(i < 160 || i >= 400 ? 32256 : 0, out[i]) << i;
}

TEST(Wav, a_torn_file_is_repaired) {
    const auto path =
        (std::filesystem::temp_directory_path() / ("torn_" + std::to_string(::getpid()) + ".wav"))
            .string();
    {
        std::ofstream out(path, std::ios::binary);
        const auto h = wav_header(0);
        out.write(reinterpret_cast<const char*>(h.data()), h.size());
        out << std::string(4003, 'x');
    }
    const auto repaired = recover_wav(path);
    ASSERT_TRUE(repaired.has_value());
    EXPECT_EQ(4000u, repaired->octets);
    std::ofstream(path) << "something else that is long enough to have a header of 44 octets";
    EXPECT_EQ("invalid", recover_wav(path).error().code);
    EXPECT_EQ("not_found", recover_wav("/nonexistent/x").error().code);
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace seatline::media
