#pragma once
// Known sounds for robots and tests: made, and found again at the far end. Samples are 16 bit, 8
// kHz.
#include <cstdint>
#include <span>
#include <vector>

namespace seatline::media {

/// Adds a sine to what it is given, with its phase kept from call to call.
class ToneGenerator {
public:
    /// `amplitude` in sample units, at most 16000.
    ToneGenerator(double hertz, double amplitude);
    void add(std::span<std::int16_t> out);

private:
    double hertz_;
    double amplitude_;
    std::uint64_t sample_ = 0;
};

/// `ms` of a sine.
[[nodiscard]] std::vector<std::int16_t> make_tone(double hertz, double amplitude, std::uint32_t ms);

/// The share of the signal's power that lies at `hertz` (Goertzel): near 1 for that tone alone,
/// near 0 without it, 0 for silence. Meaningful from about 20 ms on.
[[nodiscard]] double tone_share(std::span<const std::int16_t> samples, double hertz);

/// The two frequencies of a DTMF key (ITU-T Q.23); zeros when `digit` is none.
struct KeyTone {
    double low = 0;
    double high = 0;
};
[[nodiscard]] KeyTone key_tone(char digit);

/// Where `sample` lies best in `signal`, and how alike they are there (1 the same up to volume, 0
/// nothing of it).
struct Correlation {
    double score = 0;
    std::size_t offset = 0;
};
[[nodiscard]] Correlation correlate(std::span<const std::int16_t> signal,
                                    std::span<const std::int16_t> sample);

}  // namespace seatline::media
