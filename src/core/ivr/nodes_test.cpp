// The node types transfer, collect and give_back, driven as the engine does.
#include <gtest/gtest.h>

#include "core/ivr/flow.h"

namespace seatline::core::ivr {
namespace {

constexpr NodeIndex kNext = 7, kFailure = 8;

class CollectTest : public ::testing::Test {
protected:
    CollectTest() {
        data.id = "pin";
        data.type = NodeType::collect;
        data.prompts = {"ask"};
        data.invalid_prompts = {"wrong"};
        data.timeout_prompts = {"slow"};
        data.next = "after";
        data.variable = "pin";
        data.min_digits = 2;
        data.max_digits = 4;
        data.tries = 2;
        node = {&data, kNext, kFailure, {}};
    }

    /// The outcome of the last key.
    Outcome type(std::string_view keys) {
        Outcome last;
        for (const char key : keys) last = on_digit(node, memory, key);
        return last;
    }
    static bool waits(const Outcome& outcome) {
        return std::holds_alternative<WaitForDigit>(outcome.step) && !outcome.took_input &&
               !outcome.collected;
    }
    static std::vector<std::string> says(const Outcome& outcome) {
        const auto* play = std::get_if<PlayPrompts>(&outcome.step);
        return play != nullptr ? play->prompts : std::vector<std::string>{};
    }
    static NodeIndex goes(const Outcome& outcome) {
        const auto* go = std::get_if<GoTo>(&outcome.step);
        return go != nullptr ? go->node : kNoNode;
    }

