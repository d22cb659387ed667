#include "core/agent/rights.h"

#include <gtest/gtest.h>

#include "core/route/testing.h"

namespace seatline::core {
namespace {

using Kind = AgentRequestKind;

class RightsTest : public ::testing::Test {
protected:
    RightsTest() {
        inbound.seat = SeatKind::inbound;
        boss.supervisor = true;
    }

    Directory center = testing::small_center();
    DialPlan plan{center};
    Agent inbound = center.agents.at(0);
    Agent two_way = center.agents.at(1);
    Agent boss = center.agents.at(1);
};

constexpr std::array kPlain{
    Kind::sign_in,     Kind::sign_out,   Kind::idle,        Kind::busy,         Kind::hang_up,
    Kind::hold,        Kind::resume,     Kind::swap,        Kind::complete,     Kind::cancel,
    Kind::to_flow,     Kind::record,     Kind::stop_record, Kind::pause_record, Kind::resume_record,
    Kind::send_digits, Kind::set_forward};
constexpr std::array kTwoWayOnly{Kind::join, Kind::pick_up};
constexpr std::array kAimed{Kind::transfer, Kind::consult, Kind::dial};
constexpr std::array kSupervisors{Kind::listen,          Kind::whisper,     Kind::barge_in,
                                  Kind::take_over,       Kind::leave,       Kind::forced_release,
                                  Kind::forced_sign_out, Kind::forced_busy, Kind::forced_idle};
constexpr std::array kInternal{TargetKind::agent, TargetKind::flow, TargetKind::mailbox,
                               TargetKind::conference};

TEST_F(RightsTest, the_lists_hold_every_kind) {
    EXPECT_EQ(kPlain.size() + kTwoWayOnly.size() + kAimed.size() + kSupervisors.size(),
              static_cast<std::size_t>(Kind::forced_idle) + 1);
}

TEST_F(RightsTest, inbound_seats_have_the_functions_of_b1) {
    for (const Kind kind : kPlain) EXPECT_FALSE(refusal(inbound, kind)) << static_cast<int>(kind);
    for (const Kind kind : kAimed) {
        for (const TargetKind target : kInternal)
            EXPECT_FALSE(refusal(inbound, kind, target)) << static_cast<int>(kind);
    }
    EXPECT_FALSE(refusal(inbound, Kind::transfer, TargetKind::queue));
    EXPECT_FALSE(refusal(inbound, Kind::dial, TargetKind::queue));
}

TEST_F(RightsTest, inbound_seats_have_nothing_more) {
    for (const Kind kind : kAimed) {
        const auto error = refusal(inbound, kind, TargetKind::number);
        ASSERT_TRUE(error);
        EXPECT_EQ(error->code, "not_allowed");
        EXPECT_EQ(error->field, "target");
        EXPECT_NE(error->reason.find("inbound seat (呼入坐席)"), std::string::npos);
    }
    for (const Kind kind : kTwoWayOnly) {
        const auto error = refusal(inbound, kind);
        ASSERT_TRUE(error);
        EXPECT_EQ(error->code, "not_allowed");
        EXPECT_EQ(error->field, "action");
        EXPECT_NE(error->reason.find("inbound seat (呼入坐席)"), std::string::npos);
    }
    EXPECT_TRUE(refusal(inbound, Kind::consult, TargetKind::queue));
}

TEST_F(RightsTest, two_way_seats_may_all_of_it) {
    for (const Kind kind : kPlain) EXPECT_FALSE(refusal(two_way, kind));
    for (const Kind kind : kTwoWayOnly) EXPECT_FALSE(refusal(two_way, kind));
    for (const Kind kind : kAimed) {
        for (const TargetKind target : kInternal) EXPECT_FALSE(refusal(two_way, kind, target));
        EXPECT_FALSE(refusal(two_way, kind, TargetKind::queue));
        EXPECT_FALSE(refusal(two_way, kind, TargetKind::number));
    }
}

TEST_F(RightsTest, only_supervisors_act_about_others) {
    Agent inbound_boss = inbound;
    inbound_boss.supervisor = true;
    for (const Kind kind : kSupervisors) {
        const auto error = refusal(two_way, kind);
        ASSERT_TRUE(error);
        EXPECT_EQ(error->field, "action");
        EXPECT_FALSE(refusal(boss, kind));
        EXPECT_FALSE(refusal(inbound_boss, kind));
    }
    EXPECT_TRUE(refusal(inbound_boss, Kind::join)) << "a supervisor's seat stays an inbound seat";
}

TEST_F(RightsTest, forwards_of_inbound_seats_stay_in_the_center) {
    AgentForwardSet forward{inbound.id, "8002", "voicemail", "7001"};
    EXPECT_FALSE(forward_refusal(inbound, forward, plan));
    forward.on_no_answer = "13800138000";
    const auto error = forward_refusal(inbound, forward, plan);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, "not_allowed");
    EXPECT_EQ(error->field, "forward.on_no_answer");
    forward.always = "13800138000";
    forward.on_busy = "";
    EXPECT_FALSE(forward_refusal(two_way, forward, plan));
}

TEST_F(RightsTest, a_forward_to_nowhere_is_told_by_its_field) {
    const auto error = forward_refusal(two_way, {two_way.id, "", "voicemail", ""}, plan);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, "not_found");
    EXPECT_EQ(error->field, "forward.on_busy");
    EXPECT_FALSE(forward_refusal(two_way, {two_way.id, "", "", ""}, plan));
}

}  // namespace
}  // namespace seatline::core
