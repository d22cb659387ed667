#pragma once
// The 44-byte header of the recordings: RIFF/WAVE, PCM, stereo, 8000 Hz, 16 bit.
#include <array>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace seatline::media {

inline constexpr std::size_t wav_header_size = 44;
inline constexpr std::size_t wav_frame_octets = 4;  ///< left and right, 16 bit each

/// A header for `data_octets` of samples (saturated at what 32 bits can say).
[[nodiscard]] std::array<std::uint8_t, wav_header_size> wav_header(std::uint64_t data_octets);

/// Repairs a recording whose writer died: sets the header's sizes to the file's length, cut to
/// whole frames. Gives the octets of samples. Errors: "not_found" when it cannot be opened,
/// "invalid" when it is not such a recording.
[[nodiscard]] Result<std::uint64_t> recover_wav(const std::string& path);

}  // namespace seatline::media
