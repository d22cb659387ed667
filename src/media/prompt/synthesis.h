#pragma once
// Speech from text by espeak-ng, run as a program of its own (it is GPL: never linked).
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace seatline::media {

struct Voice {
    std::string name = "cmn";              ///< as espeak-ng knows it: "cmn", "cmn+f2", "en"
    std::uint32_t words_per_minute = 230;  ///< Mandarin as it is spoken; English is better slower
};

/// Mono samples at 8 kHz, without the silence that the program puts around a text (about 0.4 s in
/// all), so that sentences made of pieces flow. Makes and removes files in `scratch_folder`; blocks
/// for about 30 ms a sentence: never called by the media thread. Errors: "unavailable", field
/// "prompts", when there is no espeak-ng or it fails on the text.
[[nodiscard]] Result<std::vector<std::int16_t>> synthesise(const std::string& text,
                                                           const Voice& voice,
                                                           const std::string& scratch_folder);

/// `samples` from 25 ms before the first loud one to 25 ms after the last; all of them when none
/// is.
[[nodiscard]] std::vector<std::int16_t> without_silence_around(
    const std::vector<std::int16_t>& samples);

}  // namespace seatline::media
