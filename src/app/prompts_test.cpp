#include "app/prompts.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "core/ivr/speech.h"
#include "media/prompt/prompt.h"
#include "media/tone/tone.h"

namespace seatline::app {
namespace {

namespace fs = std::filesystem;

/// One folder for all tests: speaking about fifty pieces takes some seconds.
class PromptsTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        folder = fs::temp_directory_path() / ("seatline-prompts-" + std::to_string(::getpid()));
        fs::remove_all(folder);
        auto made = prepare_prompts(folder, {});
        ASSERT_TRUE(made.has_value()) << made.error().text();
        files = *made;
    }
    static void TearDownTestSuite() { fs::remove_all(folder); }

    static inline fs::path folder;
    static inline PromptFiles files;
};

TEST_F(PromptsTest, all_built_in_ones_are_there_and_can_be_loaded) {
    std::set<std::string> wanted{"music",     "tone/ringback", "tone/busy",   "tone/beep",
                                 "tone/join", "tone/leave",    "tone/monitor"};
    for (const auto& piece : core::ivr::pieces()) wanted.insert(std::string(piece.name));
    for (const std::string& name : wanted) {
        ASSERT_TRUE(core::ivr::is_built_in(name)) << name;
        ASSERT_TRUE(files.contains(name)) << name;
        const auto prompt = media::load_prompt(files.at(name));
        ASSERT_TRUE(prompt.has_value()) << name << ": " << prompt.error().text();
        EXPECT_GE(prompt->length_ms(), 100u) << name;
    }
    EXPECT_EQ(files.size(), wanted.size());
}

TEST_F(PromptsTest, tones_are_wav_files_of_8_khz) {
    const auto beep = media::load_prompt(files.at("tone/beep"));
    ASSERT_TRUE(beep.has_value());
    EXPECT_EQ(beep->length_ms(), 500u);
    EXPECT_GT(media::tone_share(beep->samples, 1000), 0.98);
    std::ifstream file(files.at("tone/beep"), std::ios::binary);
    std::string head(44, '\0');
    file.read(head.data(), 44);
    EXPECT_EQ(head.substr(0, 4), "RIFF");
    EXPECT_EQ(static_cast<unsigned char>(head[24]) + 256 * static_cast<unsigned char>(head[25]),
              8000);
}

TEST_F(PromptsTest, an_older_data_folder_gets_what_is_new_and_keeps_the_rest) {
    // As it was left by a program that knew neither these tones nor this sentence.
    for (const char* name : {"tone/beep", "tone/ringback", "zh/conference_locked"})
        fs::remove(files.at(name));
    const auto kept = fs::last_write_time(files.at("zh/next"));
    const auto again = prepare_prompts(folder, {});
    ASSERT_TRUE(again.has_value()) << again.error().text();
    EXPECT_EQ(*again, files) << "the same names lead to the same files";
    for (const auto& [name, path] : *again) EXPECT_TRUE(fs::exists(path)) << name;
    EXPECT_EQ(fs::last_write_time(files.at("zh/next")), kept);
}

TEST_F(PromptsTest, the_centers_own_prompt_takes_a_built_in_ones_place) {
    fs::copy_file(files.at("tone/busy"), folder / "my_beep.wav",
                  fs::copy_options::overwrite_existing);
    core::Directory directory;
    directory.prompts.push_back({"tone/beep", "", "zh", "my_beep.wav"});
    const auto made = prepare_prompts(folder, directory);
    ASSERT_TRUE(made.has_value()) << made.error().text();
    EXPECT_EQ(made->at("tone/beep"), (folder / "my_beep.wav").string());
}

TEST_F(PromptsTest, a_folder_that_cannot_be_written_is_an_error) {
    fs::remove(files.at("tone/busy"));
    const std::string blocked = files.at("tone/busy") + ".part";
    fs::create_directory(blocked);
    const auto made = prepare_prompts(folder, {});
    ASSERT_TRUE(made.has_error());
    EXPECT_EQ(made.error().code, "unavailable");
    EXPECT_EQ(made.error().field, "prompts");
    fs::remove(blocked);
    ASSERT_TRUE(prepare_prompts(folder, {}).has_value());
}

}  // namespace
}  // namespace seatline::app
