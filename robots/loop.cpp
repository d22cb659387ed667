#include "robots/loop.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "base/result.h"
#include "robots/clock.h"

namespace seatline::robots {
namespace {

int open_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

}  // namespace

Loop::Loop()
    : wake_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      signal_fd_(open_signals()),
      mailbox_([this] {
          const std::uint64_t one = 1;
          (void)!::write(wake_fd_, &one, sizeof one);
      }) {
    SEATLINE_ASSERT(wake_fd_ >= 0 && signal_fd_ >= 0);
}

Loop::~Loop() {
    ::close(wake_fd_);
    ::close(signal_fd_);
}

bool Loop::is_later(const Timer& a, const Timer& b) {
    return a.when != b.when ? a.when > b.when : a.order > b.order;
}

void Loop::at(Instant when, Task task) {
    timers_.push_back({when, next_order_++, std::move(task)});
    std::push_heap(timers_.begin(), timers_.end(), is_later);
}

void Loop::after(microseconds wait, Task task) {
    at(now() + wait, std::move(task));
}

void Loop::run() {
    is_stopped_ = false;
    while (!is_stopped_) {
        wait();
        read_signal();
        run_letters();
        run_timers();
    }
}

void Loop::wait() const {
    timespec patience{3600, 0};
    if (!timers_.empty()) {
        const auto us =
            std::clamp<std::int64_t>((timers_.front().when - now()).count(), 0, 3'600'000'000);
        patience = {us / 1'000'000, us % 1'000'000 * 1000};
    }
    pollfd ready[2] = {{wake_fd_, POLLIN, 0}, {signal_fd_, POLLIN, 0}};
    (void)::ppoll(ready, 2, &patience, nullptr);
}

void Loop::run_letters() {
    std::uint64_t count = 0;
    if (::read(wake_fd_, &count, sizeof count) <= 0) return;
    mailbox_.take(letters_);
    for (Task& task : letters_) task();
    letters_.clear();
}

void Loop::run_timers() {
    const Instant until = now();
    while (!timers_.empty() && timers_.front().when <= until) {
        std::pop_heap(timers_.begin(), timers_.end(), is_later);
        const Task task = std::move(timers_.back().task);
        timers_.pop_back();
        task();
    }
}

void Loop::read_signal() {
    signalfd_siginfo info;
    while (::read(signal_fd_, &info, sizeof info) == sizeof info) {
        if (is_interrupted_ || !interrupt_) is_stopped_ = true;
        is_interrupted_ = true;
        if (interrupt_) interrupt_();
    }
}

}  // namespace seatline::robots
