#pragma once
// Seeded random variates of the simulator. Written out here because the standard library's
// distributions differ between implementations, and a seed must mean the same run everywhere.
#include <cmath>
#include <cstdint>

#include "base/time.h"

namespace seatline::sim {

/// xoshiro256++ (Blackman and Vigna), seeded by splitmix64.
class Dice {
public:
    explicit Dice(std::uint64_t seed) {
        for (auto& word : state_) {
            seed += 0x9E3779B97F4A7C15ull;
            std::uint64_t z = seed;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
            word = z ^ (z >> 31);
        }
    }

    [[nodiscard]] std::uint64_t next() {
        const std::uint64_t result = rotate(state_[0] + state_[3], 23) + state_[0];
        const std::uint64_t t = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= t;
        state_[3] = rotate(state_[3], 45);
        return result;
    }

    /// In [0, 1).
    [[nodiscard]] double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
    [[nodiscard]] bool chance(double probability) { return unit() < probability; }
    [[nodiscard]] std::uint64_t below(std::uint64_t n) { return next() % n; }
    /// Exponential with this mean, at least 1 us.
    [[nodiscard]] microseconds exponential(microseconds mean) {
        const double us = -std::log1p(-unit()) * static_cast<double>(mean.count());
        return microseconds{static_cast<std::int64_t>(us) + 1};
    }

private:
    static std::uint64_t rotate(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
    std::uint64_t state_[4];
};

}  // namespace seatline::sim
