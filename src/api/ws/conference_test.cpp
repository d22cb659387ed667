#include <gtest/gtest.h>

#include "api/test_center.h"

namespace seatline::api::test {
namespace {

/// Reads until the roster fits; empty when the server closed or five seconds passed.
template <class Fits>
std::optional<boost::json::value> roster(LiveReader& reader, Fits fits) {
    while (auto message = reader.next_of("conference")) {
        if (fits(message->at("conference"))) return message->at("conference");
    }
    return std::nullopt;
}

bool flag(const boost::json::value& view, std::size_t member, const char* name) {
    return view.at("members").at(member).at(name).as_bool();
}

}  // namespace

TEST(conference_live, roster_speaker_and_end_are_told_to_supervisors_only) {
    Center center;
    LiveReader boss(center, center.login("boss"));
    LiveReader other(center, center.login("other"));
    LiveReader agent(center, center.login("agent1"));
    for (LiveReader* reader : {&boss, &other, &agent}) ASSERT_TRUE(reader->next_of("hello"));
    const CallId call{500};
    core::CallArrived opened{call, LegId{}, TrunkId{}, "", "8501", ""};
    opened.direction = core::CallDirection::conference;
    center.publish(opened);
    center.publish(
        core::ConferenceJoined{call, ConferenceId{1}, CallId{501}, LegId{1}, "8011", true});
    center.publish(
        core::ConferenceJoined{call, ConferenceId{1}, CallId{502}, LegId{3}, "138", false});
    auto view = roster(boss, [](const auto& v) { return v.at("members").as_array().size() == 2; });
    ASSERT_TRUE(view);
    EXPECT_EQ(view->at("call").to_number<int>(), 500);
    EXPECT_TRUE(flag(*view, 0, "moderator"));

    center.server->speaks(CircleId{9}, LegId{3});
    ASSERT_TRUE(roster(boss, [](const auto& v) { return flag(v, 1, "speaking"); }));
    center.server->speaks(CircleId{9}, LegId{1});
    ASSERT_TRUE(roster(
        boss, [](const auto& v) { return flag(v, 0, "speaking") && !flag(v, 1, "speaking"); }));
    center.server->speaks(CircleId{9}, LegId{});
    ASSERT_TRUE(roster(boss, [](const auto& v) { return !flag(v, 0, "speaking"); }));
    center.server->speaks(CircleId{9}, LegId{777});  // in no conference

    using Change = core::ConferenceChange;
    center.publish(core::ConferenceChanged{call, {}, Change::muted, {}});
    ASSERT_TRUE(roster(boss, [](const auto& v) {
        return flag(v, 1, "muted") && !flag(v, 0, "muted");  // all but moderators
    }));
    center.publish(core::ConferenceChanged{call, CallId{502}, Change::unmuted, {}});
    ASSERT_TRUE(roster(boss, [](const auto& v) { return !flag(v, 1, "muted"); }));
    center.publish(core::ConferenceChanged{call, {}, Change::locked, {}});
    ASSERT_TRUE(roster(boss, [](const auto& v) { return v.at("locked").as_bool(); }));
    const auto asked = center.get("/api/v1/conferences/1", center.login("boss")).json();
    EXPECT_TRUE(asked.at("locked").as_bool());
    EXPECT_EQ(asked.at("members").as_array().size(), 2u);

    center.publish(core::ConferenceLeft{call, CallId{501}, LegId{1}});
    view = roster(boss, [](const auto& v) { return v.at("members").as_array().size() == 1; });
    ASSERT_TRUE(view);
    EXPECT_EQ(view->at("members").at(0).at("number").as_string(), "138");
    center.publish(core::CallEnded{call, core::Party::system, core::EndCause::conference_ended});
    ASSERT_TRUE(roster(boss, [](const auto& v) {
        return v.at("members").as_array().empty() && !v.as_object().contains("call");
    }));

    // What the others get next is of their own: no roster came before it.
    center.agent_state(AgentId{11}, core::AgentState::signed_out, core::AgentState::idle);
    center.agent_state(AgentId{21}, core::AgentState::signed_out, core::AgentState::idle,
                       TenantId{2});
    EXPECT_EQ(agent.next()->at("type").as_string(), "agent");
    EXPECT_NE(other.next()->at("type").as_string(), "conference");
}

TEST(conference_live, hello_holds_the_rooms_with_people) {
    Center center;
    const Login boss = center.login("boss");
    LiveReader first(center, boss);
    EXPECT_TRUE(first.next_of("hello")->at("conferences").as_array().empty());
    center.publish(core::ConferenceJoined{CallId{5}, ConferenceId{1}, CallId{6}, LegId{1}, "1"});
    ASSERT_TRUE(first.next_of("conference"));
    LiveReader second(center, boss);
    EXPECT_EQ(second.next_of("hello")->at("conferences").as_array().size(), 1u);
}

TEST(voicemail_live, notice_goes_to_those_who_may_open_the_box) {
    Center center;
    LiveReader boss(center, center.login("boss"));
    LiveReader owner(center, center.login("agent1"));
    LiveReader colleague(center, center.login("agent2"));
    LiveReader other(center, center.login("other"));
    for (LiveReader* reader : {&boss, &owner, &colleague, &other})
        ASSERT_TRUE(reader->next_of("hello"));
    center.publish(core::VoicemailLeft{CallId{1}, MessageId{2}, MailboxId{1}, "138", "x.wav", 5s});
    for (LiveReader* reader : {&boss, &owner}) {
        const auto notice = reader->next();
        ASSERT_TRUE(notice);
        EXPECT_EQ(notice->at("type").as_string(), "voicemail");
        EXPECT_EQ(notice->at("voicemail").at("change").as_string(), "left");
        EXPECT_EQ(notice->at("voicemail").at("length_ms").to_number<int>(), 5000);
        EXPECT_FALSE(notice->at("voicemail").as_object().contains("path"));
    }
    // The queue's box is the colleague's too; what comes first to it is that, not the other's.
    center.publish(core::VoicemailHeard{MessageId{3}, MailboxId{2}, AgentId{11}});
    EXPECT_EQ(colleague.next()->at("voicemail").at("mailbox").to_number<int>(), 2);
    center.publish(core::VoicemailDeleted{MessageId{4}, MailboxId{4}, AgentId{}}, TenantId{2});
    EXPECT_EQ(other.next()->at("voicemail").at("mailbox").to_number<int>(), 4);
}

}  // namespace seatline::api::test
