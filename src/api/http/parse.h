#pragma once
// Reading the small pieces that paths, queries and headers hold.
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace seatline::api {

/// Decimal digits only, the whole text, in range.
template <class Int = std::uint64_t>
[[nodiscard]] std::optional<Int> parse_number(std::string_view text) {
    Int value{};
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace seatline::api
