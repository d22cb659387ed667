#include "media/codec/g711.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "media/tone/tone.h"

namespace seatline::media {
namespace {

TEST(G711, known_values) {
    EXPECT_EQ(8, g711_decode(G711::alaw, 0xD5));
    EXPECT_EQ(-8, g711_decode(G711::alaw, 0x55));
    EXPECT_EQ(32256, g711_decode(G711::alaw, 0xAA));
    EXPECT_EQ(-32256, g711_decode(G711::alaw, 0x2A));
    EXPECT_EQ(0, g711_decode(G711::ulaw, 0xFF));
    EXPECT_EQ(32124, g711_decode(G711::ulaw, 0x80));
    EXPECT_EQ(-32124, g711_decode(G711::ulaw, 0x00));
}

TEST(G711, every_code_survives_decoding_and_encoding) {
    for (const auto law : {G711::alaw, G711::ulaw}) {
        for (unsigned c = 0; c < 256; ++c) {
            const auto code = static_cast<std::uint8_t>(c);
            const auto again = g711_encode(law, g711_decode(law, code));
            if (law == G711::ulaw && code == 0x7F) {
                EXPECT_EQ(0xFF, again);  // minus zero
            } else {
                EXPECT_EQ(code, again);
            }
        }
    }
}

TEST(G711, signal_to_noise_is_what_the_law_gives) {
    const auto tone = make_tone(1020, 8000, 1000);
    for (const auto law : {G711::alaw, G711::ulaw}) {
        double signal = 0, noise = 0;
        for (const auto s : tone) {
            const double d = g711_decode(law, g711_encode(law, s)) - s;
            signal += static_cast<double>(s) * s;
            noise += d * d;
        }
        EXPECT_GT(10 * std::log10(signal / noise), 36);
    }
}

TEST(G711, transcoding_changes_a_value_by_at_most_a_step) {
    for (const auto law : {G711::alaw, G711::ulaw}) {
        for (unsigned c = 0; c < 256; ++c) {
            const auto code = static_cast<std::uint8_t>(c);
            std::uint8_t other = 0;
            g711_transcode(law, {&code, 1}, &other);
            const int before = g711_decode(law, code);
            const int after = g711_decode(law == G711::alaw ? G711::ulaw : G711::alaw, other);
            EXPECT_LE(std::abs(before - after), std::max(16, std::abs(before) / 16)) << c;
        }
    }
}

}  // namespace
}  // namespace seatline::media
