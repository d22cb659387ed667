#include "robots/sound.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "base/log.h"
#include "media/prompt/prompt.h"
#include "media/tone/tone.h"

extern char** environ;

namespace seatline::robots {
namespace {

constexpr std::array kSentences{"您好，我想咨询一下你们的产品。",
                                "请问这个套餐每个月多少钱？",
                                "好的，请您稍等，我帮您查询一下。",
                                "我家里的宽带从昨天晚上开始就上不了网了。",
                                "请您提供一下您的手机号码。",
                                "明白了，我马上为您登记报修。",
                                "大概什么时候可以修好呢？",
                                "师傅会在明天上午和您联系。",
                                "谢谢您，非常感谢。",
                                "请问还有什么可以帮助您的吗？"};
constexpr std::array kVoices{"cmn", "cmn+f2", "cmn+m3", "cmn+f4", "cmn+m7", "cmn+f3"};

void append_silence(std::vector<std::int16_t>& out, std::uint32_t ms) {
    out.resize(out.size() + std::size_t{ms} * 8);
}

/// espeak-ng on a text file, so that no text is ever an argument. Nothing when the program fails or
/// is missing.
std::optional<std::vector<std::int16_t>> speak(const std::string& text, const char* voice,
                                               const std::string& folder) {
    const std::string text_path = folder + "/text";
    const std::string wav_path = folder + "/speech.wav";
    std::ofstream(text_path) << text;
    const std::array<const char*, 8> argv{
        "espeak-ng", "-v", voice, "-f", text_path.c_str(), "-w", wav_path.c_str(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    pid_t pid = 0;
    const int failed = ::posix_spawnp(&pid, "espeak-ng", &actions, nullptr,
                                      const_cast<char**>(argv.data()), environ);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (failed != 0 || ::waitpid(pid, &status, 0) != pid || status != 0) return std::nullopt;
    auto prompt = media::load_prompt(wav_path);
    if (prompt.has_error()) return std::nullopt;
    return std::move(prompt->samples);
}

std::vector<SoundPtr> make_speech(std::mt19937_64& random, const std::string& folder) {
    std::vector<SoundPtr> voices;
    for (std::size_t v = 0; v < kVoices.size(); ++v) {
        std::vector<std::int16_t> loop;
        for (std::size_t s = 0; s < 3; ++s) {
            const auto speech =
                speak(kSentences[(v * 3 + s) % kSentences.size()], kVoices[v], folder);
            if (!speech) return {};
            loop.insert(loop.end(), speech->begin(), speech->end());
            append_silence(loop, std::uniform_int_distribution<std::uint32_t>(1000, 3000)(random));
        }
        voices.push_back(make_sound(std::move(loop)));
    }
    return voices;
}

SoundPtr make_melody(std::mt19937_64& random) {
    static constexpr std::array kPentatonic{261.6, 293.7, 329.6, 392.0, 440.0, 523.3};
    std::vector<std::int16_t> loop;
    std::uniform_int_distribution<std::size_t> pick(0, kPentatonic.size() - 1);
    for (int note = 0; note < 16; ++note) {
        const auto tone = media::make_tone(kPentatonic[pick(random)], 4000, 250);
        loop.insert(loop.end(), tone.begin(), tone.end());
        append_silence(loop, note % 4 == 3 ? 900 : 60);
    }
    return make_sound(std::move(loop));
}

}  // namespace

SoundPtr make_sound(std::vector<std::int16_t> samples) {
    const std::size_t frames =
        std::max<std::size_t>(1, (samples.size() + frame_samples - 1) / frame_samples);
    samples.resize(frames * frame_samples);
    auto sound = std::make_shared<Sound>();
    for (const auto law : {media::G711::alaw, media::G711::ulaw}) {
        auto& bytes = sound->bytes[static_cast<std::size_t>(law)];
        bytes.resize(samples.size());
        media::g711_encode(law, samples, bytes.data());
    }
    return sound;
}

SoundPtr make_tone_sound(std::uint32_t hertz) {
    return make_sound(media::make_tone(hertz, 8000, 20));
}

std::vector<SoundPtr> make_voices(std::mt19937_64& random) {
    std::string folder =
        (std::filesystem::temp_directory_path() / "seatline-robots-XXXXXX").string();
    std::vector<SoundPtr> voices;
    if (::mkdtemp(folder.data()) != nullptr) {
        voices = make_speech(random, folder);
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    if (voices.empty()) {
        log::info("espeak-ng doesn't speak Mandarin here: the robots play melodies");
        for (int i = 0; i < 4; ++i) voices.push_back(make_melody(random));
    }
    return voices;
}

}  // namespace seatline::robots
