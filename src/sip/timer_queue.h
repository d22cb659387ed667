#pragma once
// All deadlines of the SIP thread in one ordered structure: setting, moving and dropping one costs
// a tree operation, so that 10,000 phones that refresh every minute need no scan. SIP thread only.
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "base/time.h"

namespace seatline::sip {

class TimerQueue {
public:
    /// Names a deadline until it has run or was cancelled; default: none.
    struct Handle {
        Instant at{};
        std::uint64_t number = 0;
        friend auto operator<=>(const Handle&, const Handle&) = default;
    };

    /// `rearm` is called when the earliest deadline became earlier.
    explicit TimerQueue(std::function<void()> rearm) : rearm_(std::move(rearm)) {}

    [[nodiscard]] Handle set(Instant at, std::function<void()> action) {
        const Handle handle{at, ++last_number_};
        const auto where = actions_.emplace(handle, std::move(action)).first;
        if (where == actions_.begin()) rearm_();
        return handle;
    }

    /// Forgets the deadline; a handle that has run or is none is fine.
    void cancel(Handle& handle) {
        if (handle.number != 0) actions_.erase(handle);
        handle = {};
    }

    [[nodiscard]] std::optional<Instant> next() const {
        if (actions_.empty()) return std::nullopt;
        return actions_.begin()->first.at;
    }

    /// Runs what is due; an action may set and cancel others.
    void run(Instant now) {
        while (!actions_.empty() && actions_.begin()->first.at <= now) {
            const auto action = std::move(actions_.begin()->second);
            actions_.erase(actions_.begin());
            action();
        }
    }

private:
    std::function<void()> rearm_;
    std::map<Handle, std::function<void()>> actions_;
    std::uint64_t last_number_ = 0;
};

}  // namespace seatline::sip
