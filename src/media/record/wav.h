#pragma once
// The 44-byte header of the recordings: RIFF/WAVE, PCM, one or two channels, 8000 Hz, 16 bit.
#include <array>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace seatline::media {

inline constexpr std::size_t wav_header_size = 44;

/// Octets of one moment: 16 bit a channel.
[[nodiscard]] constexpr std::size_t wav_frame_octets(unsigned channels) {
    return 2u * channels;
}

/// A header for `data_octets` of samples (saturated at what 32 bits can say).
[[nodiscard]] std::array<std::uint8_t, wav_header_size> wav_header(std::uint64_t data_octets,
                                                                   unsigned channels = 2);

/// What recover_wav found.
struct RecoveredWav {
    std::uint64_t octets = 0;  ///< of samples
    unsigned channels = 2;
    [[nodiscard]] std::uint64_t frames() const { return octets / wav_frame_octets(channels); }
};

/// Repairs a recording whose writer died: sets the header's sizes to the file's length, cut to
/// whole frames. Errors: "not_found" when it cannot be opened,
/// "invalid" when it is not such a recording.
[[nodiscard]] Result<RecoveredWav> recover_wav(const std::string& path);

}  // namespace seatline::media
