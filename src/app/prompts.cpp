#include "app/prompts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <span>
#include <vector>

#include "base/log.h"
#include "core/ivr/speech.h"
#include "media/prompt/synthesis.h"
#include "media/tone/call_tones.h"

namespace seatline::app {
namespace {

constexpr std::uint32_t kRate = 8000;

/// FNV-1a in hex: names the file of a text or tone, so that a changed one gets another file.
std::string hash_name(std::string_view octets) {
    std::uint64_t hash = 0xcbf29ce484222325ull;
    for (const unsigned char c : octets) hash = (hash ^ c) * 0x100000001b3ull;
    char hex[17];
    std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(hash));
    return hex;
}

void put_u32(std::string& out, std::uint32_t value) {
    for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> (8 * i));
}

/// Mono, 8 kHz, 16 bit; the whole file or none.
Result<void> write_wav(const std::string& path, std::span<const std::int16_t> samples) {
    const auto octets = static_cast<std::uint32_t>(samples.size() * 2);
    std::string wav = "RIFF";
    put_u32(wav, 36 + octets);
    wav += "WAVEfmt ";
    put_u32(wav, 16);
    put_u32(wav, 1 | (1u << 16));  // PCM, one channel
    put_u32(wav, kRate);
    put_u32(wav, kRate * 2);
    put_u32(wav, 2 | (16u << 16));
    wav += "data";
    put_u32(wav, octets);
    for (const std::int16_t s : samples) {
        wav += static_cast<char>(s & 0xff);
        wav += static_cast<char>((s >> 8) & 0xff);
    }
    const std::string part = path + ".part";
    std::ofstream file(part, std::ios::binary);
    file << wav;
    file.close();
    std::error_code ec;
    if (file) std::filesystem::rename(part, path, ec);
    if (!file || ec) return Error{"unavailable", "prompts", "can't write " + path};
    return {};
}

/// A quiet loop of broken chords, 16 s: made here so that nothing has to be licensed.
Result<void> write_music(const std::string& path) {
    static constexpr std::array<std::array<double, 4>, 4> kChords{
        {{261.63, 329.63, 392.00, 523.25},
         {220.00, 261.63, 329.63, 440.00},
         {174.61, 261.63, 349.23, 440.00},
         {196.00, 246.94, 392.00, 493.88}}};
    constexpr double kNote_s = 0.5;
    std::vector<double> mix(16 * kRate, 0.0);
    for (std::size_t note = 0; note < 32; ++note) {
        const double hz = kChords[note / 8][(note % 8) < 4 ? note % 4 : 3 - note % 4];
        const auto start = static_cast<std::size_t>(static_cast<double>(note) * kNote_s * kRate);
        for (std::size_t i = 0; i < 2 * kRate; ++i) {
            const double t = static_cast<double>(i) / kRate;
            const double tone = std::sin(2 * std::numbers::pi * hz * t) +
                                0.3 * std::sin(4 * std::numbers::pi * hz * t);
            mix[(start + i) % mix.size()] +=
                2600 * tone * std::exp(-2.2 * t) * std::min(1.0, t * 200);
        }
    }
    std::vector<std::int16_t> tune;
    tune.reserve(mix.size());
    for (const double value : mix)
        tune.push_back(static_cast<std::int16_t>(std::clamp(value, -30000.0, 30000.0)));
    return write_wav(path, tune);
}

/// One text into `path`.
Result<void> speak(const std::string& text, const std::string& language, const std::string& path) {
    const media::Voice voice =
        language == "en" ? media::Voice{"en", 165} : media::Voice{"cmn", 230};
    const auto spoken =
        media::synthesise(text, voice, std::filesystem::path(path).parent_path().string());
    if (spoken.has_error()) return spoken.error();
    return write_wav(path, *spoken);
}

class Preparer {
public:
    explicit Preparer(std::string folder) : folder_(std::move(folder)) {
        std::filesystem::create_directories(folder_ + "/made");
    }

    Result<void> text(const std::string& name, const std::string& text,
                      const std::string& language) {
        const std::string path = made(language + ":" + text);
        if (!std::filesystem::exists(path)) {
            if (made_++ == 0) log::info("speaking the prompts (first start only)");
            if (auto r = speak(text, language, path); r.has_error()) return r;
        }
        files_[name] = path;
        return {};
    }

    Result<void> tone(const media::CallTone& tone) {
        const std::string path =
            made(std::string_view(reinterpret_cast<const char*>(tone.samples.data()),
                                  tone.samples.size() * sizeof(std::int16_t)));
        files_[std::string(tone.name)] = path;
        return std::filesystem::exists(path) ? Result<void>{} : write_wav(path, tone.samples);
    }

    Result<void> file(const std::string& name, const std::string& file) {
        const std::string path = folder_ + "/" + file;
        if (file.find('/') != std::string::npos || file.starts_with('.')) {
            return invalid("prompts", "file \"" + file + "\" must be a plain name in " + folder_);
        }
        if (name == core::ivr::kMusic && !std::filesystem::exists(path)) {
            if (auto r = write_music(path); r.has_error()) return r;
        }
        if (!std::filesystem::exists(path)) return invalid("prompts", "there is no file " + path);
        files_[name] = path;
        return {};
    }

    PromptFiles take() { return std::move(files_); }

private:
    [[nodiscard]] std::string made(std::string_view octets) const {
        return folder_ + "/made/" + hash_name(octets) + ".wav";
    }

    std::string folder_;
    PromptFiles files_;
    int made_ = 0;
};

}  // namespace

Result<PromptFiles> prepare_prompts(const std::string& folder, const core::Directory& directory) {
    Preparer preparer(std::filesystem::absolute(folder).string());
    for (const core::ivr::Piece& piece : core::ivr::pieces()) {
        auto r = preparer.text(std::string(piece.name), std::string(piece.text), "zh");
        if (r.has_error()) return r.error();
    }
    for (const media::CallTone& tone : media::make_call_tones()) {
        if (auto r = preparer.tone(tone); r.has_error()) return r.error();
    }
    if (auto r = preparer.file(std::string(core::ivr::kMusic), "music.wav"); r.has_error())
        return r.error();
    // The center's own come last: one of a built-in name takes its place.
    for (const core::Prompt& prompt : directory.prompts) {
        auto r = prompt.file.empty() ? preparer.text(prompt.name, prompt.text, prompt.language)
                                     : preparer.file(prompt.name, prompt.file);
        if (r.has_error()) return r.error();
    }
    return preparer.take();
}

}  // namespace seatline::app
