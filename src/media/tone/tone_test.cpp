#include "media/tone/tone.h"

#include <gtest/gtest.h>

namespace seatline::media {
namespace {

TEST(Tone, its_own_frequency_and_no_other) {
    const auto tone = make_tone(1000, 8000, 200);
    EXPECT_GT(tone_share(tone, 1000), 0.99);
    EXPECT_LT(tone_share(tone, 1300), 0.01);
    EXPECT_EQ(0, tone_share(std::vector<std::int16_t>(160), 1000));
}

TEST(Tone, a_sample_is_found_where_it_is) {
    std::vector<std::int16_t> sample;
    std::uint32_t x = 1;
    for (int i = 0; i < 400; ++i)
        sample.push_back(static_cast<std::int16_t>((x = x * 1664525 + 1013904223) >> 18));
    std::vector<std::int16_t> signal(2000);
    for (std::size_t i = 0; i < sample.size(); ++i)
        signal[777 + i] = static_cast<std::int16_t>(sample[i] / 2);
    const auto found = correlate(signal, sample);
    EXPECT_GT(found.score, 0.99);
    EXPECT_EQ(777u, found.offset);
}

TEST(Tone, keys_have_two) {
    EXPECT_EQ(770, key_tone('5').low);
    EXPECT_EQ(1336, key_tone('5').high);
    EXPECT_EQ(941, key_tone('#').low);
    EXPECT_EQ(0, key_tone('x').low);
}

}  // namespace
}  // namespace seatline::media
