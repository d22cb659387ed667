#pragma once
// The HTTP server: pages, JSON under /api/v1, one WebSocket for live events. Own event-loop
// thread(s) (Boost.Asio, Beast, coroutines) and a small pool for blocking reads and argon2id.
#include <memory>
#include <string>
#include <vector>

#include "api/ports.h"
#include "core/engine/event.h"

namespace seatline::api {

/// What one client may take of the server. The defaults suit production; tests shorten them.
struct ServerLimits {
    std::uint32_t connections =
        4096;  ///< open at a time; also at most half of the process's file limit
    std::uint32_t connections_per_address = 1024;  ///< a whole office may sit behind one address
    milliseconds idle_ms{60'000};                  ///< between two requests of a connection
    milliseconds header_ms{10'000};  ///< from a request's first octet to the end of its header
    milliseconds body_ms{15'000};
    milliseconds write_ms{30'000};   ///< for each 64 KB that the client takes
    milliseconds answer_ms{30'000};  ///< the engine or the store must have answered
    milliseconds live_idle_ms{
        40'000};  ///< a WebSocket that is silent so long, pings included, is closed
    std::uint32_t live_queue_messages = 512;  ///< waiting for one live client; more: resync
};

struct ServerConfig {
    std::string bind_address = "127.0.0.1";
    std::uint16_t port = 8080;
    std::string web_root;         ///< folder of the built pages (index.html, assets/)
    std::string tls_certificate;  ///< PEM chain; with tls_key set the server speaks HTTPS
    std::string tls_key;
    bool secure_cookies = false;  ///< set when TLS is ended in front of us
    ServerLimits limits = {};
};

class Server {
public:
    using Forwards = std::vector<std::pair<TenantId, core::AgentForwardSet>>;

    /// Errors: unavailable, field "http_port", "web_root", "tls_certificate" or "tls_key", with the
    /// reason. `board` is today's state at start and `forwards` what agents have set; from then on
    /// publish() keeps them.
    [[nodiscard]] static Result<std::unique_ptr<Server>> start(ServerConfig config, Ports ports,
                                                               core::Directory directory,
                                                               core::LiveBoard board,
                                                               Forwards forwards = {});
    /// Sends "closing" to live clients and stops within a second (later only if a store port blocks
    /// longer). Writes the audit entries that still wait: what the store ports use must live until
    /// here.
    ~Server();

    /// Events that are in the journal now; any thread, in order.
    void publish(std::vector<core::Event> events);

    /// The tenant's day has turned: its counters of today start at zero. Any thread, in order with
    /// publish().
    void roll_day(TenantId tenant);
    /// Who speaks in a circle that the engine has watched; leg 0: nobody. Any thread.
    void speaks(CircleId circle, LegId leg);

    /// Logs the user out everywhere: password, role or `disabled` has changed. Any thread.
    void end_sessions(UserId user);

    [[nodiscard]] std::uint16_t port() const;

private:
    class Impl;
    explicit Server(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace seatline::api
