#pragma once
// From Beast's message to ours, and the answers to what Beast could not read.
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "api/http/listener.h"
#include "api/http/message.h"

namespace seatline::api {

inline constexpr std::uint32_t kHeaderLimit = 16u << 10;  ///< octets
inline constexpr std::uint64_t kBodyLimit = 64u << 10;

/// Takes the body out of `message`. Errors: invalid, for a wrong target or Host.
[[nodiscard]] Result<Request> to_request(
    boost::beast::http::request<boost::beast::http::string_body>& message, const Peer& peer);

/// The answer to a read error; empty when the peer has gone or was too slow.
[[nodiscard]] std::optional<Response> refusal(boost::system::error_code ec);

}  // namespace seatline::api
