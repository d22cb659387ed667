#include "robots/people.h"

#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

namespace seatline::robots {
namespace {

double share(Random& random) {
    return std::uniform_real_distribution<>(0, 1)(random);
}

microseconds between(Random& random, microseconds low, microseconds high) {
    return microseconds{
        std::uniform_int_distribution<std::int64_t>(low.count(), high.count())(random)};
}

template <std::size_t N>
std::string_view pick(Random& random, const std::array<std::string_view, N>& from) {
    return from[std::uniform_int_distribution<std::size_t>(0, N - 1)(random)];
}

std::string digits(Random& random, std::size_t count) {
    std::string out;
    while (out.size() < count)
        out += static_cast<char>('0' + std::uniform_int_distribution<>(0, 9)(random));
    return out;
}

char valid_key(Random& random) {
    const double s = share(random);
    return s < 0.5 ? '1' : s < 0.88 ? '2' : '0';
}

constexpr double kMaxWave = 1.35;

}  // namespace

std::string random_caller_number(Random& random) {
    static constexpr std::array<std::string_view, 12> kMobile{
        "138", "139", "136", "150", "158", "186", "189", "133", "177", "180", "131", "199"};
    static constexpr std::array<std::string_view, 6> kLandline{"010",  "021", "020",
                                                               "0755", "028", "0571"};
    if (share(random) < 0.85) return std::string(pick(random, kMobile)) + digits(random, 8);
    return std::string(pick(random, kLandline)) +
           std::to_string(std::uniform_int_distribution<>(2, 8)(random)) + digits(random, 7);
}

microseconds log_normal(Random& random, microseconds median, double spread) {
    const double factor = std::exp(spread * std::normal_distribution<>(0, 1)(random));
    return microseconds{static_cast<std::int64_t>(static_cast<double>(median.count()) * factor)};
}

double Arrivals::rate_at(microseconds since_start) const {
    const double minute = static_cast<double>(since_start.count()) / 60e6;
    const double wave = 0.25 * std::sin(2 * std::numbers::pi * minute / 7) +
                        0.10 * std::sin(2 * std::numbers::pi * minute / 2.6);
    return per_minute_ * (1 + wave);
}

microseconds Arrivals::next(Random& random, microseconds since_start) const {
    // Thinning: candidates at the highest rate, each kept with the share of the rate at its time.
    const double highest = per_minute_ * kMaxWave;
    microseconds wait{0};
    do {
        const double minutes = std::exponential_distribution<>(highest)(random);
        wait += microseconds{static_cast<std::int64_t>(minutes * 60e6)};
    } while (share(random) * highest > rate_at(since_start + wait));
    return wait;
}

CallerPlan plan_caller(Random& random) {
    CallerPlan plan;
    plan.number = random_caller_number(random);
    const double habit = share(random);
    if (habit < 0.12) {  // a wrong key first, then listens again
        plan.keys.push_back(
            {between(random, 5s, 9s), "5789"[std::uniform_int_distribution<>(0, 3)(random)]});
    }
    if (habit < 0.93) {
        const char key = valid_key(random);
        plan.keys.push_back({between(random, 5s, 10s), key});
        plan.keys.push_back(
            {between(random, 9s, 14s), key});  // again, should the first have come in the greeting
    }
    plan.patience = 15s + log_normal(random, 75s, 0.7);
    return plan;
}

AgentPlan plan_agent(Random& random, microseconds median_talk) {
    AgentPlan plan;
    const double mood = share(random);
    plan.reaction = mood < 0.95   ? AgentReaction::answers
                    : mood < 0.98 ? AgentReaction::lets_ring
                                  : AgentReaction::rejects;
    plan.ring = between(random, 1s, 4s);
    plan.talk = std::max<microseconds>(3s, log_normal(random, median_talk, 0.6));
    plan.agent_hangs_up = share(random) < 0.3;
    plan.away = between(random, 15s, 45s);
    return plan;
}

}  // namespace seatline::robots
