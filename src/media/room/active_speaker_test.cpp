#include "media/room/active_speaker.h"

#include <gtest/gtest.h>

#include <vector>

namespace seatline::media {
namespace {

using Levels = std::vector<ActiveSpeaker::Level>;

TEST(ActiveSpeaker, the_loudest_leads_until_another_is_clearly_louder) {
    ActiveSpeaker speaker;
    EXPECT_EQ(0u, speaker.update(Levels{{1, 100}, {2, 90}}));  // noise
    EXPECT_EQ(2u, speaker.update(Levels{{1, 100}, {2, 1000}}));
    EXPECT_EQ(2u, speaker.update(Levels{{1, 1400}, {2, 1000}}));
    EXPECT_EQ(1u, speaker.update(Levels{{1, 1600}, {2, 1000}}));
    EXPECT_EQ(2u, speaker.update(Levels{{1, 200}, {2, 260}}));  // 1 fell silent
}

TEST(ActiveSpeaker, nobody_after_a_second_of_silence) {
    ActiveSpeaker speaker;
    EXPECT_EQ(1u, speaker.update(Levels{{1, 1000}}));
    for (int i = 0; i < 4; ++i) EXPECT_EQ(1u, speaker.update(Levels{{1, 0}}));
    EXPECT_EQ(0u, speaker.update(Levels{{1, 0}}));
    EXPECT_EQ(1u, speaker.update(Levels{{1, 1000}}));
}

TEST(ActiveSpeaker, who_leaves_speaks_no_more) {
    ActiveSpeaker speaker;
    speaker.update(Levels{{1, 1000}, {2, 10}});
    EXPECT_EQ(0u, speaker.update(Levels{{2, 10}}));
    EXPECT_EQ(0u, speaker.update(Levels{}));
}

TEST(VoiceLevel, is_the_mean_of_what_came_and_fades) {
    VoiceLevel level;
    const std::vector<std::uint8_t> second(800, g711_encode(G711::ulaw, 2000));
    level.add(G711::ulaw, second);  // half of the window
    const auto first = level.end_window();
    EXPECT_NEAR(500, first, 20);
    EXPECT_EQ(first / 2, level.end_window());
}

}  // namespace
}  // namespace seatline::media