    FlowNode data;
    Node node;
    Memory memory;
};

using Prompts = std::vector<std::string>;

TEST_F(CollectTest, the_last_of_max_digits_ends_the_input) {
    EXPECT_EQ(says(enter(node, memory)), Prompts{"ask"});
    EXPECT_TRUE(waits(on_played(node, memory)));
    EXPECT_TRUE(waits(type("120")));
    const Outcome end = type("3");
    EXPECT_EQ(goes(end), kNext);
    EXPECT_TRUE(end.took_input);
    EXPECT_EQ(end.digits, "1203");
    ASSERT_TRUE(end.collected);
    EXPECT_EQ(end.collected->name, "pin");
    EXPECT_EQ(end.collected->value, "1203");
    EXPECT_FALSE(end.collected->secret);
}

TEST_F(CollectTest, hash_ends_it_and_star_takes_back) {
    (void)enter(node, memory);
    EXPECT_TRUE(waits(type("99*")));
    const Outcome end = type("12#");
    EXPECT_EQ(goes(end), kNext);
    EXPECT_EQ(end.collected->value, "12");
}

TEST_F(CollectTest, keys_before_the_prompts_end_count) {
    (void)enter(node, memory);
    EXPECT_TRUE(waits(type("1")));  // WaitForDigit stops the prompt
    EXPECT_TRUE(waits(on_played(node, memory))) << "a late end of the prompt changes nothing";
    EXPECT_EQ(type("2#").collected->value, "12");
}

TEST_F(CollectTest, too_few_keys_and_time_outs_are_failures_together) {
    (void)enter(node, memory);
    const Outcome few = type("1#");
    EXPECT_EQ(says(few), (Prompts{"wrong", "ask"}));
    EXPECT_TRUE(few.took_input);
    EXPECT_EQ(few.digits, "1");
    EXPECT_FALSE(few.collected);
    (void)type("2");
    const Outcome late = on_timeout(node, memory);
    EXPECT_EQ(goes(late), kFailure);
    EXPECT_EQ(late.digits, "2") << "the first try's key is forgotten";
    EXPECT_FALSE(late.collected);
}

TEST_F(CollectTest, a_time_out_says_so_and_asks_again) {
    (void)enter(node, memory);
    (void)on_played(node, memory);
    const Outcome late = on_timeout(node, memory);
    EXPECT_EQ(says(late), (Prompts{"slow", "ask"}));
    EXPECT_EQ(late.digits, "");
    EXPECT_EQ(type("12#").collected->value, "12");
}

TEST_F(CollectTest, a_time_out_after_enough_keys_ends_the_input) {
    (void)enter(node, memory);
    (void)type("123");
    EXPECT_EQ(on_timeout(node, memory).collected->value, "123");
}

TEST_F(CollectTest, nothing_is_an_answer_only_by_hash) {
    data.min_digits = 0;
    (void)enter(node, memory);
    EXPECT_EQ(says(on_timeout(node, memory)), (Prompts{"slow", "ask"}));
    const Outcome none = type("#");
    EXPECT_EQ(goes(none), kNext);
    EXPECT_EQ(none.collected->value, "");
}

TEST_F(CollectTest, without_prompts_the_time_out_starts_at_once) {
    data.prompts.clear();
    data.timeout_prompts.clear();
    EXPECT_TRUE(waits(enter(node, memory)));
    const Outcome again = on_timeout(node, memory);
    EXPECT_TRUE(std::holds_alternative<WaitForDigit>(again.step));
    EXPECT_TRUE(again.took_input);
    EXPECT_EQ(goes(on_timeout(node, memory)), kFailure);
}

TEST_F(CollectTest, a_secret_is_in_no_outcomes_digits) {
    data.secret = true;
    (void)enter(node, memory);
    EXPECT_EQ(type("1#").digits, "*") << "also of a failed try";
    const Outcome end = type("1234");
    EXPECT_EQ(end.digits, "****");
    EXPECT_TRUE(end.collected->secret);
    EXPECT_EQ(end.collected->value, "1234");
    EXPECT_EQ(end.collected->shown(), "****");
    EXPECT_TRUE(memory.digits.empty()) << "nothing stays behind";
}

TEST_F(CollectTest, what_it_needs_is_named) {
    FlowNode after;
    after.id = "after";
    const auto field = [&](auto change) {
        FlowNode changed = data;
        change(changed);
        const auto r = check_nodes({FlowId{1}, TenantId{1}, "f", "pin", {changed, after}});
        return r.has_error() ? r.error().field : std::string("none");
    };
    EXPECT_EQ(field([](FlowNode&) {}), "none");
    EXPECT_EQ(field([](FlowNode& n) { n.next = ""; }), "nodes[0].next");
    EXPECT_EQ(field([](FlowNode& n) { n.next = "nowhere"; }), "nodes[0].next");
    EXPECT_EQ(field([](FlowNode& n) { n.variable = ""; }), "nodes[0].variable");
    EXPECT_EQ(field([](FlowNode& n) { n.variable = "the pin"; }), "nodes[0].variable");
    EXPECT_EQ(field([](FlowNode& n) { n.max_digits = 0; }), "nodes[0].max_digits");
    EXPECT_EQ(field([](FlowNode& n) { n.max_digits = 41; }), "nodes[0].max_digits");
    EXPECT_EQ(field([](FlowNode& n) { n.min_digits = 5; }), "nodes[0].min_digits");
    EXPECT_EQ(field([](FlowNode& n) { n.tries = 0; }), "nodes[0].tries");
    EXPECT_EQ(field([](FlowNode& n) { n.timeout_s = 0s; }), "nodes[0].timeout_s");
}

TEST(nodes, transfer_says_its_prompts_then_passes_the_call_on) {
    FlowNode data;
    data.id = "out";
    data.type = NodeType::transfer;
    data.target = {TargetKind::number, 0, "10086"};
    const Node node{&data, kNoNode, kNoNode, {}};
    Memory memory;
    const Outcome at_once = enter(node, memory);
    EXPECT_EQ(std::get<TransferTo>(at_once.step).target, data.target);
    data.prompts = {"moment"};
    EXPECT_EQ(std::get<PlayPrompts>(enter(node, memory).step).prompts, Prompts{"moment"});
    EXPECT_TRUE(std::holds_alternative<StayHere>(on_digit(node, memory, '1').step));
    EXPECT_EQ(std::get<TransferTo>(on_played(node, memory).step).target, data.target);
}

TEST(nodes, transfer_needs_a_target) {
    FlowNode data;
    data.id = "out";
    data.type = NodeType::transfer;
    const auto field = [&](const Target& target) {
        data.target = target;
        const auto r = check_nodes({FlowId{1}, TenantId{1}, "f", "out", {data}});
        return r.has_error() ? r.error().field : std::string("none");
    };
    EXPECT_EQ(field({TargetKind::number, 0, "+8610086"}), "none");
    EXPECT_EQ(field({TargetKind::queue, 3, ""}), "none");
    EXPECT_EQ(field({TargetKind::number, 0, ""}), "nodes[0].target.number");
    EXPECT_EQ(field({TargetKind::number, 0, "sales"}), "nodes[0].target.number");
    EXPECT_EQ(field({TargetKind::agent, 0, ""}), "nodes[0].target.id");
}

TEST(nodes, give_back_says_its_prompts_then_gives_back) {
    FlowNode data;
    data.id = "back";
    data.type = NodeType::give_back;
    const Node node{&data, kNoNode, kNoNode, {}};
    Memory memory;
    EXPECT_TRUE(std::holds_alternative<GiveBack>(enter(node, memory).step));
    data.prompts = {"thanks"};
    EXPECT_EQ(std::get<PlayPrompts>(enter(node, memory).step).prompts, Prompts{"thanks"});
    EXPECT_TRUE(std::holds_alternative<StayHere>(on_digit(node, memory, '1').step));
    EXPECT_TRUE(std::holds_alternative<GiveBack>(on_played(node, memory).step));
    EXPECT_FALSE(check_nodes({FlowId{1}, TenantId{1}, "f", "back", {data}}).has_error());
}

}  // namespace
}  // namespace seatline::core::ivr
