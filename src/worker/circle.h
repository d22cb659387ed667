#pragma once
// A circle: the one set that "who hears whom" is made of. Legs speak in it, legs hear it; it exists
// while one does. A leg speaks in one circle at most, so the speakers of two circles are never the
// same, and what a leg hears is the sum of its circles less its own voice. Each tick a speaker is
// decoded once and a circle added up once, however many listen; listeners who hear the same share
// the encoded frame too. Owner: the Worker, media thread only.
#include <array>
#include <cstdint>
#include <vector>

#include "media/codec/g711.h"
#include "media/room/active_speaker.h"
#include "media/room/mixer.h"
#include "worker/timer_wheel.h"

namespace seatline::worker {

struct Leg;

struct Circle {
    std::uint64_t id = 0;
    std::vector<Leg*> speakers;
    std::vector<Leg*> hearers;

    // The sum of one tick, made when the first hearer asks for it.
    std::uint64_t tick = 0;
    bool sounds = false;  ///< a speaker was not silent in this tick
    media::Mixer sum;
    std::array<bool, 2> coded_ready{};  ///< by law
    std::array<std::array<std::uint8_t, media::frame_samples>, 2> coded;

    // Who speaks, while control wants to know.
    bool watched = false;
    media::ActiveSpeaker active;
    Timer speaker_timer{timer_speaker, this};  ///< runs while watched and somebody may speak

    [[nodiscard]] bool unused() const { return speakers.empty() && hearers.empty() && !watched; }
};

}  // namespace seatline::worker
