#include "archive/wav_file.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace seatline::archive {
namespace {

std::uint32_t get(const char* at, int octets) {
    std::uint32_t value = 0;
    for (int i = octets; i-- > 0;) value = value << 8 | static_cast<unsigned char>(at[i]);
    return value;
}
void put(char* at, std::uint32_t value, int octets) {
    for (int i = 0; i < octets; ++i) at[i] = static_cast<char>(value >> (8 * i));
}

}  // namespace

Result<WavShape> read_wav_shape(const ByteSource& file) {
    const Error bad = invalid("recordings", "is no WAV file of 8000 Hz, 16 bit, 1 or 2 channels");
    std::array<char, 24> head{};
    auto got = file.read_at(0, std::span(head).first(12));
    if (got.has_error()) return got.error();
    if (*got != 12 || std::string_view(head.data(), 4) != "RIFF" ||
        std::string_view(head.data() + 8, 4) != "WAVE")
        return bad;
    WavShape shape;
    shape.channels = 0;
    std::uint64_t at = 12;
    for (int chunk = 0; chunk < 16; ++chunk) {
        got = file.read_at(at, head);
        if (got.has_error()) return got.error();
        if (*got < 8) break;
        const std::string_view name(head.data(), 4);
        const std::uint32_t length = get(head.data() + 4, 4);
        if (name == "fmt " && *got == head.size()) {
            const bool is_ours = get(head.data() + 8, 2) == 1 &&
                                 get(head.data() + 12, 4) == kRate &&
                                 get(head.data() + 22, 2) == 16;
            shape.channels = get(head.data() + 10, 2);
            if (!is_ours || shape.channels < 1 || shape.channels > 2) return bad;
        } else if (name == "data" && shape.channels != 0) {
            shape.data_offset = at + 8;
            const std::uint64_t rest =
                file.size() > shape.data_offset ? file.size() - shape.data_offset : 0;
            // Our files end with the samples: the file knows better than a header of a dead writer.
            shape.frames = rest / (shape.channels * 2);
            return shape;
        }
        at += 8 + std::uint64_t{length} + (length & 1);
    }
    return bad;
}

std::array<char, kWavHeader> make_wav_header(std::uint64_t frames, std::uint32_t channels) {
    const std::uint32_t frame = channels * 2;
    const auto size =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(frames * frame, 0xFFFFFFFF - 36));
    std::array<char, kWavHeader> h{};
    std::memcpy(h.data(), "RIFF", 4);
    put(h.data() + 4, size + 36, 4);
    std::memcpy(h.data() + 8, "WAVEfmt ", 8);
    put(h.data() + 16, 16, 4);
    put(h.data() + 20, 1, 2);
    put(h.data() + 22, channels, 2);
    put(h.data() + 24, kRate, 4);
    put(h.data() + 28, kRate * frame, 4);
    put(h.data() + 32, frame, 2);
    put(h.data() + 34, 16, 2);
    std::memcpy(h.data() + 36, "data", 4);
    put(h.data() + 40, size, 4);
    return h;
}

}  // namespace seatline::archive
