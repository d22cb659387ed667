#include "media/record/wav.h"

#include <algorithm>
#include <cstring>
#include <fstream>

namespace seatline::media {

namespace {
void store_le32(std::uint8_t* p, std::uint32_t v) {
    for (int i = 0; i < 4; ++i) p[i] = static_cast<std::uint8_t>(v >> (8 * i));
}
}  // namespace

std::array<std::uint8_t, wav_header_size> wav_header(std::uint64_t data_octets, unsigned channels) {
    const auto size =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(data_octets, 0xFFFFFFFF - 36));
    std::array<std::uint8_t, wav_header_size> h{};
    std::memcpy(h.data(), "RIFF", 4);
    store_le32(h.data() + 4, size + 36);
    std::memcpy(h.data() + 8, "WAVEfmt ", 8);
    store_le32(h.data() + 16, 16);
    const auto frame_octets = static_cast<std::uint32_t>(wav_frame_octets(channels));
    store_le32(h.data() + 20, 1 | channels << 16);  // PCM
    store_le32(h.data() + 24, 8000);
    store_le32(h.data() + 28, 8000 * frame_octets);
    store_le32(h.data() + 32, frame_octets | 16u << 16);
    std::memcpy(h.data() + 36, "data", 4);
    store_le32(h.data() + 40, size);
    return h;
}

Result<RecoveredWav> recover_wav(const std::string& path) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    if (!file) return Error{"not_found", "path", "the recording cannot be opened"};
    std::array<std::uint8_t, wav_header_size> head{};
    file.read(reinterpret_cast<char*>(head.data()), head.size());
    const unsigned channels = head[22] == 1 ? 1 : 2;
    const auto wanted = wav_header(0, channels);
    const bool ours = file && std::memcmp(head.data(), wanted.data(), 4) == 0 &&
                      std::memcmp(head.data() + 8, wanted.data() + 8, 32) == 0;
    if (!ours)
        return invalid("path", "is not a recording of one or two channels, 8000 Hz and 16 bit");
    file.seekg(0, std::ios::end);
    const auto length = static_cast<std::uint64_t>(file.tellg()) - wav_header_size;
    const std::uint64_t data = length / wav_frame_octets(channels) * wav_frame_octets(channels);
    const auto header = wav_header(data, channels);
    file.seekp(0);
    file.write(reinterpret_cast<const char*>(header.data()), header.size());
    file.flush();
    if (!file) return Error{"unavailable", "path", "the header cannot be written"};
    return RecoveredWav{data, channels};
}

}  // namespace seatline::media
