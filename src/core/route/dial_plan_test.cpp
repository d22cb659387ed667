#include "core/route/dial_plan.h"

#include <gtest/gtest.h>

#include "core/route/testing.h"

namespace seatline::core {
namespace {

class DialPlanTest : public ::testing::Test {
protected:
    std::string error(const std::string& digits) const {
        const auto r = plan.resolve(me, digits);
        return r.has_error() ? r.error().code + " " + r.error().field : "none";
    }

    Directory center = testing::small_center();
    DialPlan plan{center};
    Agent me = center.agents.at(0);         // 8001 of tenant 1, has mailbox 51
    Agent colleague = center.agents.at(1);  // 8002 of tenant 1, has none
    Agent stranger = center.agents.at(3);   // 8002 of tenant 2
};

TEST_F(DialPlanTest, every_kind_of_number_of_the_tenant) {
    EXPECT_EQ(*plan.resolve(me, "8002"), DialPlanResult(Target{TargetKind::agent, 12, ""}));
    EXPECT_EQ(*plan.resolve(me, "7001"), DialPlanResult(Target{TargetKind::conference, 31, ""}));
    EXPECT_EQ(*plan.resolve(me, "6002"), DialPlanResult(ListenToMailbox{MailboxId{52}}));
    EXPECT_EQ(*plan.resolve(me, "40001"), DialPlanResult(Target{TargetKind::flow, 1, ""}));
}

TEST_F(DialPlanTest, another_tenants_numbers_are_outside_or_its_own) {
    EXPECT_EQ(*plan.resolve(stranger, "8001"), DialPlanResult(Target{TargetKind::agent, 21, ""}));
    EXPECT_EQ(*plan.resolve(stranger, "7001"),
              DialPlanResult(Target{TargetKind::number, 0, "7001"}));
    EXPECT_EQ(*plan.resolve(me, "40002"), DialPlanResult(Target{TargetKind::number, 0, "40002"}));
}

TEST_F(DialPlanTest, feature_codes) {
    EXPECT_EQ(*plan.resolve(me, "*8"), DialPlanResult(PickUpCode{}));
    EXPECT_EQ(*plan.resolve(me, "*88002"), DialPlanResult(PickUpCode{AgentId{12}}));
    EXPECT_EQ(*plan.resolve(me, "*97"), DialPlanResult(ListenToMailbox{MailboxId{51}}));
    EXPECT_EQ(error("*88009"), "not_found number");
    EXPECT_EQ(error("*87001"), "not_found number");  // a conference does not ring
    EXPECT_EQ(error("*9"), "not_found number");
    EXPECT_EQ(error("*"), "not_found number");
    EXPECT_EQ(plan.resolve(colleague, "*97").error().reason, "agent 8002 has no mailbox");
}

TEST_F(DialPlanTest, outside_numbers_are_digits_after_one_plus) {
    EXPECT_EQ(*plan.resolve(me, "+8613800138000"),
              DialPlanResult(Target{TargetKind::number, 0, "+8613800138000"}));
    EXPECT_EQ(error("+12345678901234567890"), "none");  // 20 digits
    EXPECT_EQ(error("+123456789012345678901"), "invalid number");
    EXPECT_EQ(error("123456789012345678901"), "invalid number");
    for (const char* wrong : {"", "+", "++86", "86+", "010 6552", "alice", "8001#", "1*2"})
        EXPECT_EQ(error(wrong), "invalid number") << wrong;
}

TEST_F(DialPlanTest, forwards) {
    EXPECT_EQ(*plan.forward(me, "voicemail"), (Target{TargetKind::mailbox, 51, ""}));
    EXPECT_EQ(*plan.forward(me, "6002"), (Target{TargetKind::mailbox, 52, ""}));
    EXPECT_EQ(*plan.forward(me, "8002"), (Target{TargetKind::agent, 12, ""}));
    EXPECT_EQ(*plan.forward(me, "13800138000"), (Target{TargetKind::number, 0, "13800138000"}));
    EXPECT_EQ(plan.forward(colleague, "voicemail").error().code, "not_found");
    EXPECT_EQ(plan.forward(me, "8001").error().code, "invalid");  // to oneself
    EXPECT_EQ(plan.forward(me, "*8").error().code, "invalid");
    EXPECT_EQ(plan.forward(me, "home").error().code, "invalid");
}

TEST(dial_plan, an_empty_center_has_outside_numbers_only) {
    const DialPlan plan{Directory{}};
    const Agent nobody = testing::make_agent(1, 1, "1");
    EXPECT_EQ(*plan.resolve(nobody, "10086"),
              DialPlanResult(Target{TargetKind::number, 0, "10086"}));
    EXPECT_FALSE(plan.mailbox_of(AgentId{1}));
}

}  // namespace
}  // namespace seatline::core
