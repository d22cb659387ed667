#pragma once
// One line of the journal: 8 hex digits of the CRC-32C of the JSON, a space, the JSON of the event,
// a line end. The number comes first in the JSON, so that a search by number needs no JSON parser.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/engine/event.h"

namespace seatline::store {

void append_line(std::string& out, const core::Event& event);

/// The event's number, read from the line's fixed beginning; empty when it does not look like a
/// line. No CRC check.
[[nodiscard]] std::optional<std::uint64_t> line_seq(std::string_view line);

/// The JSON of a line (without its line end) whose CRC is right; empty: torn or damaged.
[[nodiscard]] std::optional<std::string_view> checked_json(std::string_view line);

}  // namespace seatline::store
