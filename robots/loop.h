#pragma once
// The scenario thread: one owner of all robots. SIP and media threads post tasks to it, and tasks
// of its own wait in a heap for their time. It sleeps until the next deadline, a posted task or
// SIGINT/SIGTERM; it polls nothing.
#include <cstdint>
#include <functional>
#include <vector>

#include "base/mailbox.h"
#include "base/time.h"

namespace seatline::robots {

class Loop {
public:
    using Task = std::function<void()>;

    /// Blocks SIGINT and SIGTERM for this thread and all that it starts later, so construct it
    /// first of all.
    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Any thread.
    void post(Task task) { mailbox_.put(std::move(task)); }
    /// Scenario thread. Tasks of equal time run in the order they were given. There is no cancel: a
    /// task looks whether what it was meant for still exists.
    void at(Instant when, Task task);
    void after(microseconds wait, Task task);
    /// What SIGINT and SIGTERM do; the second one ends run() at once.
    void on_interrupt(Task task) { interrupt_ = std::move(task); }

    /// Runs tasks until stop(); the thread that calls it is the scenario thread.
    void run();
    void stop() { is_stopped_ = true; }

private:
    struct Timer {
        Instant when;
        std::uint64_t order;
        Task task;
    };
    static bool is_later(const Timer& a, const Timer& b);
    void wait() const;
    void run_letters();
    void run_timers();
    void read_signal();

    int wake_fd_;
    int signal_fd_;
    Mailbox<Task> mailbox_;
    std::vector<Task> letters_;
    std::vector<Timer> timers_;  ///< heap, the next one first
    std::uint64_t next_order_ = 0;
    Task interrupt_;
    bool is_interrupted_ = false;
    bool is_stopped_ = false;
};

}  // namespace seatline::robots
