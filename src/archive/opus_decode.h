#pragma once
// Ogg Opus back to samples of 8 kHz, from any place on.
#include <memory>
#include <vector>

#include "archive/file.h"
#include "archive/wav_file.h"

struct OggOpusFile;

namespace seatline::archive {

/// One thread at a time. Reading on is cheap, jumping costs the decoding of 80 ms.
class OpusReader {
public:
    /// Errors: invalid (no Ogg Opus, damaged), and those of `file`.
    [[nodiscard]] static Result<std::unique_ptr<OpusReader>> open(
        std::shared_ptr<const ByteSource> file);
    ~OpusReader();
    OpusReader(const OpusReader&) = delete;
    OpusReader& operator=(const OpusReader&) = delete;

    [[nodiscard]] std::uint32_t channels() const { return channels_; }
    [[nodiscard]] std::uint64_t frames() const { return frames_; }
    /// Interleaved samples of `count` frames from `frame` on; fewer at the end. `out` is replaced.
    [[nodiscard]] Result<void> read(std::uint64_t frame, std::uint64_t count,
                                    std::vector<std::int16_t>& out);

private:
    explicit OpusReader(std::shared_ptr<const ByteSource> file) : file_(std::move(file)) {}
    [[nodiscard]] Result<void> start();
    [[nodiscard]] Result<void> decode_more();
    [[nodiscard]] Result<void> need(std::uint64_t from, std::uint64_t to);

    // For opusfile, which reads from a stream.
    static int on_read(void* self, unsigned char* out, int size);
    static int on_seek(void* self, std::int64_t offset, int whence);
    static std::int64_t on_tell(void* self);

    const std::shared_ptr<const ByteSource> file_;
    std::uint64_t position_ = 0;  ///< of the stream
    OggOpusFile* opus_ = nullptr;
    std::uint32_t channels_ = 0;
    std::uint64_t frames_ = 0;  ///< of 8 kHz
    std::uint64_t total_ = 0;   ///< of 48 kHz
    std::vector<float> held_;   ///< decoded, 48 kHz, interleaved
    std::uint64_t held_from_ = 0;
};

/// The whole recording as a WAV file that does not exist: header and samples are made as they are
/// read. Thread-safe.
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_opus_as_wav(
    std::shared_ptr<const ByteSource> file);

}  // namespace seatline::archive
