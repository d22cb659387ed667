#pragma once
// Adds 20 ms frames with saturation. Sums are kept in 32 bits until the end, so the order of
// sources never matters.
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "media/jitter/jitter_buffer.h"

namespace seatline::media {

class Mixer {
public:
    void clear() { sum_.fill(0); }
    void add(std::span<const std::int16_t, frame_samples> frame) {
        for (std::size_t i = 0; i < frame_samples; ++i) sum_[i] += frame[i];
    }
    void add(const Mixer& other) {
        for (std::size_t i = 0; i < frame_samples; ++i) sum_[i] += other.sum_[i];
    }
    /// Takes out what add() of the same frame put in.
    void remove(std::span<const std::int16_t, frame_samples> frame) {
        for (std::size_t i = 0; i < frame_samples; ++i) sum_[i] -= frame[i];
    }
    void finish(std::span<std::int16_t, frame_samples> out) const {
        for (std::size_t i = 0; i < frame_samples; ++i) {
            out[i] = static_cast<std::int16_t>(std::clamp(sum_[i], -32768, 32767));
        }
    }

private:
    std::array<std::int32_t, frame_samples> sum_{};
};

}  // namespace seatline::media
