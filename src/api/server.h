#pragma once
// The HTTP server: pages, JSON under /api/v1, one WebSocket for live events. Own event-loop thread(s) (Boost.Asio,
// Beast, coroutines) and a small pool for blocking reads and argon2id.
#include <memory>
#include <string>
#include <vector>

#include "api/ports.h"
#include "core/engine/event.h"

namespace seatline::api {

struct ServerConfig {
    std::string bind_address = "127.0.0.1";
    std::uint16_t port = 8080;
    std::string web_root;         ///< folder of the built pages (index.html, assets/)
    std::string tls_certificate;  ///< PEM chain; with tls_key set the server speaks HTTPS
    std::string tls_key;
    bool secure_cookies = false;  ///< set when TLS is ended in front of us
};

class Server {
public:
    /// Errors: unavailable, field "http_port", "web_root", "tls_certificate" or "tls_key", with the reason.
    /// `board` is today's state at start; from then on publish() keeps it.
    [[nodiscard]] static Result<std::unique_ptr<Server>> start(ServerConfig config, Ports ports,
                                                               core::Directory directory, core::LiveBoard board);
    ~Server();  ///< sends "closing" to live clients, stops within a second

    /// Events that are in the journal now; any thread, in order.
    void publish(std::vector<core::Event> events);

    [[nodiscard]] std::uint16_t port() const;

private:
    class Impl;
    explicit Server(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace seatline::api
