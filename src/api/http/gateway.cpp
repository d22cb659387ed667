#include "api/http/gateway.h"

#include <algorithm>

#include "api/auth/origin.h"
#include "api/auth/token.h"
#include "base/log.h"

namespace seatline::api {
namespace {

Error busy() {
    return {"unavailable", "", "the server is busy: try again in a moment"};
}
Error no_session() {
    return {"unauthenticated", "", "log in first"};
}
Error foreign() {
    return {"not_allowed", "Origin", "the request comes from another site's page"};
}

bool has_role(const Session& session, Access access) {
    switch (access) {
        case Access::anyone:
        case Access::agent:
            return true;
        case Access::supervisor:
            return session.role != Role::agent;
        case Access::admin:
            return session.role == Role::admin;
    }
    return false;
}

/// Origin always; the token where there is a session to abuse.
std::optional<Error> check_forgery(const Request& request, const Route& route,
                                   const std::optional<Session>& session) {
    if (!is_unsafe(request.method)) return std::nullopt;
    if (!is_own_origin(request)) return foreign();
    if (route.access == Access::anyone) return std::nullopt;
    if (!session || !equal_secret(request.header("x-csrf-token"), session->csrf_token)) {
        return Error{"not_allowed", "X-CSRF-Token",
                     "the header is missing or wrong: send SessionView.csrf_token"};
    }
    return std::nullopt;
}

std::optional<Response> check_form(const Request& request, const Route& route) {
    for (const auto& [name, value] : request.query) {
        const bool known =
            std::ranges::any_of(route.query, [&](const auto& p) { return p.name == name; });
        if (!known) return error_response(invalid(name, "is not a known query parameter"));
    }
    if (route.request == nullptr) return std::nullopt;
    const auto type = request.header("content-type");
    if (type.substr(0, type.find(';')) != "application/json") {
        return error_response(415, invalid("Content-Type", "must be application/json"));
    }
    return std::nullopt;
}

}  // namespace

void Gateway::handle(Request request, Done done) {
    const auto& path = request.path;
    if (path.starts_with("/api/") || path == "/api" || path == "/metrics") {
        handle_api(std::move(request), done);
    } else {
        handle_static(std::move(request), done);
    }
}

void Gateway::handle_static(Request request, const Done& done) {
    if (is_unsafe(request.method)) {
        done(error_response(405, {"not_allowed", "", "pages can only be read"})
                 .with("Allow", "GET, HEAD"));
        return;
    }
    auto work = [this, request = std::move(request), done] { done(files_.answer(request)); };
    if (!services_.run_in_pool(std::move(work))) done(error_response(busy()));
}

void Gateway::handle_api(Request request, const Done& done) {
    auto match = services_.routes.find(request.method, request.path);
    if (match.route == nullptr) {
        if (match.allowed.empty())
            return done(error_response({"not_found", "", "there is no such resource"}));
        return done(error_response(405, {"not_allowed", "", "this method is not for this resource"})
                        .with("Allow", match.allowed));
    }
    const Route& route = *match.route;
    auto exchange = std::make_shared<Exchange>();
    exchange->now = services_.ports.clock();
    exchange->session = session_of(request, exchange->now);
    if (route.access != Access::anyone && !exchange->session)
        return done(error_response(no_session()));
    if (const auto error = check_forgery(request, route, exchange->session))
        return done(error_response(*error));
    if (exchange->session && !has_role(*exchange->session, route.access)) {
        if (!route.audit_refused.empty()) {
            const Session& session = *exchange->session;
            services_.audit({exchange->now, session.tenant, session.user_name,
                             request.source_address, route.audit_refused, request.path,
                             "refused: the role " + std::string(enum_name(session.role))});
        }
        return done(error_response({"not_allowed", "", "your role does not allow this"}));
    }
    if (auto refused = check_form(request, route)) return done(std::move(*refused));
    exchange->request = std::move(request);
    exchange->path_values = std::move(match.values);
    if (route.where == Where::loop) return route.handler(exchange, done);
    auto work = [&route, exchange, done] {
        try {
            route.handler(exchange, done);
        } catch (const std::exception&
                     e) {  // of the store's libraries: one request fails, not the program
            log::error("{} failed: {}", route.path, e.what());
            done(error_response(500,
                                {"unavailable", "", "the server could not answer: see its log"}));
        }
    };
    if (!services_.run_in_pool(std::move(work))) done(error_response(busy()));
}

std::optional<Session> Gateway::session_of(const Request& request, Instant now) {
    const auto id = request.cookie("seatline_session");
    return id && id->size() <= 64 ? services_.sessions.find(*id, now) : std::nullopt;
}

std::variant<Session, Response> Gateway::admit_live(const Request& request) {
    if (!is_own_origin(request)) return error_response(foreign());
    auto session = session_of(request, services_.ports.clock());
    if (!session) return error_response(no_session());
    return std::move(*session);
}

}  // namespace seatline::api
