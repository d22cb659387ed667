#include "robots/people.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "robots/statistics.h"

namespace seatline::robots {
namespace {

TEST(Statistics, percentiles_are_samples_of_that_rank) {
    Samples samples;
    for (int i = 100; i >= 1; --i) samples.add(milliseconds{i});
    const auto d = samples.distribution();
    EXPECT_EQ(d.count, 100u);
    EXPECT_DOUBLE_EQ(d.min_ms, 1);
    EXPECT_DOUBLE_EQ(d.p50_ms, 50);
    EXPECT_DOUBLE_EQ(d.p90_ms, 90);
    EXPECT_DOUBLE_EQ(d.p99_ms, 99);
    EXPECT_DOUBLE_EQ(d.max_ms, 100);
    EXPECT_DOUBLE_EQ(d.mean_ms, 50.5);
}

TEST(Statistics, one_sample_is_every_percentile_and_none_is_zero) {
    Samples samples;
    EXPECT_EQ(to_text(samples.distribution()), "none");
    samples.add(microseconds{1500});
    EXPECT_DOUBLE_EQ(samples.distribution().p50_ms, 1.5);
    EXPECT_DOUBLE_EQ(samples.distribution().p99_ms, 1.5);
}

TEST(Arrivals, mean_rate_holds_over_a_long_time_and_the_wave_stays_in_bounds) {
    Random random(7);
    const Arrivals arrivals(14);
    microseconds t{0};
    int count = 0;
    for (; t < minutes{7 * 13 * 10}; ++count) t += arrivals.next(random, t);
    EXPECT_NEAR(count / 910.0, 14, 0.5);
    for (seconds s{0}; s < minutes{91}; s += 1s) {
        EXPECT_GT(arrivals.rate_at(s), 14 * 0.64);
        EXPECT_LT(arrivals.rate_at(s), 14 * 1.36);
    }
}

TEST(Arrivals, gaps_vary_like_a_poisson_process) {
    Random random(8);
    const Arrivals arrivals(60);
    double sum = 0, squares = 0;
    constexpr int n = 20000;
    for (int i = 0; i < n; ++i) {
        const double gap = static_cast<double>(arrivals.next(random, minutes{0}).count()) / 1e6;
        sum += gap;
        squares += gap * gap;
    }
    const double mean = sum / n;
    EXPECT_NEAR(mean, 1, 0.05);
    EXPECT_NEAR(squares / n / (mean * mean), 2, 0.15);  // an exponential's second moment
}

TEST(People, talk_times_have_the_wished_median) {
    Random random(9);
    std::vector<microseconds> talks;
    for (int i = 0; i < 5000; ++i) talks.push_back(plan_agent(random, 50s).talk);
    std::nth_element(talks.begin(), talks.begin() + 2500, talks.end());
    EXPECT_NEAR(static_cast<double>(talks[2500].count()) / 1e6, 50, 3);
}

TEST(People, numbers_are_mobiles_or_landlines) {
    Random random(10);
    int mobiles = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto number = random_caller_number(random);
        EXPECT_TRUE(
            std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; }));
        EXPECT_TRUE(number.size() == 11 || number.size() == 12) << number;
        mobiles += number.front() == '1' ? 1 : 0;
    }
    EXPECT_NEAR(mobiles, 850, 50);
}

TEST(People, some_callers_press_no_key_and_some_a_wrong_one_first) {
    Random random(11);
    int none = 0, wrong = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto keys = plan_caller(random).keys.size();
        none += keys == 0 ? 1 : 0;
        wrong += keys == 3 ? 1 : 0;
    }
    EXPECT_NEAR(none, 70, 35);
    EXPECT_NEAR(wrong, 120, 45);
}

}  // namespace
}  // namespace seatline::robots
