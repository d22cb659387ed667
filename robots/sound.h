#pragma once
// What robots say: endless loops of G.711, made once at start and shared by all streams.
#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "media/codec/g711.h"

namespace seatline::robots {

inline constexpr std::size_t frame_samples = 160;  ///< 20 ms at 8 kHz

/// A loop in both laws, a whole number of frames long. Immutable: any thread.
struct Sound {
    std::array<std::vector<std::uint8_t>, 2> bytes;  ///< by media::G711

    [[nodiscard]] const std::vector<std::uint8_t>& in(media::G711 law) const {
        return bytes[static_cast<std::size_t>(law)];
    }
    [[nodiscard]] std::size_t frames() const { return bytes[0].size() / frame_samples; }
};
using SoundPtr = std::shared_ptr<const Sound>;

/// Pads `samples` with silence to whole frames; at least one.
[[nodiscard]] SoundPtr make_sound(std::vector<std::int16_t> samples);

/// A tone whose loop has no click: `hertz` must be a multiple of 50.
[[nodiscard]] SoundPtr make_tone_sound(std::uint32_t hertz);

/// Some speakers: Mandarin sentences with pauses by espeak-ng, or melodies when that program is
/// missing.
[[nodiscard]] std::vector<SoundPtr> make_voices(std::mt19937_64& random);

}  // namespace seatline::robots
