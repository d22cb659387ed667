#pragma once
// The loudness picture of a recording: peaks of a 16-bit stereo WAV file in equal steps.
#include "api/http/file.h"
#include "api/types.h"
#include "base/result.h"

namespace seatline::api {

/// Reads the whole file once, 64 KB at a time; blocking. At most `buckets` values a side, fewer for
/// very short files. A file whose header was never completed (its worker died) is read up to its
/// real end. Errors: unavailable, when it is no PCM WAV of 16 bits and 2 channels.
[[nodiscard]] Result<Waveform> read_waveform(const Octets& file, std::size_t buckets);

}  // namespace seatline::api
