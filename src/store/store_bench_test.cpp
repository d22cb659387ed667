// What a queue call costs in journal and projections together: CPU of all threads, printed.
// SEATLINE_BENCH_CALLS=100000 for the figure in README.md; a short run here watches the limit of
// 150 us a call.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "store/store.h"
#include "store/test_support.h"

namespace seatline::store {
namespace {

double cpu_us() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
    };
    return us(usage.ru_utime) + us(usage.ru_stime);
}

TEST(store_bench, cpu_of_a_queue_call) {
    const char* wanted = std::getenv("SEATLINE_BENCH_CALLS");
    const std::uint64_t calls = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 5'000;
    const test::TempFolder folder;
    auto journal = Journal::open(folder.path);
    ASSERT_TRUE(journal.has_value());
    const auto day = test::busy_day(calls);
    double journal_us = 0;
    double all_us = 0;
    {
        auto database = Database::open(folder.path, **journal, {});
        ASSERT_TRUE(database.has_value());
        const double start = cpu_us();
        for (std::size_t i = 0; i < day.size();
             i += 4) {  // small batches, as the engine makes them
            std::vector<core::Event> batch(
                day.begin() + static_cast<std::ptrdiff_t>(i),
                day.begin() + static_cast<std::ptrdiff_t>(std::min(day.size(), i + 4)));
            ASSERT_TRUE((*journal)->append(batch).has_value());
            (*database)->apply(std::move(batch));
        }
        (*database)->wait_applied((*journal)->last_seq());
        all_us = cpu_us() - start;
    }
    const double count = static_cast<double>(calls);
    const double start = cpu_us();
    std::uint64_t events = 0;
    ASSERT_TRUE((*journal)->read(0, [&](core::Event&&) { return ++events > 0; }).has_value());
    journal_us = cpu_us() - start;
    std::printf(
        "store: %.0f calls, %.1f events a call: %.1f us CPU a call (journal, projections); reading "
        "back %.1f us a call\n",
        count, static_cast<double>(events) / count, all_us / count, journal_us / count);
    EXPECT_EQ(events, day.size());
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    EXPECT_LT(all_us / count, 450)
        << "three times the limit: other work on the machine does not count";
#endif
}

/// At the pace of a busy center, where batches are small and rows of running calls are written
/// again and again. Only with SEATLINE_BENCH_SECONDS, for it runs that long.
TEST(store_bench, cpu_of_a_queue_call_at_100_calls_a_second) {
    const char* wanted = std::getenv("SEATLINE_BENCH_SECONDS");
    if (wanted == nullptr) GTEST_SKIP() << "set SEATLINE_BENCH_SECONDS";
    const auto length = seconds{std::strtoll(wanted, nullptr, 10)};
    const test::TempFolder folder;
    auto journal = Journal::open(folder.path);
    ASSERT_TRUE(journal.has_value());
    std::vector<core::Event> day;
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(length.count()) * 100; ++i) {
        test::CallPlan plan;
        plan.call = CallId{i + 1};
        plan.agent = AgentId{1 + i};
        plan.at = test::kNoon + 10ms * i;
        auto events = test::answered_call(plan);
        // 1 s of talk and wrap-up instead of 60 s and 10 s.
        for (core::Event& e : events) {
            if (e.at > plan.at + 5s) e.at -= 59s;
            if (e.at > plan.at + 5s) e.at -= 9s;
        }
        std::move(events.begin(), events.end(), std::back_inserter(day));
    }
    std::stable_sort(day.begin(), day.end(),
                     [](const core::Event& a, const core::Event& b) { return a.at < b.at; });
    auto database = Database::open(folder.path, **journal, {});
    ASSERT_TRUE(database.has_value());
    const bool sleep_only = std::getenv("SEATLINE_BENCH_SLEEP_ONLY") != nullptr;
    const auto begin = std::chrono::steady_clock::now();
    const double start = cpu_us();
    for (std::size_t i = 0; i < day.size();) {
        const Instant at = day[i].at;
        std::vector<core::Event> batch;
        while (i < day.size() && day[i].at == at && batch.size() < 4) batch.push_back(day[i++]);
        std::this_thread::sleep_until(begin + (at - test::kNoon));
        if (sleep_only) continue;
        ASSERT_TRUE((*journal)->append(batch).has_value());
        (*database)->apply(std::move(batch));
    }
    (*database)->wait_applied((*journal)->last_seq());
    const double calls = static_cast<double>(length.count()) * 100;
    std::printf(
        "store: 100 calls/s for %lld s: %.1f us CPU a call (SEATLINE_BENCH_SLEEP_ONLY=1 gives the "
        "test's own share)\n",
        static_cast<long long>(length.count()), (cpu_us() - start) / calls);
}

}  // namespace
}  // namespace seatline::store
