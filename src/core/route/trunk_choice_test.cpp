#include "core/route/trunk_choice.h"

#include <gtest/gtest.h>

#include "core/route/testing.h"

namespace seatline::core {
namespace {

class TrunkChoiceTest : public ::testing::Test {
protected:
    TrunkChoiceTest() {
        for (const std::uint64_t id : {1, 2, 3, 4})
            center.trunks.push_back(testing::make_trunk(id, true));
        for (const std::uint64_t t : {1, 2}) {
            center.numbers.push_back({"4000" + std::to_string(t), TenantId{t}, FlowId{t}});
            center.numbers.push_back({"9500" + std::to_string(t), TenantId{t}, FlowId{t}});
        }
    }

    void route(const std::string& prefix, std::uint64_t trunk, std::uint32_t order = 0,
               std::uint64_t cost = 0) {
        center.routes.push_back({prefix, TrunkId{trunk}, order, cost, 60s});
    }

    /// The ids in order, "2 1", or the reason why there is none.
    std::string choose(const std::string& number, std::uint64_t tenant = 1) const {
        const auto found =
            TrunkChoice(center).candidates(TenantId{tenant}, number, [this](TrunkId id) {
                const auto at = load.find(id.value);
                return at == load.end() ? TrunkLoad{} : at->second;
            });
        if (found.has_error()) return found.error().code + ": " + found.error().reason;
        std::string out;
        for (const TrunkCandidate& c : *found)
            out += (out.empty() ? "" : " ") + std::to_string(c.trunk.value);
        return out;
    }

    Directory center;
    std::map<std::uint64_t, TrunkLoad> load;
};

TEST_F(TrunkChoiceTest, the_longest_prefix_counts) {
    route("", 1);
    route("0", 2);
    route("0086", 3);
    route("+86", 4);
    EXPECT_EQ(choose("10086"), "1");
    EXPECT_EQ(choose("01065521234"), "2");
    EXPECT_EQ(choose("0085221234567"), "2");
    EXPECT_EQ(choose("008610655"), "3");
    EXPECT_EQ(choose("+8610655"), "4");
    EXPECT_EQ(choose("+1"), "1");
    EXPECT_EQ(choose("0"), "2");
}

TEST_F(TrunkChoiceTest, order_then_cost_then_free_lines_then_id) {
    route("", 4, 1, 1);
    route("", 3, 0, 9);
    route("", 2, 0, 5);
    route("", 1, 0, 5);
    EXPECT_EQ(choose("10086"), "1 2 3 4");
    load[1].calls = 1;
    EXPECT_EQ(choose("10086"), "2 1 3 4");
    load[2].calls = 1;
    EXPECT_EQ(choose("10086"), "1 2 3 4");
    load[3].calls = 0;
    EXPECT_EQ(choose("10086"), "1 2 3 4") << "free lines never weigh more than cost";
}

TEST_F(TrunkChoiceTest, down_and_full_ones_are_left_out_and_named_as_the_reason) {
    route("", 1);
    route("", 2);
    center.trunks[0].max_calls = 2;
    load[1].calls = 2;
    EXPECT_EQ(choose("10086"), "2");
    load[2].up = false;
    EXPECT_EQ(choose("10086"),
              "no_route: the trunks for this number are down or all their lines are taken");
    load[1].up = false;
    EXPECT_EQ(choose("10086"), "no_route: all trunks for this number are down");
    load[1] = {2, true};
    load[2] = {31, true};  // more than allowed: a limit that was lowered meanwhile
    EXPECT_EQ(choose("10086"), "no_route: all lines of the trunks for this number are taken");
}

TEST_F(TrunkChoiceTest, no_prefix_is_no_route) {
    route("0", 1);
    EXPECT_EQ(choose("10086"), "no_route: no route leads to this number");
    center.routes.clear();
    EXPECT_EQ(choose("10086"), "no_route: no route leads to this number");
}

TEST_F(TrunkChoiceTest, trunks_of_other_tenants_and_without_gateway_do_not_exist) {
    route("", 1);
    route("0", 2);
    route("00", 3);
    center.trunks[1].tenants = {TenantId{2}};
    center.trunks[2].gateway.reset();
    EXPECT_EQ(choose("0010"), "1") << "their longer prefixes hide nothing";
    EXPECT_EQ(choose("0010", 2), "2");
    center.trunks[0].tenants = {TenantId{2}};
    EXPECT_EQ(choose("0010"), "no_route: no route leads to this number");
}

TEST_F(TrunkChoiceTest, a_trunk_comes_once_by_its_best_route) {
    route("1", 1, 5);
    route("1", 1, 0);
    route("1", 2, 2);
    EXPECT_EQ(choose("10086"), "1 2");
}

TEST_F(TrunkChoiceTest, the_number_as_the_trunk_wants_it) {
    route("", 1);
    center.routes.back().ring_timeout_s = 25s;
    center.trunks[0].gateway->strip = "0";
    center.trunks[0].gateway->prepend = "+86";
    const TrunkChoice choice(center);
    const auto free = [](TrunkId) { return TrunkLoad{}; };
    EXPECT_EQ(choice.candidates(TenantId{1}, "01065521234", free)->front().number, "+861065521234");
    EXPECT_EQ(choice.candidates(TenantId{1}, "10086", free)->front().number, "+8610086");
    EXPECT_EQ(choice.candidates(TenantId{1}, "10086", free)->front().ring_timeout, 25s);
}

TEST_F(TrunkChoiceTest, caller_numbers_belong_to_the_tenant) {
    const CallerNumbers numbers(center);
    EXPECT_EQ(*numbers.choose(TenantId{1}, "", ""), "40001");
    EXPECT_EQ(*numbers.choose(TenantId{1}, "", "95001"), "95001");
    EXPECT_EQ(*numbers.choose(TenantId{1}, "", "95002"), "40001") << "another tenant's";
    EXPECT_EQ(*numbers.choose(TenantId{2}, "95002", "40002"), "95002");
    for (const char* foreign : {"95002", "110"}) {
        const auto r = numbers.choose(TenantId{1}, foreign, "95001");
        ASSERT_TRUE(r.has_error());
        EXPECT_EQ(r.error().code, "not_allowed");
        EXPECT_EQ(r.error().field, "caller_number");
    }
    EXPECT_EQ(numbers.choose(TenantId{3}, "", "").error().code, "not_found");
}

}  // namespace
}  // namespace seatline::core
