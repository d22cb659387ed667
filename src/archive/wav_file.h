#pragma once
// WAV files of 16 bit and 8 kHz, mono or stereo, as the worker writes them.
#include <array>

#include "archive/file.h"

namespace seatline::archive {

inline constexpr std::uint32_t kRate = 8000;
inline constexpr std::size_t kWavHeader = 44;

struct WavShape {
    std::uint64_t data_offset = 0;
    std::uint64_t frames = 0;
    std::uint32_t channels = 2;
};

/// Errors: invalid, when the file is no such WAV. A header whose writer died counts by the file's
/// real length.
[[nodiscard]] Result<WavShape> read_wav_shape(const ByteSource& file);

/// The 44 octets before the samples; lengths beyond 32 bits are saturated.
[[nodiscard]] std::array<char, kWavHeader> make_wav_header(std::uint64_t frames,
                                                           std::uint32_t channels);

}  // namespace seatline::archive
