#pragma once
// Listens for the tone that the other side is known to send, frame by frame, and for the own one,
// which would be an echo. Frequencies are multiples of 50 Hz, so that one 20 ms frame tells them
// apart exactly (Goertzel).
#include <cstdint>
#include <span>

#include "media/codec/g711.h"

namespace seatline::robots {

/// Counts of 20 ms frames.
struct HeardFrames {
    std::uint32_t before = 0;  ///< until the expected tone came first: prompts, ringing, silence
    std::uint32_t expected = 0;
    std::uint32_t echo = 0;   ///< the own tone came back
    std::uint32_t other = 0;  ///< after the first expected one, neither

    /// The expected tone came, stayed for at least 95 % of the frames since, and the own one never
    /// came.
    [[nodiscard]] bool is_good() const {
        return expected > 0 && echo == 0 && expected * 100 >= (expected + other) * 95;
    }
};

/// One stream's ear. Not thread-safe.
class ToneEar {
public:
    ToneEar() = default;
    /// Hertz, multiples of 50; `expected_hz` 0 listens to nothing.
    ToneEar(std::uint32_t expected_hz, std::uint32_t own_hz)
        : expected_hz_(expected_hz), own_hz_(own_hz) {}

    /// One packet's audio. True when this is the first frame with the expected tone.
    bool take(media::G711 law, std::span<const std::uint8_t> payload);
    [[nodiscard]] const HeardFrames& heard() const { return heard_; }

private:
    std::uint32_t expected_hz_ = 0;
    std::uint32_t own_hz_ = 0;
    HeardFrames heard_;
};

/// The tones of call number `call`: the caller's and the agent's, distinct, and mostly other than a
/// neighbour call's.
struct TonePair {
    std::uint32_t caller_hz;
    std::uint32_t agent_hz;
};
[[nodiscard]] TonePair tones_of(std::uint64_t call);
inline constexpr std::uint32_t lowest_tone_hz = 400;
inline constexpr std::uint32_t highest_tone_hz = 2750;

}  // namespace seatline::robots
