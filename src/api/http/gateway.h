#pragma once
// The gate that every request passes, in this order: route, session, origin and CSRF token, role,
// query and body form; then its handler. What is not let through is answered here.
#include <variant>

#include "api/http/services.h"
#include "api/http/static_files.h"

namespace seatline::api {

/// The event loop's thread only.
class Gateway {
public:
    static constexpr std::string_view kLivePath = "/api/v1/live";

    Gateway(Services& services, StaticFiles files)
        : services_(services), files_(std::move(files)) {}

    /// `done` is called once, on any thread, possibly before this returns.
    void handle(Request request, Done done);

    /// May this request become the live WebSocket? The session, or the answer that refuses it.
    [[nodiscard]] std::variant<Session, Response> admit_live(const Request& request);

    [[nodiscard]] Services& services() { return services_; }

private:
    void handle_api(Request request, const Done& done);
    void handle_static(Request request, const Done& done);
    [[nodiscard]] std::optional<Session> session_of(const Request& request, Instant now);

    Services& services_;
    StaticFiles files_;
};

}  // namespace seatline::api
