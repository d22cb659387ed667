#pragma once
// How demo people behave: when they call, from which number, what they press, how patient they are,
// how long they talk. Pure and seeded: the same generator gives the same people.
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/time.h"

namespace seatline::robots {

using Random = std::mt19937_64;

/// A Chinese number as a carrier shows it: mostly mobile (11 digits, 1...), some landlines with
/// area code (0...).
[[nodiscard]] std::string random_caller_number(Random& random);

/// Log-normal with this median; `spread` is the sigma of the logarithm (0.6: 90th percentile at 2.2
/// medians).
[[nodiscard]] microseconds log_normal(Random& random, microseconds median, double spread);

/// Poisson arrivals whose rate follows a gentle wave of +-35 % (two sines of 7 and 2.6 minutes).
class Arrivals {
public:
    /// `per_minute` is the mean rate, above 0.
    explicit Arrivals(double per_minute) : per_minute_(per_minute) {}
    /// The wait from `since_start` to the next arrival.
    [[nodiscard]] microseconds next(Random& random, microseconds since_start) const;
    /// Calls a minute at that time.
    [[nodiscard]] double rate_at(microseconds since_start) const;

private:
    double per_minute_;
};

struct KeyPress {
    microseconds after;  ///< after the answer, or after the press before
    char key;
};

struct CallerPlan {
    std::string number;
    std::vector<KeyPress> keys;  ///< empty: never presses any
    microseconds patience;       ///< from the answer; then hangs up unless an agent talks
};
[[nodiscard]] CallerPlan plan_caller(Random& random);

enum class AgentReaction { answers, lets_ring, rejects };

struct AgentPlan {
    AgentReaction reaction = AgentReaction::answers;
    microseconds ring{};  ///< until the answer or the rejection
    microseconds talk{};
    bool agent_hangs_up = false;
    microseconds away{};  ///< until back at the desk, when the call wasn't taken
};
[[nodiscard]] AgentPlan plan_agent(Random& random, microseconds median_talk);

}  // namespace seatline::robots
