#pragma once
// One connection: a coroutine that reads a request, asks the gateway, writes the answer, and begins
// again; or becomes a live WebSocket. Every wait has a deadline. (No co_await inside of a
// condition: GCC 12 destroys its frames too early.) Included only by plain_connection.cpp and
// tls_connection.cpp.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <charconv>

#include "api/http/listener.h"
#include "api/http/request_reader.h"
#include "api/ws/live_socket.h"
#include "base/log.h"

namespace seatline::api {

namespace beast = boost::beast;
namespace http = boost::beast::http;

template <class Stream>
class Connection final : public OpenConnection {
public:
    static constexpr bool kTls = !std::is_same_v<Stream, beast::tcp_stream>;

    Connection(const ConnectionContext& context, Stream stream, Peer peer_in)
        : OpenConnection(context.gateway.services(), context.books, std::move(peer_in)),
          context_(context),
          stream_(std::move(stream)) {}

    void stop() override {
        stopping_ = true;
        if (idle_) lowest().cancel();
    }

    asio::awaitable<void> run() {
        bool more = co_await handshake();
        while (more) more = co_await serve_one();
    }

private:
    using Parser = http::request_parser<http::string_body>;

    beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }

    asio::awaitable<bool> handshake() {
        if constexpr (kTls) {
            lowest().expires_after(context_.limits.header_ms);
            auto [ec] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kAwait);
            co_return !ec;
        }
        co_return true;
    }

    /// One request and its answer. False: the connection is over.
    asio::awaitable<bool> serve_one() {
        const bool begun = co_await wait_for_request();
        if (!begun) co_return false;
        Parser parser;
        parser.header_limit(kHeaderLimit);
        parser.body_limit(kBodyLimit);
        lowest().expires_after(context_.limits.header_ms);
        auto [header_ec, header_n] =
            co_await http::async_read_header(stream_, buffer_, parser, kAwait);
        if (header_ec) co_return co_await refuse(header_ec);
        if (!parser.is_done()) {
            if (parser.get()[http::field::expect] == "100-continue") {
                const bool sent = co_await send_continue();
                if (!sent) co_return false;
            }
            lowest().expires_after(context_.limits.body_ms);
            auto [body_ec, body_n] = co_await http::async_read(stream_, buffer_, parser, kAwait);
            if (body_ec) co_return co_await refuse(body_ec);
        }
        auto message = parser.release();
        auto request = to_request(message, peer());
        if (request.has_error()) {
            co_await send(error_response(request.error()), {false, kTls}, false);
            co_return co_await finish();
        }
        if (request->path == Gateway::kLivePath && beast::websocket::is_upgrade(message)) {
            co_return co_await go_live(std::move(message), std::move(*request));
        }
        co_return co_await answer(std::move(*request),
                                  {message.keep_alive(), kTls, message.version() >= 11});
    }

    asio::awaitable<bool> wait_for_request() {
        if (stopping_) co_return false;
        if (buffer_.size() > 0) co_return true;
        idle_ = true;
        lowest().expires_after(context_.limits.idle_ms);
        auto [ec, n] = co_await stream_.async_read_some(buffer_.prepare(4096), kAwait);
        idle_ = false;
        if (ec) co_return false;
        buffer_.commit(n);
        co_return true;
    }

    asio::awaitable<bool> send_continue() {
        static constexpr std::string_view kText = "HTTP/1.1 100 Continue\r\n\r\n";
        lowest().expires_after(context_.limits.write_ms);
        auto [ec, n] = co_await asio::async_write(stream_, asio::buffer(kText), kAwait);
        co_return !ec;
    }

    asio::awaitable<bool> answer(Request request, HeadOptions options) {
        const bool head_only = request.method == Method::head;
        struct Pending {
            explicit Pending(const asio::any_io_executor& executor) : signal(executor) {}
            Signal signal;
            std::optional<Response> response;
        };
        const auto pending = std::make_shared<Pending>(stream_.get_executor());
        Done done = [gate = context_.gate, weak = std::weak_ptr(pending)](Response response) {
            gate->post([weak, response = std::move(response)]() mutable {
                if (const auto waiting = weak.lock()) {
                    waiting->response = std::move(response);
                    waiting->signal.set();
                }
            });
        };
        context_.gateway.handle(std::move(request), std::move(done));
        co_await pending->signal.wait(context_.limits.answer_ms);
        if (!pending->response) {
            pending->response =
                error_response({"unavailable", "", "the server did not answer in time"});
        }
        const Response& response = *pending->response;
        const bool has_end = !response.stream || options.chunked;
        options.keep_alive = options.keep_alive && has_end && !stopping_ && !response.close;
        const bool sent = co_await send(std::move(*pending->response), options, head_only);
        if (!sent || options.keep_alive) co_return sent;
        co_return co_await finish();
    }

    asio::awaitable<bool> send(Response response, HeadOptions options, bool head_only) {
        ++context_.gateway.services().counters.answers.at(
            static_cast<std::size_t>(response.status / 100));
        const std::string head = head_text(response, options);
        const bool with_text =
            !head_only && !response.file && !response.stream && response.status != 304;
        const std::array<asio::const_buffer, 2> buffers{
            asio::buffer(head), with_text ? asio::buffer(response.body) : asio::const_buffer{}};
        lowest().expires_after(context_.limits.write_ms);
        auto [ec, n] = co_await asio::async_write(stream_, buffers, kAwait);
        if (ec) co_return false;
        if (head_only) co_return true;
        if (response.stream)
            co_return co_await send_stream(std::move(response.stream), options.chunked);
        if (!response.file) co_return true;
        co_return co_await send_file(std::move(*response.file));
    }

    asio::awaitable<bool> send_stream(std::function<std::optional<std::string>()> pull,
                                      bool chunked) {
        struct Piece {
            std::function<std::optional<std::string>()> pull;
            std::optional<std::string> text;
            bool failed = false;
        };
        const auto piece = std::make_shared<Piece>();
        piece->pull = std::move(pull);
        const auto ready = std::make_shared<Signal>(stream_.get_executor());
        for (bool more = true; more;) {
            context_.gateway.services().run_later(
                [piece, gate = context_.gate, weak = std::weak_ptr(ready)] {
                    try {
                        piece->text = piece->pull();
                    } catch (const std::exception& e) {
                        log::error("an answer had to be cut off: {}", e.what());
                        piece->failed = true;
                    }
                    gate->post([weak] {
                        if (const auto waiting = weak.lock()) waiting->set();
                    });
                });
            const bool in_time = co_await ready->wait(context_.limits.answer_ms);
            if (!in_time || piece->failed) co_return false;
            more = piece->text.has_value();
            if (more && piece->text->empty()) continue;
            const std::string text = more ? std::move(*piece->text) : std::string();
            if (!more && !chunked) break;
            const std::string before = chunked ? chunk_size(text.size()) : std::string();
            const std::string_view after = chunked ? "\r\n" : "";
            const std::array<asio::const_buffer, 3> buffers{
                asio::buffer(before), asio::buffer(text), asio::buffer(after)};
            lowest().expires_after(context_.limits.write_ms);
            auto [ec, n] = co_await asio::async_write(stream_, buffers, kAwait);
            if (ec) co_return false;
        }
        co_return true;
    }

    /// The line before a chunk (RFC 9112 7.1).
    static std::string chunk_size(std::size_t octets) {
        std::array<char, 20> text{};
        const auto end = std::to_chars(text.data(), text.data() + text.size(), octets, 16).ptr;
        return std::string(text.data(), end) + "\r\n";
    }

    asio::awaitable<bool> send_file(FileSlice slice) {
        struct Piece {
            std::vector<char> octets = std::vector<char>(64u << 10);
            std::size_t got = 0;
        };
        const auto piece = std::make_shared<Piece>();
        const auto ready = std::make_shared<Signal>(stream_.get_executor());
        while (slice.length > 0) {
            const auto wanted = static_cast<std::size_t>(
                std::min<std::uint64_t>(piece->octets.size(), slice.length));
            // The pool holds the signal weakly: timers must not die on its threads.
            context_.gateway.services().run_later([piece, wanted, file = slice.file,
                                                   offset = slice.offset, gate = context_.gate,
                                                   weak = std::weak_ptr(ready)] {
                piece->got = file->read_at(offset, std::span(piece->octets).first(wanted));
                gate->post([weak] {
                    if (const auto waiting = weak.lock()) waiting->set();
                });
            });
            const bool in_time = co_await ready->wait(context_.limits.answer_ms);
            if (!in_time) co_return false;
            if (piece->got != wanted)
                co_return false;  // the file has shrunk: the length that we promised can't be kept
            lowest().expires_after(context_.limits.write_ms);
            auto [ec, n] = co_await asio::async_write(
                stream_, asio::buffer(piece->octets.data(), wanted), kAwait);
            if (ec) co_return false;
            slice.offset += wanted;
            slice.length -= wanted;
        }
        co_return true;
    }

    /// Answers what could not be read as a request, if there is an answer to it.
    asio::awaitable<bool> refuse(boost::system::error_code ec) {
        if (auto response = refusal(ec)) {
            const bool sent = co_await send(std::move(*response), {false, kTls}, false);
            if (!sent) co_return false;
            co_return co_await finish();
        }
        co_return false;
    }

    /// Ends in order: what the client still sends is read for a moment, or else a reset would
    /// destroy our answer.
    asio::awaitable<bool> finish() {
        if (stopping_) co_return false;
        lowest().expires_after(2s);
        if constexpr (kTls) {
            co_await stream_.async_shutdown(kAwait);
        } else {
            boost::system::error_code ec;
            lowest().socket().shutdown(asio::ip::tcp::socket::shutdown_send, ec);
            std::array<char, 4096> waste;
            for (int i = 0; i < 64; ++i) {
                auto [read_ec, n] = co_await stream_.async_read_some(asio::buffer(waste), kAwait);
                if (read_ec) break;
            }
        }
        co_return false;
    }

    asio::awaitable<bool> go_live(http::request<http::string_body> message, Request request) {
        auto admitted = context_.gateway.admit_live(request);
        if (auto* refused = std::get_if<Response>(&admitted)) {
            co_await send(std::move(*refused), {false, kTls}, false);
            co_return co_await finish();
        }
        const auto socket = std::make_shared<LiveSocket<Stream>>(
            std::move(stream_), context_.gateway.services().hub,
            std::get<Session>(std::move(admitted)), context_.limits);
        co_await socket->run(std::move(message));
        co_return false;
    }

    ConnectionContext context_;
    Stream stream_;
    beast::flat_buffer buffer_{kHeaderLimit + kBodyLimit + 4096};
    bool idle_ = false;
    bool stopping_ = false;
};

/// Keeps the connection alive as long as its coroutine runs.
template <class Stream>
asio::awaitable<void> run_connection(std::shared_ptr<Connection<Stream>> connection) {
    co_await connection->run();
}

template <class Stream>
void spawn_connection(std::shared_ptr<Connection<Stream>> connection,
                      const asio::any_io_executor& executor) {
    asio::co_spawn(executor, run_connection<Stream>(std::move(connection)), asio::detached);
}

}  // namespace seatline::api
