#pragma once
// Coarse deadlines of many legs in one place: 100 ms steps, constant cost to set, move and cancel,
// nothing per packet. Timers live inside their owners; the wheel only links them.
#include <array>
#include <cstdint>

#include "base/time.h"

namespace seatline::worker {

/// What a timer is for: its owner's kind, and what to do with it.
enum TimerKind : std::uint8_t {
    timer_rtcp,
    timer_silence,
    timer_digit,
    timer_recording,
    timer_speaker,
    timer_worker_stats
};

struct Timer {
    std::uint8_t kind = 0;  ///< what the owner meant by it
    void* owner = nullptr;
    std::uint64_t due = 0;  ///< in steps
    Timer* previous = nullptr;
    Timer* next = nullptr;  ///< not null while set

    Timer() = default;
    Timer(std::uint8_t kind_of, void* owned_by) : kind(kind_of), owner(owned_by) {}
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer() { cancel(); }

    [[nodiscard]] bool set() const { return next != nullptr; }
    void cancel() {
        if (next == nullptr) return;
        previous->next = next;
        next->previous = previous;
        previous = next = nullptr;
    }
};

class TimerWheel {
public:
    static constexpr auto step = 100ms;

    explicit TimerWheel(Instant start) : start_(start) {
        for (Timer& head : slots_) head.previous = head.next = &head;
    }
    ~TimerWheel() {
        for (Timer& head : slots_) head.previous = head.next = nullptr;
    }
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;

    /// Sets or moves; never early, late by at most one step and the loop's own delay.
    void set(Timer& timer, Instant deadline) {
        timer.cancel();
        const auto steps = deadline <= start_ ? 0 : (deadline - start_ + step - 1us) / step;
        timer.due = static_cast<std::uint64_t>(steps);
        if (timer.due <= current_) timer.due = current_ + 1;
        link(timer, slots_[timer.due % slots_.size()]);
    }

    /// Calls `fire(Timer&)` for every timer due at `now`; a fired timer is no longer set and may be
    /// set again.
    template <class Fire>
    void advance(Instant now, Fire&& fire) {
        const auto target = static_cast<std::uint64_t>(now <= start_ ? 0 : (now - start_) / step);
        while (current_ < target) {
            ++current_;
            Timer& head = slots_[current_ % slots_.size()];
            Timer batch;  // what is due moves here first: firing may set and cancel freely
            batch.previous = batch.next = &batch;
            for (Timer* t = head.next; t != &head;) {
                Timer* following = t->next;
                if (t->due <= current_) {
                    t->cancel();
                    link(*t, batch);
                }
                t = following;
            }
            while (batch.next != &batch) {
                Timer* t = batch.next;
                t->cancel();
                fire(*t);
            }
            batch.previous = batch.next = nullptr;
        }
    }

private:
    static void link(Timer& timer, Timer& head) {
        timer.previous = head.previous;
        timer.next = &head;
        head.previous->next = &timer;
        head.previous = &timer;
    }

    Instant start_;
    std::uint64_t current_ = 0;
    std::array<Timer, 256> slots_{};
};

}  // namespace seatline::worker
