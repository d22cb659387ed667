#include "robots/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace seatline::robots {

Distribution Samples::distribution() const {
    Distribution out;
    if (values_.empty()) return out;
    auto sorted = values_;
    std::sort(sorted.begin(), sorted.end());
    const auto ms = [](double us) { return us / 1000; };
    const auto percentile = [&](double share) {
        const auto rank =
            static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
        return ms(static_cast<double>(sorted[std::max<std::size_t>(rank, 1) - 1]));
    };
    out.count = sorted.size();
    out.min_ms = ms(static_cast<double>(sorted.front()));
    out.max_ms = ms(static_cast<double>(sorted.back()));
    out.mean_ms =
        ms(std::accumulate(sorted.begin(), sorted.end(), 0.0) / static_cast<double>(sorted.size()));
    out.p50_ms = percentile(0.50);
    out.p90_ms = percentile(0.90);
    out.p99_ms = percentile(0.99);
    return out;
}

std::string to_text(const Distribution& d) {
    if (d.count == 0) return "none";
    char text[160];
    std::snprintf(text, sizeof text,
                  "p50 %.1f ms, p90 %.1f, p99 %.1f, max %.1f, mean %.1f (n %llu)", d.p50_ms,
                  d.p90_ms, d.p99_ms, d.max_ms, d.mean_ms,
                  static_cast<unsigned long long>(d.count));
    return text;
}

}  // namespace seatline::robots
