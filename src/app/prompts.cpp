#include "app/prompts.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <vector>

#include "base/log.h"
#include "core/ivr/speech.h"

extern char** environ;

namespace seatline::app {
namespace {

/// FNV-1a: names the file of a text, so that a changed text gets another file.
std::uint64_t text_hash(const std::string& text) {
    std::uint64_t hash = 0xcbf29ce484222325ull;
    for (const unsigned char c : text) hash = (hash ^ c) * 0x100000001b3ull;
    return hash;
}

/// Runs espeak-ng on a file with the text (never as an argument: a text may begin with a dash).
Result<void> speak(const std::string& text, const std::string& language, const std::string& path) {
    const std::string text_path = path + ".txt";
    std::ofstream(text_path) << text;
    const std::string voice = language == "en" ? "en" : "cmn";
    const std::string part = path + ".part";
    std::vector<const char*> argv{"espeak-ng", "-v", voice.c_str(), "-s", "165", "-g", "2", "-f", text_path.c_str(),
                                  "-w", part.c_str(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    pid_t pid = 0;
    const int failed = ::posix_spawnp(&pid, "espeak-ng", &actions, nullptr, const_cast<char**>(argv.data()), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
        return Error{"unavailable", "prompts", std::string("can't run espeak-ng: ") + std::strerror(failed)};
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    std::error_code ignored;
    std::filesystem::remove(text_path, ignored);
    if (status != 0 || std::filesystem::file_size(part, ignored) < 100) {
        return Error{"unavailable", "prompts", "espeak-ng failed on \"" + text + "\""};
    }
    std::filesystem::rename(part, path);
    return {};
}

void put_u32(std::string& out, std::uint32_t value) {
    for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> (8 * i));
}

/// A quiet loop of broken chords, 16 s: made here so that nothing has to be licensed.
void write_music(const std::string& path) {
    static constexpr std::array<std::array<double, 4>, 4> kChords{{{261.63, 329.63, 392.00, 523.25},
                                                                  {220.00, 261.63, 329.63, 440.00},
                                                                  {174.61, 261.63, 349.23, 440.00},
                                                                  {196.00, 246.94, 392.00, 493.88}}};
    constexpr int kRate = 8000;
    constexpr double kNote_s = 0.5;
    std::string samples;
    std::vector<double> mix(16 * kRate, 0.0);
    for (std::size_t note = 0; note < 32; ++note) {
        const double hz = kChords[note / 8][(note % 8) < 4 ? note % 4 : 3 - note % 4];
        const auto start = static_cast<std::size_t>(static_cast<double>(note) * kNote_s * kRate);
        for (std::size_t i = 0; i < 2 * kRate; ++i) {
            const double t = static_cast<double>(i) / kRate;
            const double tone = std::sin(2 * std::numbers::pi * hz * t) + 0.3 * std::sin(4 * std::numbers::pi * hz * t);
            mix[(start + i) % mix.size()] += 2600 * tone * std::exp(-2.2 * t) * std::min(1.0, t * 200);
        }
    }
    for (const double value : mix) {
        const auto s = static_cast<std::int16_t>(std::clamp(value, -30000.0, 30000.0));
        samples += static_cast<char>(s & 0xff);
        samples += static_cast<char>((s >> 8) & 0xff);
    }
    std::string wav = "RIFF";
    put_u32(wav, static_cast<std::uint32_t>(36 + samples.size()));
    wav += "WAVEfmt ";
    put_u32(wav, 16);
    put_u32(wav, 1 | (1u << 16));  // PCM, one channel
    put_u32(wav, kRate);
    put_u32(wav, kRate * 2);
    put_u32(wav, 2 | (16u << 16));
    wav += "data";
    put_u32(wav, static_cast<std::uint32_t>(samples.size()));
    std::ofstream(path, std::ios::binary) << wav << samples;
}

class Preparer {
public:
    explicit Preparer(std::string folder) : folder_(std::move(folder)) {
        std::filesystem::create_directories(folder_ + "/made");
    }

    Result<void> text(const std::string& name, const std::string& text, const std::string& language) {
        char hash[17];
        std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(text_hash(language + ":" + text)));
        const std::string path = folder_ + "/made/" + hash + ".wav";
        if (!std::filesystem::exists(path)) {
            if (made_++ == 0) log::info("speaking the prompts (first start only)");
            if (auto r = speak(text, language, path); r.has_error()) return r;
        }
        files_[name] = path;
        return {};
    }

    Result<void> file(const std::string& name, const std::string& file) {
        const std::string path = folder_ + "/" + file;
        if (file.find('/') != std::string::npos || file.starts_with('.')) {
            return invalid("prompts", "file \"" + file + "\" must be a plain name in " + folder_);
        }
        if (name == "music" && !std::filesystem::exists(path)) write_music(path);
        if (!std::filesystem::exists(path)) return invalid("prompts", "there is no file " + path);
        files_[name] = path;
        return {};
    }

    PromptFiles take() { return std::move(files_); }

private:
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
    for (const core::Prompt& prompt : directory.prompts) {
        auto r = prompt.file.empty() ? preparer.text(prompt.name, prompt.text, prompt.language)
                                     : preparer.file(prompt.name, prompt.file);
        if (r.has_error()) return r.error();
    }
    return preparer.take();
}

}  // namespace seatline::app
