#include "media/tone/call_tones.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <span>
#include <string>

#include "media/tone/tone.h"

namespace seatline::media {
namespace {

class CallTones : public ::testing::Test {
protected:
    CallTones() {
        for (CallTone& tone : make_call_tones())
            tones.emplace(std::string(tone.name), std::move(tone.samples));
    }
    /// A piece of a tone, in milliseconds.
    std::span<const std::int16_t> cut(const std::string& name, std::size_t from, std::size_t ms) {
        return std::span(tones.at(name)).subspan(from * 8, ms * 8);
    }
    static bool is_silent(std::span<const std::int16_t> samples) {
        return std::ranges::all_of(samples, [](std::int16_t s) { return s == 0; });
    }

    std::map<std::string, std::vector<std::int16_t>> tones;
};

TEST_F(CallTones, ringback_is_450_hz_one_second_of_five) {
    ASSERT_EQ(tones.at("tone/ringback").size(), 5000u * 8);
    EXPECT_GT(tone_share(cut("tone/ringback", 0, 1000), 450), 0.98);
    EXPECT_TRUE(is_silent(cut("tone/ringback", 1000, 4000)));
}

TEST_F(CallTones, busy_is_450_hz_as_long_on_as_off) {
    ASSERT_EQ(tones.at("tone/busy").size(), 700u * 8);
    EXPECT_GT(tone_share(cut("tone/busy", 0, 350), 450), 0.97);
    EXPECT_TRUE(is_silent(cut("tone/busy", 350, 350)));
}

TEST_F(CallTones, beep_is_1_khz_for_half_a_second) {
    ASSERT_EQ(tones.at("tone/beep").size(), 500u * 8);
    EXPECT_GT(tone_share(tones.at("tone/beep"), 1000), 0.98);
}

TEST_F(CallTones, coming_rises_and_going_falls) {
    EXPECT_GT(tone_share(cut("tone/join", 0, 120), 600), 0.9);
    EXPECT_GT(tone_share(cut("tone/join", 120, 160), 900), 0.9);
    EXPECT_GT(tone_share(cut("tone/leave", 0, 120), 900), 0.9);
    EXPECT_GT(tone_share(cut("tone/leave", 120, 160), 600), 0.9);
}

TEST_F(CallTones, nothing_clicks_and_nothing_is_too_loud) {
    EXPECT_EQ(tones.size(), 6u);
    for (const auto& [name, samples] : tones) {
        EXPECT_EQ(samples.front(), 0) << name;
        EXPECT_EQ(samples.back(), 0) << name;
        int before = 0;
        for (const std::int16_t s : samples) {
            EXPECT_LE(std::abs(s), 8000) << name;
            // A sine of 1400 Hz at 8 kHz moves by at most 1.05 of its amplitude from one sample to
            // the next; the loud ones are at most 1 kHz.
            ASSERT_LE(std::abs(s - before), 6400) << name;
            before = s;
        }
    }
}

}  // namespace
}  // namespace seatline::media
