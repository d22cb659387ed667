#pragma once
// WAV to Ogg Opus (RFC 7845), telephone band. The two sides of a call are two mono streams of one
// file (channel mapping family 1, no coupling): coupled stereo would let each side leak into the
// other.
#include "archive/file.h"
#include "archive/wav_file.h"

namespace seatline::archive {

inline constexpr int kBitsPerSecondAndChannel = 12'000;

/// Reads all samples of `wav` and writes the Ogg file, a page at a time. Without samples nothing is
/// written: opusfile refuses an Ogg file that has only headers. Blocks; memory does not
/// grow with the length. Errors: those of `wav` and `out`; unavailable.
[[nodiscard]] Result<void> encode_opus(const ByteSource& wav, const WavShape& shape,
                                       const Sink& out);

}  // namespace seatline::archive
