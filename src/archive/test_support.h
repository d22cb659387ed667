#pragma once
// What the tests of src/archive share: a data folder, recordings to archive, and reading them.
#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <string>
#include <vector>

#include "archive/file.h"
#include "archive/wav_file.h"

namespace seatline::archive::test {

/// A data folder that goes with the object, and a key file in another.
class TempFolder {
public:
    explicit TempFolder(const std::string& where = "/tmp") {
        std::string name = where + "/seatline-archive-XXXXXX";
        path = ::mkdtemp(name.data());
    }
    ~TempFolder() {
        std::error_code ec;
        std::filesystem::remove_all(path, ec);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    [[nodiscard]] std::string full(const std::string& name) const { return path + "/" + name; }
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const auto& entry : std::filesystem::directory_iterator(path))
            all.push_back(entry.path().filename());
        std::sort(all.begin(), all.end());
        return all;
    }

    std::string path;
};

inline void put_file(const std::string& path, const std::string& text, mode_t mode = 0600) {
    std::ofstream(path, std::ios::binary) << text;
    std::filesystem::permissions(path, static_cast<std::filesystem::perms>(mode));
}

inline std::string get_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Speech-like: a voiced sound of 150 Hz whose loudness and timbre move, different on each side.
inline std::vector<std::int16_t> sound(std::uint64_t frames, std::uint32_t channels) {
    std::vector<std::int16_t> samples;
    samples.reserve(frames * channels);
    for (std::uint64_t i = 0; i < frames; ++i) {
        const double t = static_cast<double>(i) / kRate;
        for (std::uint32_t c = 0; c < channels; ++c) {
            const double pitch = (c == 0 ? 150 : 230) + 20 * std::sin(t * (2.1 + c));
            double value = 0;
            for (int h = 1; h <= 8; ++h)
                value += std::sin(2 * std::numbers::pi * pitch * h * t) / h *
                         (1 + std::sin(t * (1.3 * h + c)));
            const double loud = std::max(0.0, std::sin(t * 2.7 + 2.0 * c));
            samples.push_back(static_cast<std::int16_t>(value * loud * 3000));
        }
    }
    return samples;
}

inline void put_wav(const std::string& path, const std::vector<std::int16_t>& samples,
                    std::uint32_t channels) {
    const auto header = make_wav_header(samples.size() / channels, channels);
    std::ofstream out(path, std::ios::binary);
    out.write(header.data(), header.size());
    out.write(reinterpret_cast<const char*>(samples.data()),
              static_cast<std::streamsize>(samples.size() * 2));
}

/// All octets from `offset` on, read in pieces of odd lengths.
inline Result<std::string> read_all(const ByteSource& source, std::uint64_t offset = 0,
                                    std::size_t piece = 7777) {
    std::string out;
    std::vector<char> buffer(piece);
    for (;;) {
        const auto got = source.read_at(offset, buffer);
        if (got.has_error()) return got.error();
        if (*got == 0) return {boost::system::in_place_value, out};
        out.append(buffer.data(), *got);
        offset += *got;
    }
}

inline std::vector<std::int16_t> samples_of(const std::string& wav) {
    std::vector<std::int16_t> samples((wav.size() - kWavHeader) / 2);
    if (!samples.empty()) std::memcpy(samples.data(), wav.data() + kWavHeader, samples.size() * 2);
    return samples;
}

/// One side of interleaved samples.
inline std::vector<double> side(const std::vector<std::int16_t>& samples, std::uint32_t channels,
                                std::uint32_t which) {
    std::vector<double> out;
    for (std::size_t i = which; i < samples.size(); i += channels) out.push_back(samples[i]);
    return out;
}

inline double power(const std::vector<double>& x) {
    double sum = 0;
    for (const double v : x) sum += v * v;
    return x.empty() ? 0 : sum / static_cast<double>(x.size());
}

/// Normalised correlation at the same place: 1 is the same sound, sample by sample.
inline double likeness(const std::vector<double>& a, const std::vector<double>& b) {
    double both = 0;
    double aa = 0;
    double bb = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        both += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
    }
    return both / std::sqrt(aa * bb + 1e-9);
}

}  // namespace seatline::archive::test
