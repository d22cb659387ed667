#include "api/auth/origin.h"

#include <algorithm>

namespace seatline::api {

bool is_own_origin(const Request& request) {
    const auto site = request.header("sec-fetch-site");
    if (!site.empty() && site != "same-origin" && site != "none") return false;
    std::string_view origin = request.header("origin");
    if (origin.empty()) return true;
    // The scheme is not compared: TLS may end in front of us.
    const auto scheme_end = origin.find("://");
    if (scheme_end == std::string_view::npos) return false;  // "null"
    origin.remove_prefix(scheme_end + 3);
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(origin, request.header("host"), {}, lower, lower);
}

}  // namespace seatline::api
