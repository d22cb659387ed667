#include "api/http/route.h"

namespace seatline::api {
namespace {

std::string_view take_segment(std::string_view& rest) {
    SEATLINE_ASSERT(!rest.empty() && rest.front() == '/');
    rest.remove_prefix(1);
    const auto end = std::min(rest.find('/'), rest.size());
    const auto segment = rest.substr(0, end);
    rest.remove_prefix(end);
    return segment;
}

bool is_name(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{';
}

bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& values) {
    values.clear();
    while (!pattern.empty() && !path.empty()) {
        const auto want = take_segment(pattern);
        const auto got = take_segment(path);
        if (is_name(want)) {
            if (got.empty()) return false;
            values.emplace_back(got);
        } else if (want != got) {
            return false;
        }
    }
    return pattern.empty() && path.empty();
}

}  // namespace

void RouteTable::add(Route route) {
    SEATLINE_ASSERT(route.path.starts_with('/') && route.handler);
    routes_.push_back(std::move(route));
}

RouteTable::Match RouteTable::find(Method method, std::string_view path) const {
    Match match;
    const Method wanted = method == Method::head ? Method::get : method;
    std::vector<std::string> values;
    for (const Route& route : routes_) {
        if (!matches(route.path, path, values)) continue;
        if (route.method == wanted) {
            match.route = &route;
            match.values = values;
        }
        if (!match.allowed.empty()) match.allowed += ", ";
        match.allowed += method_name(route.method);
        if (route.method == Method::get) match.allowed += ", HEAD";
    }
    return match;
}

std::vector<std::string> path_names(std::string_view pattern) {
    std::vector<std::string> names;
    while (!pattern.empty()) {
        const auto segment = take_segment(pattern);
        if (is_name(segment)) names.emplace_back(segment.substr(1, segment.size() - 2));
    }
    return names;
}

}  // namespace seatline::api
