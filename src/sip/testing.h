#pragma once
// For this folder's tests: an endpoint whose events wait in line, and a raw UDP or TCP peer that
// says what it likes.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>

#include "sip/endpoint.h"

namespace seatline::sip::testing_support {

inline MediaDescription audio(std::uint16_t port) {
    return {"127.0.0.1",
            port,
            0,
            20,
            MediaDirection::sendrecv,
            {{"PCMA", 8, 8000}, {"PCMU", 0, 8000}, {"telephone-event", 101, 8000}}};
}

/// What the endpoints' clock is ahead of the wall's.
inline std::atomic<std::int64_t> clock_ahead_s{0};

inline Instant wall_now() {
    return seconds{clock_ahead_s.load()} +
           from_unix_us(std::chrono::duration_cast<microseconds>(
                            std::chrono::system_clock::now().time_since_epoch())
                            .count());
}

/// An endpoint and its events in order.
class Node {
public:
    explicit Node(Config config = {}) {
        config.port = 0;
        auto started = Endpoint::start(
            config,
            [this](Event&& event) {
                const std::lock_guard lock(mutex_);
                events_.push_back(std::move(event));
                arrived_.notify_all();
            },
            wall_now);
        if (started.has_error()) throw std::runtime_error(started.error().text());
        endpoint_ = std::move(*started);
    }

    void post(Command command) { endpoint_->post(std::move(command)); }
    [[nodiscard]] std::uint16_t port() const { return endpoint_->port(); }
    void stop() { endpoint_.reset(); }

    /// Returns when all commands so far were executed: a registration that can't work answers at
    /// once.
    void settle() {
        post(Register{});
        for (;;) {
            auto event = poll(milliseconds{5000});
            if (!event) throw std::runtime_error("the endpoint doesn't settle");
            if (std::holds_alternative<RegisterResult>(*event)) return;
        }
    }

    /// Time passes for all endpoints; this one looks at its deadlines at once.
    void pass(seconds time) {
        clock_ahead_s += time.count();
        Invite nowhere;  // its deadline is the earliest: the endpoint looks at all that are due
        nowhere.leg = LegId{1'000'000};
        nowhere.request_uri = "sip:x@127.0.0.1:1";
        nowhere.local = audio(4000);
        nowhere.ring_timeout = seconds{-1'000'000};
        post(nowhere);
        (void)expect<Ended>();
    }

    /// The next event, which must be one of `Kinds`.
    template <class... Kinds>
    std::variant<Kinds...> expect_any(milliseconds patience = milliseconds{5000}) {
        std::unique_lock lock(mutex_);
        if (!arrived_.wait_for(lock, patience, [this] { return !events_.empty(); })) {
            throw std::runtime_error("no event came");
        }
        Event event = std::move(events_.front());
        events_.pop_front();
        std::optional<std::variant<Kinds...>> out;
        ((std::holds_alternative<Kinds>(event) ? void(out.emplace(std::get<Kinds>(event)))
                                               : void()),
         ...);
        if (!out)
            throw std::runtime_error("another event came: index " + std::to_string(event.index()));
        return *out;
    }

    template <class Kind>
    Kind expect(milliseconds patience = milliseconds{5000}) {
        return std::get<Kind>(expect_any<Kind>(patience));
    }

    void expect_nothing(milliseconds patience = milliseconds{100}) {
        std::unique_lock lock(mutex_);
        EXPECT_FALSE(arrived_.wait_for(lock, patience, [this] { return !events_.empty(); }));
    }

    /// The next event if one comes in time.
    std::optional<Event> poll(milliseconds patience = milliseconds{0}) {
        std::unique_lock lock(mutex_);
        if (!arrived_.wait_for(lock, patience, [this] { return !events_.empty(); }))
            return std::nullopt;
        Event event = std::move(events_.front());
        events_.pop_front();
        return event;
    }

    void clear() {
        const std::lock_guard lock(mutex_);
        events_.clear();
    }

private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Event> events_;
    std::unique_ptr<Endpoint> endpoint_;
};

/// A socket connected to a port of 127.0.0.1.
class RawPeer {
public:
    RawPeer(std::uint16_t to_port, int type) : socket_(socket(AF_INET, type, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(to_port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
            throw std::runtime_error("connect failed");
        }
        sockaddr_in own{};
        socklen_t size = sizeof own;
        getsockname(socket_, reinterpret_cast<sockaddr*>(&own), &size);
        port_ = ntohs(own.sin_port);
    }
    ~RawPeer() { close(socket_); }
    RawPeer(const RawPeer&) = delete;
    RawPeer& operator=(const RawPeer&) = delete;

    void send(std::string_view text) const {
        (void)!::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    }

    /// The next datagram or chunk; empty when none comes in time.
    std::string receive(milliseconds patience = milliseconds{1000}) const {
        pollfd ready{socket_, POLLIN, 0};
        if (poll(&ready, 1, static_cast<int>(patience.count())) <= 0) return {};
        std::string text(65536, '\0');
        const auto size = recv(socket_, text.data(), text.size(), 0);
        text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return text;
    }

    /// The status of the next response that isn't 100; 0 when none comes.
    int receive_status(milliseconds patience = milliseconds{1000}) const {
        for (;;) {
            const auto text = receive(patience);
            if (text.rfind("SIP/2.0 ", 0) != 0) return 0;
            const int status = std::stoi(text.substr(8, 3));
            if (status != 100) return status;
        }
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    int socket_;
    std::uint16_t port_ = 0;
};

}  // namespace seatline::sip::testing_support
