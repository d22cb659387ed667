// The server's frame: one thread runs the event loop, two small pools run what blocks. All
// decisions are elsewhere.
#include "api/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <thread>

#include "api/http/listener.h"
#include "api/http/openapi.h"
#include "api/resource/all.h"

namespace seatline::api {
namespace {

constexpr milliseconds kFlushEvery{100};  ///< of the tenants' live views
constexpr seconds kHousekeeping{30};      ///< expired sessions
constexpr milliseconds kStopWithin{700};
constexpr int kPoolQueue = 512;
constexpr int kLogInQueue = 64;

/// Threads for what blocks, with a bound on what waits for them.
class Pool {
public:
    Pool(std::size_t threads, int most_waiting) : threads_(threads), most_waiting_(most_waiting) {}

    bool run(std::function<void()> work) {
        if (waiting_ >= most_waiting_) return false;
        run_always(std::move(work));
        return true;
    }
    void run_always(std::function<void()> work) {
        ++waiting_;
        asio::post(threads_, [this, work = std::move(work)] {
            work();
            --waiting_;
        });
    }
    void join() { threads_.join(); }

private:
    std::atomic<int> waiting_{0};
    asio::thread_pool threads_;
    int most_waiting_;
};

void fit_to_file_limit(ServerLimits& limits) {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return;
    limits.connections =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(limits.connections, files.rlim_cur / 2));
}

}  // namespace

class Server::Impl {
public:
    Impl(ServerConfig config, Ports ports, core::Directory directory, core::LiveBoard board,
         StaticFiles files)
        : config_(std::move(config)),
          services_(std::move(ports), std::move(directory), std::move(board)),
          gateway_(services_, std::move(files)),
          pool_(3, kPoolQueue),
          log_in_pool_(2, kLogInQueue),
          listener_(loop_, gateway_, books_, config_.limits),
          flush_timer_(loop_),
          housekeeping_(loop_),
          gate_(std::make_shared<LoopGate>(
              [this](std::function<void()> work) { asio::post(loop_, std::move(work)); })) {
        fit_to_file_limit(config_.limits);
        services_.secure_cookies = config_.secure_cookies || !config_.tls_key.empty();
        services_.run_in_pool = [this](std::function<void()> work) {
            return pool_.run(std::move(work));
        };
        services_.run_in_log_in_pool = [this](std::function<void()> work) {
            return log_in_pool_.run(std::move(work));
        };
        services_.run_later = [this](std::function<void()> work) {
            pool_.run_always(std::move(work));
        };
        services_.run_in_loop = [gate = gate_](std::function<void()> work) {
            gate->post(std::move(work));
        };
        add_all(services_.routes, services_);
        services_.openapi = openapi_document(services_.routes);
    }

    /// Before start().
    void seed(const Forwards& forwards) {
        for (const auto& [tenant, forward] : forwards) services_.forwards.set(tenant, forward);
    }

    Result<void> open() { return listener_.open(config_); }

    void start() {
        listener_.start(gate_);
        keep_house();
        thread_ = std::thread([this] { loop_.run(); });
    }

    ~Impl() {
        if (!thread_.joinable()) return;
        gate_->post([this] { stop(); });
        thread_.join();
        // Work of the pools may still post; after join() nobody does but the engine, and it finds
        // the gate closed.
        log_in_pool_.join();
        pool_.join();
        gate_->close();
        books_.when_empty = nullptr;
    }

    void publish(std::vector<core::Event> events) {
        gate_->post([this, events = std::move(events)] {
            for (const auto& event : events) services_.forwards.apply(event);
            if (services_.hub.publish(events)) schedule_flush();
        });
    }

    void speaks(CircleId circle, LegId leg) {
        gate_->post([this, circle, leg] {
            if (services_.hub.speaks(circle, leg)) schedule_flush();
        });
    }

    void roll_day(TenantId tenant) {
        gate_->post([this, tenant] {
            if (services_.hub.roll_day(tenant)) schedule_flush();
        });
    }

    void end_sessions(UserId user) {
        gate_->post([this, user] { services_.sessions.end_of_user(user); });
    }

    [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

private:
    using Steady = std::chrono::steady_clock;

    /// At once when the last flush is long enough ago, else when it will be.
    void schedule_flush() {
        if (flush_due_) return;
        const auto due = last_flush_ + kFlushEvery;
        if (due <= Steady::now()) return flush();
        flush_due_ = true;
        flush_timer_.expires_at(due);
        flush_timer_.async_wait([this](boost::system::error_code ec) {
            if (!ec) flush();
        });
    }

    void flush() {
        flush_due_ = false;
        last_flush_ = Steady::now();
        services_.hub.flush();
    }

    void keep_house() {
        housekeeping_.expires_after(kHousekeeping);
        housekeeping_.async_wait([this](boost::system::error_code ec) {
            if (ec) return;
            services_.sessions.expire(services_.ports.clock());
            keep_house();
        });
    }

    void stop() {
        housekeeping_.expires_after(kStopWithin);
        housekeeping_.async_wait([this](boost::system::error_code) { loop_.stop(); });
        services_.hub.close_all();
        listener_.stop([this] { loop_.stop(); });
    }

    // The order matters: the loop dies first of these that its coroutines use.
    ServerConfig config_;
    Services services_;
    Gateway gateway_;
    Pool pool_;
    Pool log_in_pool_;
    ConnectionBooks books_;
    asio::io_context loop_{1};
    Listener listener_;
    asio::steady_timer flush_timer_;
    asio::steady_timer housekeeping_;
    std::shared_ptr<LoopGate> gate_;
    std::thread thread_;
    Steady::time_point last_flush_{};
    bool flush_due_ = false;
};

Result<std::unique_ptr<Server>> Server::start(ServerConfig config, Ports ports,
                                              core::Directory directory, core::LiveBoard board,
                                              Forwards forwards) {
    auto files = StaticFiles::open(config.web_root);
    if (files.has_error()) return files.error();
    auto impl = std::make_unique<Impl>(std::move(config), std::move(ports), std::move(directory),
                                       std::move(board), std::move(*files));
    impl->seed(forwards);
    if (auto opened = impl->open(); opened.has_error()) return opened.error();
    impl->start();
    return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

void Server::publish(std::vector<core::Event> events) {
    impl_->publish(std::move(events));
}
void Server::roll_day(TenantId tenant) {
    impl_->roll_day(tenant);
}
void Server::speaks(CircleId circle, LegId leg) {
    impl_->speaks(circle, leg);
}
void Server::end_sessions(UserId user) {
    impl_->end_sessions(user);
}
std::uint16_t Server::port() const {
    return impl_->port();
}

}  // namespace seatline::api
