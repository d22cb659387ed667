// seatline-sim [calls] [seed]: simulates one queue (20 agents, 90 % load) through the shipped core
// with all checkers on, and prints the result and the speed.
// seatline-sim storms [count] [seed]: so many storms (sim/storm.h) of everything that can happen;
// a single one prints its events.
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "sim/storm.h"
#include "sim/world.h"

namespace {

int run_storms(std::uint64_t count, std::uint64_t seed) {
    std::uint64_t calls = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        seatline::sim::Storm storm;
        storm.seed = seed + i;
        storm.print = count == 1;
        std::fprintf(stderr, "seed %llu\r", static_cast<unsigned long long>(storm.seed));
        calls += seatline::sim::run(storm).calls;
    }
    std::printf("%llu storms, %llu calls, all sound\n", static_cast<unsigned long long>(count),
                static_cast<unsigned long long>(calls));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::string_view(argv[1]) == "storms") {
        return run_storms(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000,
                          argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1);
    }
    seatline::sim::Plan plan;
    plan.calls = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    plan.seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    plan.interarrival = std::chrono::seconds(10);
    if (plan.calls == 0) {
        std::fprintf(stderr, "usage: seatline-sim [calls] [seed]\n");
        return 2;
    }
    const auto out = seatline::sim::run(plan);
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const double cpu_s =
        static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
        1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    const auto& t = out.totals;
    std::printf(
        "calls %llu, answered %llu, abandoned %llu, waited at all %.2f %%, mean wait %.2f s, "
        "simulated %.1f days\n",
        static_cast<unsigned long long>(t.ended), static_cast<unsigned long long>(t.answered),
        static_cast<unsigned long long>(t.abandoned),
        100.0 * static_cast<double>(t.delayed) / static_cast<double>(t.answered),
        1e-6 * static_cast<double>(t.wait_answered.count()) / static_cast<double>(t.answered),
        static_cast<double>(out.span.count()) / 86'400e6);
    std::printf("steps %llu, CPU %.2f s, %.0f calls per CPU-second\n",
                static_cast<unsigned long long>(out.steps), cpu_s,
                static_cast<double>(t.ended) / cpu_s);
    return 0;
}
