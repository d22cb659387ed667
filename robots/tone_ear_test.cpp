#include "robots/tone_ear.h"

#include <gtest/gtest.h>

#include "media/tone/tone.h"
#include "robots/sound.h"

namespace seatline::robots {
namespace {

std::span<const std::uint8_t> first_frame(const SoundPtr& sound) {
    return std::span(sound->in(media::G711::alaw)).first(frame_samples);
}

TEST(ToneEar, hears_every_pair_and_never_its_neighbour) {
    for (std::uint64_t call = 0; call < 24; ++call) {
        const auto tones = tones_of(call);
        EXPECT_NE(tones.caller_hz, tones.agent_hz);
        ToneEar ear(tones.agent_hz, tones.caller_hz);
        EXPECT_FALSE(ear.take(media::G711::alaw,
                              first_frame(make_tone_sound(tones.agent_hz == 1600 ? 1650 : 1600))));
        EXPECT_TRUE(ear.take(media::G711::alaw, first_frame(make_tone_sound(tones.agent_hz))));
        EXPECT_FALSE(ear.take(media::G711::alaw, first_frame(make_tone_sound(tones.agent_hz))));
        EXPECT_TRUE(ear.heard().is_good());
        EXPECT_EQ(ear.heard().before, 1u);
    }
}

TEST(ToneEar, an_echo_spoils_the_check_even_when_the_other_is_louder_later) {
    ToneEar ear(1600, 400);
    ear.take(media::G711::alaw, first_frame(make_tone_sound(400)));
    for (int i = 0; i < 100; ++i) ear.take(media::G711::alaw, first_frame(make_tone_sound(1600)));
    EXPECT_EQ(ear.heard().echo, 1u);
    EXPECT_FALSE(ear.heard().is_good());
}

TEST(ToneEar, silence_after_the_tone_is_counted) {
    ToneEar ear(1600, 400);
    const auto silence = make_sound({});
    ear.take(media::G711::alaw, first_frame(make_tone_sound(1600)));
    ear.take(media::G711::alaw, first_frame(silence));
    EXPECT_EQ(ear.heard().other, 1u);
    EXPECT_FALSE(ear.heard().is_good());
}

TEST(ToneEar, half_the_tone_under_speech_is_no_clear_hearing) {
    auto mixed = media::make_tone(1600, 4000, 20);
    media::ToneGenerator(700, 6000).add(mixed);
    ToneEar ear(1600, 400);
    EXPECT_FALSE(ear.take(media::G711::alaw, first_frame(make_sound(mixed))));
    EXPECT_EQ(ear.heard().before, 1u);
}

}  // namespace
}  // namespace seatline::robots
