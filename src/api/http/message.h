#pragma once
// A request and its answer as the resources see them: plain values, free of Beast and Asio, so that
// one file of the API compiles in a second and every rule can be tested without a socket.
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/file.h"
#include "base/json.h"
#include "base/result.h"

namespace seatline::api {

enum class Method { get, head, post, put, patch, del, other };

/// "GET", "DELETE" ...; "" for other.
[[nodiscard]] std::string_view method_name(Method method);
/// Methods that change something (RFC 9110 9.2.1): they need the CSRF token.
[[nodiscard]] constexpr bool is_unsafe(Method m) {
    return m != Method::get && m != Method::head;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Request {
    Method method = Method::get;
    std::string path;                                         ///< percent-decoded, begins with '/'
    Pairs query;                                              ///< percent-decoded, in order
    std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case
    std::string body;
    std::string source_address;  ///< the peer's, without port
    std::string source_network;  ///< what rate limits count by: the IPv4 address or the IPv6 /64
    bool from_loopback = false;

    [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
    [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;
    [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
};

/// Splits and decodes a request target in origin form (RFC 9112 3.2.1).
/// Errors: invalid, when it has another form, a wrong escape or a NUL.
[[nodiscard]] Result<std::pair<std::string, Pairs>> parse_target(std::string_view target);

struct Response {
    int status = 200;
    Pairs headers;
    std::string body;
    std::optional<FileSlice> file;  ///< sent in place of body
    /// In place of body, when its length is not known before: asked on the pool for piece after
    /// piece until it gives none. May throw: the connection is cut, so that the client knows.
    std::function<std::optional<std::string>()> stream = {};
    bool close = false;  ///< end the connection after this answer

    Response& with(std::string name, std::string value) {
        headers.emplace_back(std::move(name), std::move(value));
        return *this;
    }
    [[nodiscard]] std::uint64_t content_length() const { return file ? file->length : body.size(); }
};

/// Called exactly once with the answer, on any thread.
using Done = std::function<void(Response)>;

[[nodiscard]] Response json_text_response(std::string json, int status = 200);

template <class T>
[[nodiscard]] Response json_response(const T& value, int status = 200) {
    return json_text_response(to_json(value), status);
}

/// The answer to an Error: an ErrorBody with the status that belongs to its code.
[[nodiscard]] Response error_response(const Error& error);
[[nodiscard]] Response error_response(int status, const Error& error);

struct HeadOptions {
    bool keep_alive = true;
    bool tls = false;
    bool chunked =
        true;  ///< a stream is sent in chunks (RFC 9112 7.1); else to the connection's end
};

/// Status line and headers up to the empty line, with the security headers that every answer
/// carries.
[[nodiscard]] std::string head_text(const Response& response, HeadOptions options);

}  // namespace seatline::api
