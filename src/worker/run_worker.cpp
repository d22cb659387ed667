// The event loop. It sleeps until told: by a packet, by control, by the file thread; the 20 ms tick
// is armed only while a leg needs ticks, the 100 ms coarse time only while there are legs.
#include "worker/run_worker.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <ctime>

#include "base/log.h"
#include "worker/worker.h"

namespace seatline::worker {

namespace {

/// Wall time at the start plus steady time since.
class Clock {
public:
    Clock() : offset_us_(read_us(CLOCK_REALTIME) - read_us(CLOCK_MONOTONIC)) {}
    [[nodiscard]] Instant now() const {
        return from_unix_us(read_us(CLOCK_MONOTONIC) + offset_us_);
    }

private:
    static std::int64_t read_us(clockid_t id) {
        timespec t{};
        ::clock_gettime(id, &t);
        return std::int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1000;
    }
    std::int64_t offset_us_;
};

/// A periodic timer that can be switched off.
class Metronome {
public:
    explicit Metronome(milliseconds period)
        : period_(period), fd_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {}
    ~Metronome() { ::close(fd_); }
    Metronome(const Metronome&) = delete;
    Metronome& operator=(const Metronome&) = delete;
    [[nodiscard]] int fd() const { return fd_; }
    void run(bool on) {
        if (on == on_) return;
        on_ = on;
        itimerspec spec{};
        if (on) {
            spec.it_interval.tv_nsec = std::chrono::nanoseconds(period_).count();
            spec.it_value = spec.it_interval;
        }
        ::timerfd_settime(fd_, 0, &spec, nullptr);
    }
    /// Periods since the last call.
    [[nodiscard]] std::uint64_t elapsed() const {
        std::uint64_t count = 0;
        return ::read(fd_, &count, sizeof(count)) == sizeof(count) ? count : 0;
    }

private:
    milliseconds period_;
    int fd_;
    bool on_ = false;
};

/// After a stall no more ticks than this are made up for: late speech is worse than lost.
constexpr std::uint64_t max_ticks_made_up = 5;
/// From this many packets a second on, the loop rests a moment before it looks again, to wake once
/// for several. A tenth of a packet's 20 ms; control's commands end the rest at once.
constexpr std::uint64_t busy_packets_per_second = 4000;
constexpr long gather_ns = 2'000'000;

class Loop {
public:
    Loop(int control_fd, const WorkerConfig& config)
        : epoll_fd_(::epoll_create1(EPOLL_CLOEXEC)),
          control_(control_fd),
          files_(config.max_waiting_blocks),
          worker_(config, control_, files_, epoll_fd_, clock_.now()) {
        watch(control_.fd(), control_tag_, EPOLLIN);
        watch(tick_.fd(), tick_tag_, EPOLLIN);
        watch(coarse_.fd(), coarse_tag_, EPOLLIN);
        watch(files_.event_fd(), files_tag_, EPOLLIN);
    }
    ~Loop() { ::close(epoll_fd_); }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    void run() {
        worker_.start(static_cast<std::uint32_t>(::getpid()));
        finish_turn();
        while (control_.open()) {
            const int count =
                ::epoll_wait(epoll_fd_, events_.data(), static_cast<int>(events_.size()), -1);
            const Instant now = clock_.now();
            for (int i = 0; i < count; ++i) {
                handle(*static_cast<EpollTag*>(events_[static_cast<std::size_t>(i)].data.ptr), now);
            }
            finish_turn();
            gather(now);
        }
        worker_.shut_down(clock_.now());
        files_.finish();
    }

private:
    void watch(int fd, EpollTag& tag, std::uint32_t interest) {
        epoll_event event{};
        event.events = interest;
        event.data.ptr = &tag;
        SEATLINE_ASSERT(::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0);
    }

    void handle(EpollTag& tag, Instant now) {
        switch (tag.kind) {
            case EpollTag::Kind::rtp:
                return worker_.on_rtp(*tag.sockets, now);
            case EpollTag::Kind::rtcp:
                return worker_.on_rtcp(*tag.sockets, now);
            case EpollTag::Kind::control:
                return control_.read([&](proto::ToWorker& c) { worker_.on_command(c, now); });
            case EpollTag::Kind::tick: {
                const std::uint64_t ticks = std::min(tick_.elapsed(), max_ticks_made_up);
                for (std::uint64_t i = 0; i < ticks; ++i) worker_.on_tick(now);
                return;
            }
            case EpollTag::Kind::coarse:
                if (coarse_.elapsed() > 0) worker_.on_coarse_time(now);
                return;
            case EpollTag::Kind::files:
                return worker_.on_file_results();
        }
    }

    void finish_turn() {
        control_.flush();
        files_.wake();
        tick_.run(worker_.wants_ticks());
        coarse_.run(worker_.wants_coarse_time());
        if (control_.blocked() != wants_to_write_) {
            wants_to_write_ = control_.blocked();
            epoll_event event{};
            event.events = EPOLLIN | (wants_to_write_ ? static_cast<std::uint32_t>(EPOLLOUT) : 0u);
            event.data.ptr = &control_tag_;
            ::epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, control_.fd(), &event);
        }
    }

    /// At a high packet rate one wake-up serves many sockets, in place of one each.
    void gather(Instant now) {
        if (now - rate_since_ >= 100ms) {
            const std::uint64_t packets = worker_.packets_received() - rate_packets_;
            const auto elapsed_us = static_cast<std::uint64_t>((now - rate_since_).count());
            busy_ = packets * 1'000'000 > busy_packets_per_second * elapsed_us;
            rate_since_ = now;
            rate_packets_ = worker_.packets_received();
        }
        if (!busy_) return;
        const timespec moment{0, gather_ns};
        pollfd command{control_.fd(), POLLIN, 0};
        ::ppoll(&command, 1, &moment, nullptr);
    }

    Clock clock_;
    int epoll_fd_;
    EpollTag control_tag_{EpollTag::Kind::control};
    EpollTag tick_tag_{EpollTag::Kind::tick};
    EpollTag coarse_tag_{EpollTag::Kind::coarse};
    EpollTag files_tag_{EpollTag::Kind::files};
    Metronome tick_{20ms};
    Metronome coarse_{100ms};
    ControlLink control_;
    FileThread files_;
    Worker worker_;
    std::array<epoll_event, 512> events_{};
    bool wants_to_write_ = false;
    bool busy_ = false;
    Instant rate_since_{};
    std::uint64_t rate_packets_ = 0;
};

/// Two sockets a leg, kept open: the usual soft limit of 1024 is too low, the hard one is not.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int run_worker(int control_fd, const WorkerConfig& config) {
    for (const auto* address : {&config.bind_address, &config.second_bind_address}) {
        if (!address->empty() && !Address::parse(*address, 0).valid()) {
            log::error("media worker: \"{}\" is no IPv4 or IPv6 address", *address);
            ::close(control_fd);
            return 1;
        }
    }
    std::signal(SIGXFSZ, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);
    // Ctrl-C reaches the whole foreground group; the recordings are finished when control, ending
    // by it, closes the socket.
    std::signal(SIGINT, SIG_IGN);
    raise_descriptor_limit();
    ::prctl(PR_SET_TIMERSLACK, 50'000ul);
    auto loop = std::make_unique<Loop>(control_fd, config);
    ::prctl(PR_SET_NAME, "seatline-worker");  // not "exe" of /proc/self/exe
    loop->run();
    return 0;
}

}  // namespace seatline::worker
