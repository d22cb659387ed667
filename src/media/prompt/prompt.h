#pragma once
// Prompts and music, converted once into what a tick sends: mono 8 kHz, as samples for mixing and
// ready-coded in both G.711 laws for a listener who hears nothing else. The only user of libsndfile
// and libspeexdsp.
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace seatline::media {

struct Prompt {
    std::vector<std::int16_t> samples;
    std::vector<std::uint8_t> alaw;
    std::vector<std::uint8_t> ulaw;

    [[nodiscard]] std::uint32_t length_ms() const {
        return static_cast<std::uint32_t>(samples.size() / 8);
    }
};

/// Makes a prompt of samples (tests, synthesis).
[[nodiscard]] Prompt make_prompt(std::vector<std::int16_t> mono_8k);

/// Reads any file that libsndfile reads (WAV, FLAC, Ogg, MP3 ...), 4 to 192 kHz, 1 to 8 channels
/// (averaged), at most an hour. Blocks on the disk: never called by the media thread. Errors:
/// "invalid" on field "path" with the reason.
[[nodiscard]] Result<Prompt> load_prompt(const std::string& path);

}  // namespace seatline::media
