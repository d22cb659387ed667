#include "api/resource/wav.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace seatline::api {
namespace {

constexpr std::uint64_t kFrame = 4;  // octets: two samples of 16 bits

std::uint32_t little_endian(const char* at, std::size_t octets) {
    std::uint32_t value = 0;
    for (std::size_t i = octets; i-- > 0;) value = value << 8 | static_cast<unsigned char>(at[i]);
    return value;
}

struct WavData {
    std::uint64_t offset = 0;
    std::uint64_t frames = 0;
    std::uint32_t rate_hz = 0;
};

Error not_wav(std::string reason) {
    return {"unavailable", "recording", std::move(reason)};
}

/// Walks the RIFF chunks to "data".
Result<WavData> find_data(const Octets& file) {
    std::array<char, 24> head;
    if (file.read_at(0, std::span(head).first(12)) != 12 ||
        std::string_view(head.data(), 4) != "RIFF" ||
        std::string_view(head.data() + 8, 4) != "WAVE") {
        return not_wav("the recording is no WAV file");
    }
    WavData data;
    std::uint64_t at = 12;
    for (int chunk = 0; chunk < 64; ++chunk) {
        if (file.read_at(at, std::span(head).first(8)) != 8) break;
        const std::string_view name(head.data(), 4);
        const std::uint64_t length = little_endian(head.data() + 4, 4);
        if (name == "fmt " && length >= 16) {
            const auto got = file.read_at(at + 8, std::span(head).first(16));
            if (got != 16 || little_endian(head.data() + 2, 2) != 2 ||
                little_endian(head.data() + 14, 2) != 16) {
                return not_wav("the recording has not 2 channels of 16 bits");
            }
            data.rate_hz = little_endian(head.data() + 4, 4);
        } else if (name == "data") {
            if (data.rate_hz == 0) break;
            data.offset = at + 8;
            const auto rest = file.size() > data.offset ? file.size() - data.offset : 0;
            data.frames = (length == 0 ? rest : std::min(length, rest)) / kFrame;
            return data;
        }
        at += 8 + length + (length & 1);
    }
    return not_wav("the recording's header is not complete");
}

std::uint8_t per_cent(int peak) {
    return static_cast<std::uint8_t>((peak * 100 + 16'384) / 32'768);
}

}  // namespace

Result<Waveform> read_waveform(const Octets& file, std::size_t buckets) {
    const auto data = find_data(file);
    if (data.has_error()) return data.error();
    Waveform out;
    out.length_ms = milliseconds(data->frames * 1000 / data->rate_hz);
    const std::uint64_t count = std::min<std::uint64_t>(buckets, data->frames);
    std::vector<std::array<int, 2>> peaks(count);
    std::vector<char> piece(64u << 10);
    for (std::uint64_t frame = 0; frame < data->frames;) {
        const auto wanted = std::min<std::uint64_t>(piece.size() / kFrame, data->frames - frame);
        const auto got =
            file.read_at(data->offset + frame * kFrame, std::span(piece).first(wanted * kFrame)) /
            kFrame;
        if (got == 0) break;
        for (std::uint64_t i = 0; i < got; ++i) {
            auto& peak = peaks[(frame + i) * count / data->frames];
            for (std::size_t side = 0; side < 2; ++side) {
                const auto sample = static_cast<std::int16_t>(
                    little_endian(piece.data() + i * kFrame + side * 2, 2));
                peak[side] = std::max(peak[side], std::abs(int{sample}));
            }
        }
        frame += got;
    }
    for (const auto& [left, right] : peaks) {
        out.left.push_back(per_cent(left));
        out.right.push_back(per_cent(right));
    }
    return out;
}

}  // namespace seatline::api
