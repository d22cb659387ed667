#pragma once
// Samples of a duration and what is reported of them.
#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace seatline::robots {

/// All in milliseconds; zeros when count is 0. A percentile is the smallest sample with that share
/// at or below it.
struct Distribution {
    std::uint64_t count = 0;
    double min_ms = 0;
    double mean_ms = 0;
    double p50_ms = 0;
    double p90_ms = 0;
    double p99_ms = 0;
    double max_ms = 0;
};
BOOST_DESCRIBE_STRUCT(Distribution, (), (count, min_ms, mean_ms, p50_ms, p90_ms, p99_ms, max_ms))

/// Keeps every sample: a run has some 100,000 at most.
class Samples {
public:
    void add(microseconds value) { values_.push_back(value.count()); }
    [[nodiscard]] std::size_t count() const { return values_.size(); }
    [[nodiscard]] Distribution distribution() const;

private:
    std::vector<std::int64_t> values_;
};

/// One line: "p50 1.2 ms, p90 2.0, p99 3.1, max 7.9 (n 6000)".
[[nodiscard]] std::string to_text(const Distribution& d);

}  // namespace seatline::robots
