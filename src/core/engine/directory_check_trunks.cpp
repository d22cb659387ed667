// Where calls go out: gateways and routes.
#include <algorithm>
#include <charconv>
#include <set>

#include "core/engine/directory_check.h"
#include "core/route/dial_plan.h"

namespace seatline::core::directory_check {
namespace {

bool is_port(std::string_view text) {
    unsigned port = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
    return ec == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

bool is_host(std::string_view host) {
    const auto is_letter = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
        return host.size() >= 2 && std::ranges::all_of(host, [&](char c) {
                   return is_letter(c) || c == ':' || c == '.';
               });
    }
    return !host.empty() && is_letter(host.front()) &&
           std::ranges::all_of(host, [&](char c) { return is_letter(c) || c == '.' || c == '-'; });
}

/// "sip:host", "sips:host:port;transport=tls" (RFC 3261 section 19.1.1), without a user.
bool is_gateway_uri(std::string_view uri) {
    if (uri.starts_with("sips:")) {
        uri.remove_prefix(5);
    } else if (uri.starts_with("sip:")) {
        uri.remove_prefix(4);
    } else {
        return false;
    }
    if (const auto parameters = uri.find(';'); parameters != std::string_view::npos) {
        const std::string_view text = uri.substr(parameters);
        if (text != ";transport=udp" && text != ";transport=tcp" && text != ";transport=tls")
            return false;
        uri = uri.substr(0, parameters);
    }
    const auto bracket = uri.find(']');
    const auto colon = uri.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon == std::string_view::npos) return is_host(uri);
    return is_host(uri.substr(0, colon)) && is_port(uri.substr(colon + 1));
}

/// A name below the data folder.
bool is_inner_path(std::string_view path) {
    return !path.starts_with('/') && path.find("..") == std::string_view::npos;
}

Result<void> gateway(const Gateway& gateway, std::size_t i) {
    const auto at = [i](const char* field) {
        return item("trunks", i, std::string("gateway.") + field);
    };
    if (!is_gateway_uri(gateway.uri)) {
        return invalid(at("uri"),
                       "must be like sip:carrier.example or sip:203.0.113.5:5070;transport=tls");
    }
    if (gateway.user.empty() && gateway.register_user)
        return invalid(at("user"), "is missing: who shall register");
    if (gateway.user.empty() && !gateway.password_file.empty())
        return invalid(at("user"), "is missing: whose password it is");
    if (!is_inner_path(gateway.password_file))
        return invalid(at("password_file"), "must be the name of a file in the data folder");
    if (auto r = in_range(gateway.options_s, 0s, 3600s, at("options_s")); r.has_error()) return r;
    if (!gateway.strip.empty() && check_outside_number(gateway.strip).has_error())
        return invalid(at("strip"), "may hold digits only, perhaps after a +");
    if (!std::ranges::all_of(gateway.prepend, [](char c) {
            return (c >= '0' && c <= '9') || c == '+' || c == '*' || c == '#';
        }))
        return invalid(at("prepend"), "may hold digits, +, * and # only");
    return {};
}

Result<void> route(const Index& index, std::size_t i) {
    const Route& route = index.d.routes[i];
    // "+" alone: all numbers in international form.
    if (!route.prefix.empty() && route.prefix != "+" &&
        check_outside_number(route.prefix).has_error()) {
        return invalid(item("routes", i, "prefix"),
                       "may hold at most 20 digits, perhaps after a +; empty for all numbers");
    }
    const auto trunk = index.trunks.find(route.trunk);
    if (trunk == index.trunks.end()) {
        return invalid(item("routes", i, "trunk"),
                       "there is no trunk " + std::to_string(route.trunk.value));
    }
    if (!trunk->second->gateway) {
        return invalid(item("routes", i, "trunk"), "trunk " + std::to_string(route.trunk.value) +
                                                       " has no gateway to call out by");
    }
    return in_range(route.ring_timeout_s, 1s, 300s, item("routes", i, "ring_timeout_s"));
}

}  // namespace

Result<void> trunks(const Index& index) {
    for (std::size_t i = 0; i < index.d.trunks.size(); ++i) {
        const Trunk& trunk = index.d.trunks[i];
        if (trunk.gateway) {
            if (auto r = gateway(*trunk.gateway, i); r.has_error()) return r;
        }
        for (const TenantId tenant : trunk.tenants) {
            if (!index.tenants.contains(tenant)) {
                return invalid(item("trunks", i, "tenants"),
                               "there is no tenant " + std::to_string(tenant.value));
            }
        }
    }
    std::set<std::pair<std::string, TrunkId>> seen;
    for (std::size_t i = 0; i < index.d.routes.size(); ++i) {
        if (auto r = route(index, i); r.has_error()) return r;
        if (!seen.emplace(index.d.routes[i].prefix, index.d.routes[i].trunk).second) {
            return invalid(item("routes", i, "trunk"),
                           "this prefix leads to this trunk by an earlier route already");
        }
    }
    return {};
}

}  // namespace seatline::core::directory_check
