#include "media/tone/tone.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

namespace seatline::media {

namespace {
constexpr double rate = 8000;
}

ToneGenerator::ToneGenerator(double hertz, double amplitude)
    : hertz_(hertz), amplitude_(std::min(amplitude, 16000.0)) {}

void ToneGenerator::add(std::span<std::int16_t> out) {
    for (auto& s : out) {
        const double phase = std::fmod(hertz_ * static_cast<double>(sample_++), rate) / rate;
        const double v = s + amplitude_ * std::sin(2 * std::numbers::pi * phase);
        s = static_cast<std::int16_t>(std::clamp(v, -32768.0, 32767.0));
    }
}

std::vector<std::int16_t> make_tone(double hertz, double amplitude, std::uint32_t ms) {
    std::vector<std::int16_t> out(std::size_t{ms} * 8);
    ToneGenerator(hertz, amplitude).add(out);
    return out;
}

double tone_share(std::span<const std::int16_t> samples, double hertz) {
    if (samples.empty()) return 0;
    const double coefficient = 2 * std::cos(2 * std::numbers::pi * hertz / rate);
    double s1 = 0, s2 = 0, energy = 0;
    for (const std::int16_t x : samples) {
        const double s0 = x + coefficient * s1 - s2;
        s2 = s1;
        s1 = s0;
        energy += static_cast<double>(x) * x;
    }
    if (energy == 0) return 0;
    const double power = s1 * s1 + s2 * s2 - coefficient * s1 * s2;
    // A pure tone of amplitude a over n samples: power = (a n / 2)^2, energy = n a^2 / 2.
    return std::min(1.0, 2 * power / (static_cast<double>(samples.size()) * energy));
}

KeyTone key_tone(char digit) {
    constexpr std::string_view keys = "123A456B789C*0#D";
    constexpr std::array<double, 4> low{697, 770, 852, 941};
    constexpr std::array<double, 4> high{1209, 1336, 1477, 1633};
    const auto at = keys.find(digit);
    if (at == std::string_view::npos || digit == 0) return {};
    return {low[at / 4], high[at % 4]};
}

Correlation correlate(std::span<const std::int16_t> signal, std::span<const std::int16_t> sample) {
    Correlation best;
    if (sample.empty() || signal.size() < sample.size()) return best;
    double sample_energy = 0;
    for (const auto s : sample) sample_energy += static_cast<double>(s) * s;
    double energy = 0;
    for (std::size_t i = 0; i < sample.size(); ++i)
        energy += static_cast<double>(signal[i]) * signal[i];
    for (std::size_t at = 0;; ++at) {
        double dot = 0;
        for (std::size_t i = 0; i < sample.size(); ++i)
            dot += static_cast<double>(signal[at + i]) * sample[i];
        const double norm = std::sqrt(energy * sample_energy);
        const double score = norm > 0 ? dot / norm : 0;
        if (score > best.score) best = {score, at};
        if (at + sample.size() >= signal.size()) return best;
        energy += static_cast<double>(signal[at + sample.size()]) * signal[at + sample.size()] -
                  static_cast<double>(signal[at]) * signal[at];
    }
}

}  // namespace seatline::media
