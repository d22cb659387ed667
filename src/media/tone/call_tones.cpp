#include "media/tone/call_tones.h"

#include <algorithm>
#include <initializer_list>

#include "media/tone/tone.h"

namespace seatline::media {

namespace {

constexpr double loud = 8000;   // about -12 dBm0
constexpr double quiet = 3000;  // mixed with talk
constexpr std::uint32_t slope_ms = 5;

struct Part {
    double hertz = 0;  ///< 0: silence
    std::uint32_t ms = 0;
};

/// Parts one after the other; each swells and fades for 5 ms, so that nothing clicks.
std::vector<std::int16_t> sequence(std::initializer_list<Part> parts, double amplitude) {
    std::vector<std::int16_t> out;
    for (const Part& part : parts) {
        auto samples = make_tone(part.hertz, part.hertz > 0 ? amplitude : 0, part.ms);
        constexpr std::size_t slope = slope_ms * 8;
        for (std::size_t i = 0; i < std::min(slope, samples.size() / 2); ++i) {
            const double gain = static_cast<double>(i) / slope;
            auto& last = samples[samples.size() - 1 - i];
            samples[i] = static_cast<std::int16_t>(samples[i] * gain);
            last = static_cast<std::int16_t>(last * gain);
        }
        out.insert(out.end(), samples.begin(), samples.end());
    }
    return out;
}

}  // namespace

std::vector<CallTone> make_call_tones() {
    return {{"tone/ringback", sequence({{450, 1000}, {0, 4000}}, loud)},
            {"tone/busy", sequence({{450, 350}, {0, 350}}, loud)},
            {"tone/beep", sequence({{1000, 500}}, loud)},
            {"tone/join", sequence({{600, 120}, {900, 160}}, quiet)},
            {"tone/leave", sequence({{900, 120}, {600, 160}}, quiet)},
            {"tone/monitor", sequence({{1400, 200}}, quiet)}};
}

}  // namespace seatline::media
