#include "media/prompt/synthesis.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace seatline::media {

TEST(synthesis, silence_around_is_cut_and_soft_edges_stay) {
    std::vector<std::int16_t> samples(4000, 3);
    std::fill_n(samples.begin() + 1500, 1000, std::int16_t{5000});
    EXPECT_EQ(without_silence_around(samples).size(), 1400u);
    EXPECT_EQ(without_silence_around({5000, 5000}).size(), 2u);
    EXPECT_EQ(without_silence_around({1, 2, 3}).size(), 3u);
}

TEST(synthesis, speaks_mandarin_and_leaves_no_file) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("seatline-speech-" + std::to_string(::getpid()));
    std::filesystem::create_directory(folder);
    const auto spoken = synthesise("-您好", {}, folder.string());
    ASSERT_TRUE(spoken.has_value()) << spoken.error().text();
    EXPECT_GT(spoken->size(), 8000u / 5);
    EXPECT_LT(spoken->size(), 8000u * 2);
    EXPECT_EQ(synthesise("您好", {}, folder.string() + "/none").error().field, "prompts");
    EXPECT_TRUE(std::filesystem::is_empty(folder));
    std::filesystem::remove_all(folder);
}

}  // namespace seatline::media
