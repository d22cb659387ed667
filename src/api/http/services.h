#pragma once
// What the resources share: ports, directory, sessions, the live hub, and ways to other threads.
// One per server.
#include <atomic>
#include <memory>

#include "api/auth/log_in_limiter.h"
#include "api/auth/session_store.h"
#include "api/http/route.h"
#include "api/ports.h"
#include "api/ws/forward_book.h"
#include "api/ws/live_hub.h"

namespace seatline::api {

/// Since start; any thread.
struct Counters {
    std::atomic<std::uint64_t> connections{0};  ///< open now
    std::atomic<std::uint64_t> connections_refused{0};
    std::array<std::atomic<std::uint64_t>, 6> answers{};  ///< by the status's first digit
    std::atomic<std::uint64_t> log_ins{0};
    std::atomic<std::uint64_t> log_ins_failed{0};
};

struct Services {
    Ports ports;
    core::Directory directory;  ///< not changed after start
    bool secure_cookies = false;
    SessionStore sessions;  ///< loop
    LogInLimiter limiter;   ///< loop
    LiveHub hub;            ///< loop
    ForwardBook forwards;   ///< loop
    Counters counters;
    RouteTable routes;    ///< not changed after start
    std::string openapi;  ///< not changed after start

    /// False: so much is waiting that the caller should answer "unavailable" instead.
    std::function<bool(std::function<void()>)> run_in_pool;
    std::function<bool(std::function<void()>)> run_in_log_in_pool;
    /// Dropped after the server has stopped.
    std::function<void(std::function<void()>)> run_in_loop;
    /// Never dropped, never waits for room: audit entries.
    std::function<void(std::function<void()>)> run_later;

    Services(Ports ports_in, core::Directory directory_in, core::LiveBoard board)
        : ports(std::move(ports_in)),
          directory(std::move(directory_in)),
          sessions([this](const std::string& key) { hub.close_session(key); }),
          hub(std::move(board), directory, ports.clock) {}
    Services(const Services&) = delete;
    Services& operator=(const Services&) = delete;

    /// Written by the pool; any thread.
    void audit(const Exchange& exchange, std::string action, std::string object,
               std::string detail = {});
    void audit(AuditEntry entry);
};

}  // namespace seatline::api
