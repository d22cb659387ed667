// The guard by given time: what locks an address out, for how long, and what it costs.
#include "sip/source_guard.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace seatline::sip {
namespace {

class SipGuard : public testing::Test {
protected:
    template <class Kind>
    std::size_t count() const {
        return static_cast<std::size_t>(
            std::count_if(events.begin(), events.end(),
                          [](const Event& e) { return std::holds_alternative<Kind>(e); }));
    }

    Instant now = from_unix_us(1'000'000'000'000);
    std::vector<Event> events;
    TimerQueue timers{[] {}};
    SourceGuard guard{timers, [this](Event&& event) { events.push_back(std::move(event)); }};
};

TEST_F(SipGuard, ten_strikes_lock_for_longer_each_time) {
    seconds expected{60};
    for (int lock = 0; lock < 8; ++lock) {
        for (int i = 0; i < 10; ++i) guard.strike("10.0.0.1", "u", "wrong", now);
        EXPECT_FALSE(guard.admit("10.0.0.1", now));
        EXPECT_FALSE(guard.admit("10.0.0.1", now + expected - seconds{1}));
        now += expected + seconds{1};
        timers.run(now);
        EXPECT_TRUE(guard.admit("10.0.0.1", now));
        expected = std::min(expected * 2, SourceGuard::longest_lock);
    }
    EXPECT_EQ(count<LockedOut>(), 16u);
    EXPECT_TRUE(guard.admit("10.0.0.2", now));
}

TEST_F(SipGuard, slow_mistakes_never_lock) {
    for (int i = 0; i < 100; ++i) {
        guard.strike("10.0.0.1", "u", "wrong", now);
        EXPECT_TRUE(guard.admit("10.0.0.1", now));
        now += seconds{7};
    }
}

TEST_F(SipGuard, a_flood_is_cut_to_the_rate_and_then_locked_out) {
    unsigned admitted = 0;
    for (int i = 0; i < 5000; ++i) admitted += guard.admit("10.0.0.1", now) ? 1 : 0;
    EXPECT_EQ(admitted, SourceGuard::burst);
    EXPECT_EQ(count<LockedOut>(), 1u);
    EXPECT_TRUE(guard.is_locked("10.0.0.1", now));
}

TEST_F(SipGuard, who_proves_himself_does_not_empty_the_bucket) {
    for (unsigned i = 0; i < 3 * SourceGuard::burst; ++i) {
        ASSERT_TRUE(guard.admit("10.0.0.1", now));
        ASSERT_TRUE(guard.admit("10.0.0.1", now));
        guard.proven("10.0.0.1");
    }
}

TEST_F(SipGuard, a_million_sources_cost_a_bounded_table) {
    guard.strike("10.0.0.1", "u", "wrong", now);
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 1'000'000; ++i) (void)guard.admit(std::to_string(i), now);
    const auto taken = std::chrono::steady_clock::now() - start;
    EXPECT_FALSE(guard.is_culprit("10.0.0.1", "u"));  // pushed out
    std::printf("guard: %.2f us a request of a new source\n",
                std::chrono::duration<double, std::micro>(taken).count() / 1e6);
}

}  // namespace
}  // namespace seatline::sip
