#include "core/record/record_choice.h"

#include <gtest/gtest.h>

#include <set>

namespace seatline::core {
namespace {

const RecordFacts kCall{
    CallId{1'795'349'400'123'457}, TenantId{1}, QueueId{41}, AgentId{11}, TrunkId{61},
    CallDirection::inbound};

RecordRule rule(RecordMode mode) {
    RecordRule out;
    out.tenant = TenantId{1};
    out.mode = mode;
    return out;
}

RecordMode decide(std::vector<RecordRule> rules, const RecordFacts& facts = kCall,
                  bool queue_records = true) {
    Directory d;
    d.record_rules = std::move(rules);
    d.queues.emplace_back().id = QueueId{41};
    d.queues.back().record = queue_records;
    return RecordChoice(d).mode(facts);
}

TEST(record_choice, without_a_rule_the_queue_decides) {
    EXPECT_EQ(decide({}), RecordMode::always);
    EXPECT_EQ(decide({}, kCall, false), RecordMode::never);
    RecordFacts no_queue = kCall;
    no_queue.queue = {};
    EXPECT_EQ(decide({}, no_queue, false), RecordMode::always);
}

TEST(record_choice, the_first_rule_that_holds_decides) {
    RecordRule other_queue = rule(RecordMode::never);
    other_queue.queue = QueueId{42};
    EXPECT_EQ(decide({other_queue, rule(RecordMode::on_demand), rule(RecordMode::always)}),
              RecordMode::on_demand);
    EXPECT_EQ(decide({rule(RecordMode::always)}, kCall, false), RecordMode::always)
        << "a rule stands above the queue's own setting";
    RecordRule other_tenant = rule(RecordMode::never);
    other_tenant.tenant = TenantId{2};
    EXPECT_EQ(decide({other_tenant}), RecordMode::always);
}

TEST(record_choice, every_condition_must_hold) {
    RecordRule all = rule(RecordMode::never);
    all.queue = QueueId{41};
    all.agent = AgentId{11};
    all.trunk = TrunkId{61};
    all.direction = CallDirection::inbound;
    EXPECT_EQ(decide({all}), RecordMode::never);
    RecordFacts facts = kCall;
    facts.queue = {};
    EXPECT_EQ(decide({all}, facts), RecordMode::always);
    facts = kCall;
    facts.agent = AgentId{12};
    EXPECT_EQ(decide({all}, facts), RecordMode::always);
    facts = kCall;
    facts.trunk = TrunkId{62};
    EXPECT_EQ(decide({all}, facts), RecordMode::always);
    facts = kCall;
    facts.direction = CallDirection::outbound;
    EXPECT_EQ(decide({all}, facts), RecordMode::always);
}

TEST(record_choice, shares_are_kept_in_the_long_run) {
    // Ids as the engine gives them: microseconds at start, then steps of a few.
    for (const std::uint64_t step : {1, 2, 7, 100}) {
        for (const std::uint32_t percent : {0u, 1u, 20u, 50u, 99u, 100u}) {
            std::uint64_t taken = 0;
            for (std::uint64_t i = 0; i < 100'000; ++i)
                taken += in_share(CallId{1'795'349'400'123'456 + i * step}, percent) ? 1 : 0;
            EXPECT_NEAR(static_cast<double>(taken) / 1000, percent, 0.6)
                << percent << " % by steps of " << step;
            if (percent == 0) {
                EXPECT_EQ(taken, 0u);
            }
            if (percent == 100) {
                EXPECT_EQ(taken, 100'000u);
            }
        }
    }
}

TEST(record_choice, a_call_outside_the_share_is_not_recorded) {
    RecordRule half = rule(RecordMode::always);
    half.share_percent = 50;
    std::set<RecordMode> seen;
    for (std::uint64_t id = 1; id <= 64; ++id) {
        RecordFacts facts = kCall;
        facts.call = CallId{id};
        const RecordMode mode = decide({half}, facts);
        EXPECT_EQ(mode, in_share(CallId{id}, 50) ? RecordMode::always : RecordMode::never);
        EXPECT_EQ(mode, decide({half}, facts)) << "asked again";
        seen.insert(mode);
    }
    EXPECT_EQ(seen.size(), 2u);
}

}  // namespace
}  // namespace seatline::core
