#pragma once
// Query parameters as values; an error names the parameter. An empty one counts as not given.
#include "api/http/message.h"
#include "api/http/parse.h"
#include "base/id.h"
#include "base/time.h"

namespace seatline::api {

[[nodiscard]] Result<void> read_time(const Request& request, std::string_view name,
                                     std::optional<Instant>& out);
/// From 1 to `most`; without it `out` stays as it is.
[[nodiscard]] Result<void> read_limit(const Request& request, std::uint32_t most,
                                      std::uint32_t& out);

template <class Tag>
[[nodiscard]] Result<void> read_id(const Request& request, std::string_view name,
                                   std::optional<Id<Tag>>& out) {
    const auto text = request.query_value(name);
    if (!text || text->empty()) return {};
    const auto number = parse_number(*text);
    if (!number) return invalid(std::string(name), "must be an id");
    out = Id<Tag>{*number};
    return {};
}

}  // namespace seatline::api
