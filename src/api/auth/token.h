#pragma once
// Random secrets of sessions, and how they are compared and kept.
#include <string>
#include <string_view>

namespace seatline::api {

/// 256 random bits as 43 characters of base64url.
[[nodiscard]] std::string random_token();

/// BLAKE2b-256 of a token, raw octets: what is kept in memory in its place.
[[nodiscard]] std::string token_key(std::string_view token);

/// Compares without telling by its time where they differ.
[[nodiscard]] bool equal_secret(std::string_view a, std::string_view b);

}  // namespace seatline::api
