#include "api/http/listener.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/log.h"

namespace seatline::api {
namespace {

using asio::ip::tcp;

Peer peer_of(const tcp::endpoint& endpoint) {
    asio::ip::address address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    Peer peer{address.to_string(), address.to_string(), address.is_loopback()};
    if (address.is_v6()) {
        auto octets = address.to_v6().to_bytes();
        std::fill(octets.begin() + 8, octets.end(), 0);
        peer.network = asio::ip::address_v6(octets).to_string() + "/64";
    }
    return peer;
}

Error unavailable(std::string field, std::string reason) {
    return {"unavailable", std::move(field), std::move(reason)};
}

}  // namespace

OpenConnection::OpenConnection(Services& services, ConnectionBooks& books, Peer peer)
    : services_(services), books_(books), peer_(std::move(peer)) {
    books_.open.insert(this);
    ++books_.per_network[peer_.network];
    ++services_.counters.connections;
}

OpenConnection::~OpenConnection() {
    books_.open.erase(this);
    const auto count = books_.per_network.find(peer_.network);
    if (--count->second == 0) books_.per_network.erase(count);
    --services_.counters.connections;
    if (books_.open.empty() && books_.when_empty) books_.when_empty();
}

Listener::Listener(asio::io_context& loop, Gateway& gateway, ConnectionBooks& books,
                   const ServerLimits& limits)
    : loop_(loop), acceptor_(loop), context_{books, gateway, limits, nullptr, nullptr} {}

Result<void> Listener::open_tls(const ServerConfig& config) {
    tls_.emplace(asio::ssl::context::tls_server);
    tls_->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                      asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                      asio::ssl::context::no_tlsv1_1 | SSL_OP_NO_RENEGOTIATION);
    boost::system::error_code ec;
    tls_->use_certificate_chain_file(config.tls_certificate, ec);
    if (ec)
        return unavailable("tls_certificate",
                           config.tls_certificate + " can't be used: " + ec.message());
    tls_->use_private_key_file(config.tls_key, asio::ssl::context::pem, ec);
    if (ec) {
        return unavailable(
            "tls_key", config.tls_key +
                           " can't be used or does not belong to the certificate: " + ec.message());
    }
    context_.tls = &*tls_;
    return {};
}

Result<void> Listener::open(const ServerConfig& config) {
    if (config.tls_certificate.empty() != config.tls_key.empty()) {
        return unavailable(config.tls_key.empty() ? "tls_key" : "tls_certificate",
                           "certificate and key must be given together");
    }
    if (!config.tls_certificate.empty()) {
        if (auto result = open_tls(config); result.has_error()) return result;
    }
    boost::system::error_code ec;
    const auto address = asio::ip::make_address(config.bind_address, ec);
    if (ec) return unavailable("http_port", config.bind_address + " is no IP address to listen on");
    const tcp::endpoint endpoint(address, config.port);
    acceptor_.open(endpoint.protocol(), ec);
    if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor_.bind(endpoint, ec);
    if (!ec) acceptor_.listen(1024, ec);
    if (ec) {
        return unavailable("http_port", "can't listen on " + config.bind_address + " port " +
                                            std::to_string(config.port) + ": " + ec.message());
    }
    port_ = acceptor_.local_endpoint().port();
    return {};
}

void Listener::start(std::shared_ptr<LoopGate> gate) {
    context_.gate = std::move(gate);
    asio::co_spawn(loop_, accept_all(), asio::detached);
}

void Listener::stop(std::function<void()> done) {
    stopping_ = true;
    boost::system::error_code ec;
    acceptor_.close(ec);
    auto& books = context_.books;
    books.when_empty = std::move(done);
    for (OpenConnection* connection : books.open) connection->stop();
    if (books.open.empty()) books.when_empty();
}

asio::awaitable<void> Listener::accept_all() {
    asio::steady_timer pause(loop_);
    while (!stopping_) {
        auto [ec, socket] = co_await acceptor_.async_accept(kAwait);
        if (!ec) {
            admit(std::move(socket));
        } else if (!stopping_ && ec != asio::error::connection_aborted) {
            log::error("http: can't accept connections: {}",
                       ec.message());  // out of files: it passes
            pause.expires_after(200ms);
            co_await pause.async_wait(kAwait);
        }
    }
}

void Listener::admit(tcp::socket socket) {
    boost::system::error_code ec;
    const auto endpoint = socket.remote_endpoint(ec);
    if (ec) return;
    Peer peer = peer_of(endpoint);
    const auto& books = context_.books;
    const auto count = books.per_network.find(peer.network);
    if (books.open.size() >= context_.limits.connections ||
        (count != books.per_network.end() &&
         count->second >= context_.limits.connections_per_address)) {
        ++context_.gateway.services().counters.connections_refused;
        return;  // the socket's destructor closes it
    }
    socket.set_option(tcp::no_delay(true), ec);
    if (context_.tls != nullptr) {
        spawn_tls(context_, std::move(socket), std::move(peer));
    } else {
        spawn_plain(context_, std::move(socket), std::move(peer));
    }
}

}  // namespace seatline::api
