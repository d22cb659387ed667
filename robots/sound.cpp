#include "robots/sound.h"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "base/log.h"
#include "media/prompt/synthesis.h"
#include "media/tone/tone.h"

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

std::vector<SoundPtr> make_speech(std::mt19937_64& random, const std::string& folder) {
    std::vector<SoundPtr> voices;
    for (std::size_t v = 0; v < kVoices.size(); ++v) {
        std::vector<std::int16_t> loop;
        for (std::size_t s = 0; s < 3; ++s) {
            const auto speech = media::synthesise(kSentences[(v * 3 + s) % kSentences.size()],
                                                  {kVoices[v], 200}, folder);
            if (speech.has_error()) return {};
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
