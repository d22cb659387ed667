#pragma once
// The tones that callers, agents and conferences hear, as samples: 16 bit, 8 kHz. Ringback and busy
// are those of China (GB/T 3380; ITU-T E.180 Supplement 2): 450 Hz, one second on and four off, and
// 0.35 s on and off. One period each, to be looped. The others are our own: short, and far from
// 450 Hz and from keys.
#include <cstdint>
#include <string_view>
#include <vector>

namespace seatline::media {

struct CallTone {
    std::string_view name;  ///< "tone/ringback": the prompt's name
    std::vector<std::int16_t> samples;
};

/// All of them: ringback, busy, beep (1 kHz, 0.5 s), join (rising), leave (falling), monitor
/// (short).
[[nodiscard]] std::vector<CallTone> make_call_tones();

}  // namespace seatline::media
