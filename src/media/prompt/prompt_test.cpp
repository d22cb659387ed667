#include "media/prompt/prompt.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "media/tone/tone.h"

namespace seatline::media {
namespace {

std::string le(std::uint32_t v, int octets) {
    std::string s;
    for (int i = 0; i < octets; ++i) s += static_cast<char>(v >> (8 * i));
    return s;
}

std::string wav_file(std::uint32_t rate, std::uint32_t channels, std::uint32_t ms, double hertz) {
    std::string data;
    for (std::uint32_t i = 0; i < rate / 1000 * ms; ++i) {
        for (std::uint32_t c = 0; c < channels; ++c) {
            data += le(static_cast<std::uint32_t>(static_cast<std::int32_t>(
                           8000 * std::sin(6.283185307 * hertz * i / rate))),
                       2);
        }
    }
    return "RIFF" + le(static_cast<std::uint32_t>(data.size()) + 36, 4) + "WAVEfmt " + le(16, 4) +
           le(1, 2) + le(channels, 2) + le(rate, 4) + le(rate * channels * 2, 4) +
           le(channels * 2, 2) + le(16, 2) + "data" +
           le(static_cast<std::uint32_t>(data.size()), 4) + data;
}

class PromptFile : public ::testing::Test {
protected:
    ~PromptFile() override { std::filesystem::remove(path_); }
    Result<Prompt> load(const std::string& content) {
        std::ofstream(path_, std::ios::binary) << content;
        return load_prompt(path_);
    }
    std::string path_ =
        (std::filesystem::temp_directory_path() / ("prompt_" + std::to_string(::getpid()) + ".wav"))
            .string();
};

TEST_F(PromptFile, any_rate_and_channels_become_mono_8k) {
    for (const std::uint32_t rate : {8000u, 16000u, 22000u, 44000u, 48000u}) {
        const auto prompt = load(wav_file(rate, rate == 48000 ? 2 : 1, 500, 1000));
        ASSERT_TRUE(prompt.has_value()) << rate;
        EXPECT_EQ(500u, prompt->length_ms()) << rate;
        EXPECT_GT(tone_share(std::span(prompt->samples).subspan(400, 3200), 1000), 0.98) << rate;
        EXPECT_EQ(prompt->samples.size(), prompt->alaw.size());
        EXPECT_EQ(prompt->samples.size(), prompt->ulaw.size());
    }
}

TEST_F(PromptFile, bad_files_say_why) {
    EXPECT_FALSE(load("no audio at all").error().reason.empty());
    EXPECT_EQ("the file has no audio in it", load(wav_file(8000, 1, 0, 1000)).error().reason);
    EXPECT_TRUE(load(wav_file(8000, 1, 500, 1000).substr(0, 3000))
                    .has_value());  // cut: what is there is played
    EXPECT_FALSE(load(wav_file(2000, 1, 500, 100)).has_value());
    EXPECT_EQ("invalid", load_prompt("/nonexistent/x.wav").error().code);
}

}  // namespace
}  // namespace seatline::media
