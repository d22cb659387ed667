#include "robots/tone_ear.h"

#include <array>

#include "media/tone/tone.h"

namespace seatline::robots {
namespace {

constexpr double kClearShare = 0.8;
constexpr double kEchoShare = 0.1;

}  // namespace

bool ToneEar::take(media::G711 law, std::span<const std::uint8_t> payload) {
    std::array<std::int16_t, 480> samples;
    if (expected_hz_ == 0 || payload.empty() || payload.size() > samples.size()) return false;
    media::g711_decode(law, payload, samples.data());
    const std::span<const std::int16_t> frame(samples.data(), payload.size());
    if (media::tone_share(frame, expected_hz_) > kClearShare) return ++heard_.expected == 1;
    if (media::tone_share(frame, own_hz_) > kEchoShare) {
        ++heard_.echo;
    } else {
        ++(heard_.expected == 0 ? heard_.before : heard_.other);
    }
    return false;
}

TonePair tones_of(std::uint64_t call) {
    constexpr std::uint64_t kTones = 24;  // callers 400-1550 Hz, agents 1600-2750 Hz
    return {static_cast<std::uint32_t>(lowest_tone_hz + 50 * (call % kTones)),
            static_cast<std::uint32_t>(highest_tone_hz - 50 * (call * 7 % kTones))};
}

}  // namespace seatline::robots
