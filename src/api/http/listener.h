#pragma once
// Accepts connections, keeps their number in bounds, and knows all that are open so that they can
// be stopped. The event loop's thread only (but open(), before the loop runs).
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <map>
#include <optional>
#include <set>

#include "api/http/gateway.h"
#include "api/http/loop_gate.h"
#include "api/http/signal.h"
#include "api/server.h"

namespace seatline::api {

class OpenConnection;

/// Who is connected. Apart from the listener because connections still cross themselves out while
/// the event loop is being destroyed, when the listener is gone already.
struct ConnectionBooks {
    std::set<OpenConnection*> open;
    std::map<std::string, std::uint32_t> per_network;
    std::function<void()> when_empty;  ///< set: the server stops
};

/// What a connection is given by its listener.
struct ConnectionContext {
    ConnectionBooks& books;
    Gateway& gateway;
    const ServerLimits& limits;
    std::shared_ptr<LoopGate> gate;
    asio::ssl::context* tls = nullptr;  ///< null: plain
};

struct Peer {
    std::string address;
    std::string network;  ///< the IPv4 address, or the first 64 bits of an IPv6 address
    bool loopback = false;
};

/// A connection as its listener knows it; enters and leaves the listener's books by itself.
class OpenConnection {
public:
    OpenConnection(Services& services, ConnectionBooks& books, Peer peer);
    virtual ~OpenConnection();
    OpenConnection(const OpenConnection&) = delete;
    OpenConnection& operator=(const OpenConnection&) = delete;

    /// Ends at once when idle, else after the present answer.
    virtual void stop() = 0;
    [[nodiscard]] const Peer& peer() const { return peer_; }

private:
    Services& services_;
    ConnectionBooks& books_;
    Peer peer_;
};

/// Start one connection's coroutine; each in a .cpp of its own, for they are slow to compile.
void spawn_plain(const ConnectionContext& context, asio::ip::tcp::socket socket, Peer peer);
void spawn_tls(const ConnectionContext& context, asio::ip::tcp::socket socket, Peer peer);

class Listener {
public:
    Listener(asio::io_context& loop, Gateway& gateway, ConnectionBooks& books,
             const ServerLimits& limits);

    /// Errors: unavailable, field "http_port", "tls_certificate" or "tls_key".
    [[nodiscard]] Result<void> open(const ServerConfig& config);
    void start(std::shared_ptr<LoopGate> gate);
    /// No more connections; `done` is called when the last one is closed.
    void stop(std::function<void()> done);
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    [[nodiscard]] Result<void> open_tls(const ServerConfig& config);
    asio::awaitable<void> accept_all();
    void admit(asio::ip::tcp::socket socket);

    asio::io_context& loop_;
    asio::ip::tcp::acceptor acceptor_;
    std::optional<asio::ssl::context> tls_;
    ConnectionContext context_;
    std::uint16_t port_ = 0;
    bool stopping_ = false;
};

}  // namespace seatline::api
