#include "media/prompt/synthesis.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "media/prompt/prompt.h"

extern char** environ;

namespace seatline::media {
namespace {

/// Runs the program without terminal; 0 when it ended well, else errno or EIO.
int run_quietly(const char* const* argv) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    pid_t pid = 0;
    const int failed =
        ::posix_spawnp(&pid, argv[0], &actions, nullptr, const_cast<char**>(argv), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) return failed;
    int status = 0;
    return ::waitpid(pid, &status, 0) == pid && status == 0 ? 0 : EIO;
}

}  // namespace

std::vector<std::int16_t> without_silence_around(const std::vector<std::int16_t>& samples) {
    constexpr std::int16_t kQuiet = 250;   // about -42 dB
    constexpr std::ptrdiff_t kKept = 200;  // 25 ms: soft consonants begin below the threshold
    const auto loud = [](std::int16_t s) { return s > kQuiet || s < -kQuiet; };
    const auto first = std::ranges::find_if(samples, loud);
    if (first == samples.end()) return samples;
    const auto last = std::find_if(samples.rbegin(), samples.rend(), loud).base();
    return {first - std::min(kKept, first - samples.begin()),
            last + std::min(kKept, samples.end() - last)};
}

Result<std::vector<std::int16_t>> synthesise(const std::string& text, const Voice& voice,
                                             const std::string& scratch_folder) {
    // The text goes by a file and never as an argument: it may begin with a dash.
    const std::string text_path = scratch_folder + "/speech.txt";
    const std::string wav_path = scratch_folder + "/speech.wav";
    std::ofstream(text_path) << text;
    const std::string speed = std::to_string(voice.words_per_minute);
    const std::array<const char*, 10> argv{"espeak-ng",      "-v",   voice.name.c_str(), "-s",
                                           speed.c_str(),    "-f",   text_path.c_str(),  "-w",
                                           wav_path.c_str(), nullptr};
    const int failed = run_quietly(argv.data());
    auto spoken = failed == 0 ? load_prompt(wav_path) : Result<Prompt>(Error{});
    std::error_code ignored;
    std::filesystem::remove(text_path, ignored);
    std::filesystem::remove(wav_path, ignored);
    if (failed != 0) {
        return Error{"unavailable", "prompts",
                     "espeak-ng can't speak \"" + text + "\": " + std::strerror(failed)};
    }
    if (spoken.has_error()) {
        return Error{"unavailable", "prompts", "espeak-ng made no sound of \"" + text + "\""};
    }
    return without_silence_around(spoken->samples);
}

}  // namespace seatline::media
