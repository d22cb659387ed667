#pragma once
// One live WebSocket: a reader that passes over what the page sends (it has nothing to say) and
// keeps pings going, and a writer that sends what the hub offers. Included only by
// http/connection.h.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include "api/auth/session_store.h"
#include "api/http/signal.h"
#include "api/server.h"
#include "api/ws/live_hub.h"

namespace seatline::api {

/// Held by its coroutines; the event loop's thread only.
template <class Stream>
class LiveSocket : public std::enable_shared_from_this<LiveSocket<Stream>> {
public:
    LiveSocket(Stream stream, LiveHub& hub, const Session& session, const ServerLimits& limits)
        : socket_(std::move(stream)),
          hub_(hub),
          work_(socket_.get_executor()),
          last_wait_(socket_.get_executor()),
          idle_limit_(limits.live_idle_ms),
          client_({session.tenant, session.role, session.agent}, session.key, [this] { wake(); },
                  {limits.live_queue_messages, 8u << 20}) {}
    ~LiveSocket() {
        if (added_) hub_.remove(client_);
    }

    boost::asio::awaitable<void> run(
        boost::beast::http::request<boost::beast::http::string_body> request) {
        prepare();
        auto [ec] = co_await socket_.async_accept(request, kAwait);
        if (ec) co_return;
        added_ = true;
        hub_.add(client_);
        boost::asio::co_spawn(socket_.get_executor(), read_all(this->shared_from_this()),
                              boost::asio::detached);
        co_await write_all();
        drop();
    }

private:
    using Socket = boost::beast::websocket::stream<Stream>;

    void prepare() {
        namespace websocket = boost::beast::websocket;
        auto& lowest = boost::beast::get_lowest_layer(socket_);
        lowest.expires_never();
        boost::system::error_code ec;
        // What the kernel holds for a slow page is out of date by the time it is read: keep it
        // short.
        lowest.socket().set_option(boost::asio::socket_base::send_buffer_size(128 << 10), ec);
        websocket::stream_base::timeout timeout{};
        timeout.handshake_timeout = 5s;
        timeout.idle_timeout = idle_limit_;
        timeout.keep_alive_pings = true;
        socket_.set_option(timeout);
        socket_.read_message_max(4096);
        socket_.auto_fragment(false);
        socket_.text(true);
    }

    void wake() {
        work_.set();
        if (!client_.is_closing()) return;
        // The last words get two seconds; a page that does not take them is cut off.
        last_wait_.expires_after(2s);
        last_wait_.async_wait([weak = this->weak_from_this()](boost::system::error_code ec) {
            if (const auto self = weak.lock(); self && !ec) self->drop();
        });
    }

    void drop() {
        boost::system::error_code ec;
        boost::beast::get_lowest_layer(socket_).socket().close(ec);
    }

    static boost::asio::awaitable<void> read_all(std::shared_ptr<LiveSocket> self) {
        boost::beast::flat_buffer waste;
        for (;;) {
            auto [ec, n] = co_await self->socket_.async_read(waste, kAwait);
            if (ec) break;
            waste.consume(waste.size());
        }
        self->gone_ = true;
        self->work_.set();
    }

    boost::asio::awaitable<void> write_all() {
        const std::function<void(LiveClient&)> fresh = [this](LiveClient& client) {
            hub_.refresh(client);
        };
        while (!gone_) {
            const auto message = client_.next(fresh);
            if (message) {
                auto [ec, n] = co_await socket_.async_write(boost::asio::buffer(*message), kAwait);
                if (ec) co_return;
            } else if (client_.is_closing()) {
                co_await socket_.async_close(boost::beast::websocket::close_code::going_away,
                                             kAwait);
                co_return;
            } else {
                co_await work_.wait(milliseconds{3'600'000});
            }
        }
    }

    Socket socket_;
    LiveHub& hub_;
    Signal work_;
    boost::asio::steady_timer last_wait_;
    milliseconds idle_limit_;
    LiveClient client_;
    bool added_ = false;
    bool gone_ = false;
};

}  // namespace seatline::api
