#include "api/resource/query_values.h"

namespace seatline::api {

Result<void> read_time(const Request& request, std::string_view name, std::optional<Instant>& out) {
    const auto text = request.query_value(name);
    if (!text || text->empty()) return {};
    out = parse_rfc3339(*text);
    if (!out) return invalid(std::string(name), "must be a time like 2026-11-22T12:10:00Z");
    return {};
}

Result<void> read_limit(const Request& request, std::uint32_t most, std::uint32_t& out) {
    const auto text = request.query_value("limit");
    if (!text) return {};
    const auto limit = parse_number<std::uint32_t>(*text);
    if (!limit || *limit < 1 || *limit > most)
        return invalid("limit", "must be between 1 and " + std::to_string(most));
    out = *limit;
    return {};
}

}  // namespace seatline::api
