#include "api/http/message.h"

#include <array>

#include "api/types.h"

namespace seatline::api {
namespace {

struct StatusText {
    int status;
    std::string_view text;
};
constexpr std::array kStatusTexts{
    StatusText{200, "OK"},
    StatusText{204, "No Content"},
    StatusText{206, "Partial Content"},
    StatusText{304, "Not Modified"},
    StatusText{400, "Bad Request"},
    StatusText{401, "Unauthorized"},
    StatusText{403, "Forbidden"},
    StatusText{404, "Not Found"},
    StatusText{405, "Method Not Allowed"},
    StatusText{409, "Conflict"},
    StatusText{413, "Content Too Large"},
    StatusText{415, "Unsupported Media Type"},
    StatusText{416, "Range Not Satisfiable"},
    StatusText{426, "Upgrade Required"},
    StatusText{429, "Too Many Requests"},
    StatusText{431, "Request Header Fields Too Large"},
    StatusText{500, "Internal Server Error"},
    StatusText{503, "Service Unavailable"},
};

struct CodeStatus {
    std::string_view code;
    int status;
};
constexpr std::array kCodeStatuses{
    CodeStatus{"invalid", 400},     CodeStatus{"unauthenticated", 401},
    CodeStatus{"not_allowed", 403}, CodeStatus{"not_found", 404},
    CodeStatus{"conflict", 409},    CodeStatus{"too_many", 429},
    CodeStatus{"unavailable", 503},
};

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Percent-decodes; empty optional on a broken escape, a NUL or an octet that no URL holds.
std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = hex_digit(text[i + 1]);
            const int low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            i += 2;
            if (c == '\0') return std::nullopt;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        } else if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f) {
            return std::nullopt;
        }
        out += c;
    }
    return out;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
    SEATLINE_ASSERT(value.find_first_of("\r\n") == std::string_view::npos);
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

}  // namespace

std::string_view method_name(Method method) {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::head:
            return "HEAD";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::patch:
            return "PATCH";
        case Method::del:
            return "DELETE";
        case Method::other:
            break;
    }
    return "";
}

std::string_view Request::header(std::string_view lower_case_name) const {
    const auto found = headers.find(lower_case_name);
    return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

std::optional<std::string_view> Request::cookie(std::string_view name) const {
    std::string_view rest = header("cookie");
    while (!rest.empty()) {
        const auto end = rest.find(';');
        std::string_view pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
        const auto equals = pair.find('=');
        if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
            return pair.substr(equals + 1);
        }
    }
    return std::nullopt;
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
    for (const auto& [key, value] : query) {
        if (key == name) return value;
    }
    return std::nullopt;
}

Result<std::pair<std::string, Pairs>> parse_target(std::string_view target) {
    if (target.empty() || target.front() != '/') {
        return invalid("", "the request target must be a path that begins with /");
    }
    const auto question = target.find('?');
    auto path = decode(target.substr(0, question), false);
    if (!path) return invalid("", "the path holds a wrong % escape or a control character");
    Pairs query;
    std::string_view rest =
        question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const std::string_view pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        auto key = decode(pair.substr(0, equals), true);
        auto value = decode(equals == std::string_view::npos ? "" : pair.substr(equals + 1), true);
        if (!key || !value)
            return invalid("", "the query holds a wrong % escape or a control character");
        query.emplace_back(std::move(*key), std::move(*value));
    }
    return std::pair{std::move(*path), std::move(query)};
}

Response json_text_response(std::string json, int status) {
    Response response;
    response.status = status;
    response.body = std::move(json);
    response.with("Content-Type", "application/json").with("Cache-Control", "no-store");
    return response;
}

Response error_response(int status, const Error& error) {
    return json_response(ErrorBody{error.code, error.field, error.reason}, status);
}

Response error_response(const Error& error) {
    for (const auto& [code, status] : kCodeStatuses) {
        if (code == error.code) return error_response(status, error);
    }
    return error_response(500, error);
}

std::string head_text(const Response& response, HeadOptions options) {
    std::string out = "HTTP/1.1 " + std::to_string(response.status) + ' ';
    for (const auto& [status, text] : kStatusTexts) {
        if (status == response.status) out += text;
    }
    out += "\r\n";
    for (const auto& [name, value] : response.headers) append_header(out, name, value);
    if (response.stream) {
        if (options.chunked) append_header(out, "Transfer-Encoding", "chunked");
    } else if (response.status != 204 && response.status != 304) {
        append_header(out, "Content-Length", std::to_string(response.content_length()));
    }
    append_header(out, "Connection", options.keep_alive ? "keep-alive" : "close");
    append_header(out, "X-Content-Type-Options", "nosniff");
    append_header(out, "X-Frame-Options", "DENY");
    append_header(out, "Referrer-Policy", "no-referrer");
    append_header(out, "Cross-Origin-Opener-Policy", "same-origin");
    // Styles may be inline (the component library sets them), scripts never.
    append_header(out, "Content-Security-Policy",
                  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
                  "img-src 'self' data:; font-src 'self' data:; media-src 'self' blob:; "
                  "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    if (options.tls) append_header(out, "Strict-Transport-Security", "max-age=31536000");
    out += "\r\n";
    return out;
}

}  // namespace seatline::api
