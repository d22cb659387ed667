#pragma once
// Text from outside is UTF-8 or it is made so at the border: a caller's name with one odd octet
// must not make a journal line, a database row or a WebSocket message that nobody can read.
#include <cstddef>
#include <string>
#include <string_view>

namespace seatline {

/// Octets of the well-formed sequence (RFC 3629) that `text` begins with; 0: there is none.
[[nodiscard]] std::size_t utf8_sequence(std::string_view text);

/// `text` with U+FFFD in place of each octet that belongs to no well-formed sequence.
[[nodiscard]] std::string valid_utf8(std::string text);

/// For a log line: valid UTF-8 with '?' in place of control characters, so that a peer's text can
/// neither begin a line of its own nor steer a terminal.
[[nodiscard]] std::string printable(std::string text);

}  // namespace seatline
