#include "core/call/room.h"

#include <gtest/gtest.h>

namespace seatline::core {
namespace {

RoomMember up(LegPlace place) {
    return {.place = place, .speaks = true, .is_up = true};
}
RoomMember rung(LegPlace place, bool early_media = false) {
    return {.place = place, .speaks = early_media, .is_up = false};
}

std::vector<RoomView> view(std::vector<RoomMember> members, std::size_t controller = kNobody) {
    std::vector<RoomView> views;
    view_room(members, controller, views);
    return views;
}

constexpr std::size_t kCaller = 0;
constexpr std::size_t kAgent = 1;
constexpr std::size_t kThird = 2;

TEST(room, two_in_talk_hear_each_other) {
    const auto v = view({up(LegPlace::talk), up(LegPlace::talk)}, kAgent);
    for (const RoomView& one : v) {
        EXPECT_EQ(one.speaks_in, Circle::talk);
        EXPECT_EQ(one.hears[0], Circle::talk);
        EXPECT_EQ(one.sound, Sound::none);
        EXPECT_EQ(one.shown, LegPlace::talk);
    }
}

TEST(room, agent_who_is_away_leaves_the_caller_with_music) {
    std::vector<RoomMember> members{up(LegPlace::talk), up(LegPlace::talk)};
    members[kAgent].away = true;
    const auto v = view(members, kAgent);
    EXPECT_EQ(v[kCaller].sound, Sound::music);
    EXPECT_EQ(v[kCaller].shown, LegPlace::held);
    EXPECT_EQ(v[kAgent].speaks_in, Circle::none);
    EXPECT_EQ(v[kAgent].hears[0], Circle::none);
    EXPECT_EQ(v[kAgent].shown, LegPlace::away);
}

TEST(room, two_go_on_talking_when_the_third_holds) {
    std::vector<RoomMember> members{up(LegPlace::talk), up(LegPlace::talk), up(LegPlace::talk)};
    members[kAgent].away = true;
    const auto v = view(members, kAgent);
    EXPECT_EQ(v[kCaller].sound, Sound::none);
    EXPECT_EQ(v[kCaller].shown, LegPlace::talk);
    EXPECT_EQ(v[kThird].shown, LegPlace::talk);
}

TEST(room, consultation_is_not_heard_by_the_caller) {
    const auto v = view({up(LegPlace::talk), up(LegPlace::aside), up(LegPlace::aside)}, kAgent);
    EXPECT_EQ(v[kCaller].sound, Sound::music);
    EXPECT_EQ(v[kAgent].hears[0], Circle::aside);
    EXPECT_EQ(v[kThird].speaks_in, Circle::aside);
}

TEST(room, swapped_back_the_consulted_hears_music) {
    const auto v = view({up(LegPlace::talk), up(LegPlace::talk), up(LegPlace::aside)}, kAgent);
    EXPECT_EQ(v[kCaller].sound, Sound::none);
    EXPECT_EQ(v[kThird].sound, Sound::music);
    EXPECT_EQ(v[kThird].shown, LegPlace::held);
}

TEST(room, who_waits_for_one_that_rings_hears_ringback_until_early_media) {
    auto v = view({up(LegPlace::talk), rung(LegPlace::talk)});
    EXPECT_EQ(v[kCaller].sound, Sound::ringback);
    EXPECT_EQ(v[kCaller].shown, LegPlace::apart);
    EXPECT_EQ(v[1].shown, LegPlace::ringing);
    EXPECT_EQ(v[1].hears[0], Circle::none);
    v = view({up(LegPlace::talk), rung(LegPlace::talk, true)});
    EXPECT_EQ(v[kCaller].sound, Sound::none);
    EXPECT_EQ(v[1].speaks_in, Circle::talk);
    EXPECT_EQ(v[kCaller].shown, LegPlace::apart);
}

TEST(room, a_caller_who_is_not_answered_yet_hears_early_media_only) {
    std::vector<RoomMember> members{rung(LegPlace::talk), rung(LegPlace::talk)};
    members[kCaller].waits = true;
    auto v = view(members);
    EXPECT_EQ(v[kCaller].hears[0], Circle::none);
    EXPECT_EQ(v[kCaller].sound, Sound::none);
    members[1].speaks = true;
    v = view(members);
    EXPECT_EQ(v[kCaller].hears[0], Circle::talk);
    EXPECT_EQ(v[kCaller].speaks_in, Circle::none);
}

TEST(room, controller_alone_hears_nothing) {
    const auto v = view({up(LegPlace::apart), up(LegPlace::talk)}, kAgent);
    EXPECT_EQ(v[kAgent].sound, Sound::none);
    EXPECT_EQ(v[kCaller].hears[0], Circle::none);
}

TEST(room, a_listener_hears_the_side_of_the_agent_and_is_unheard) {
    std::vector<RoomMember> members{up(LegPlace::talk), up(LegPlace::talk),
                                    up(LegPlace::listening)};
    members[kThird].watched = kAgent;
    auto v = view(members, kAgent);
    EXPECT_EQ(v[kThird].speaks_in, Circle::none);
    EXPECT_EQ(v[kThird].hears[0], Circle::talk);
    EXPECT_EQ(v[kAgent].hears[1], Circle::none);
    members[kAgent].place = LegPlace::aside;  // the listener goes where the agent goes
    v = view(members, kAgent);
    EXPECT_EQ(v[kThird].hears[0], Circle::aside);
    EXPECT_EQ(v[kCaller].sound, Sound::music);  // a listener is no company
}

TEST(room, a_whisper_reaches_the_agent_alone) {
    std::vector<RoomMember> members{up(LegPlace::talk), up(LegPlace::talk),
                                    up(LegPlace::whispering)};
    members[kThird].watched = kAgent;
    const auto v = view(members, kAgent);
    EXPECT_EQ(v[kThird].speaks_in, Circle::whisper);
    EXPECT_EQ(v[kAgent].hears[0], Circle::talk);
    EXPECT_EQ(v[kAgent].hears[1], Circle::whisper);
    EXPECT_EQ(v[kCaller].hears[1], Circle::none);
}

TEST(room, conference_members_hear_their_circle_and_the_muted_are_unheard) {
    std::vector<RoomMember> members{up(LegPlace::conference), up(LegPlace::muted)};
    auto v = view(members);
    EXPECT_EQ(v[0].speaks_in, Circle::conference);
    EXPECT_EQ(v[0].hears[0], Circle::conference);
    EXPECT_EQ(v[1].speaks_in, Circle::none);
    EXPECT_EQ(v[1].hears[0], Circle::conference);
    EXPECT_EQ(v[1].shown, LegPlace::muted);
    members[0].away = true;
    v = view(members);
    EXPECT_EQ(v[0].speaks_in, Circle::none);
    EXPECT_EQ(v[0].hears[0], Circle::none);
    EXPECT_EQ(v[0].shown, LegPlace::away);
    EXPECT_EQ(view({up(LegPlace::held)})[0].sound, Sound::music);
}

}  // namespace
}  // namespace seatline::core
