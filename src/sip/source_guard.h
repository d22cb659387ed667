#pragma once
// Keeps peers that guess passwords, look for accounts, send calls from nowhere or simply too much
// from costing more than a table entry. Each source address has a bucket of requests, and strikes
// for what only a stranger does; what is above the bucket is dropped unanswered, which a phone over
// UDP repeats a moment later and a flood does not survive. Ten strikes in a minute, or a flood that
// goes on, lock the address out: first for a minute, then twice as long each time, an hour at most.
// Bounded memory: at most `max_sources` addresses, the longest silent one goes first. Whom this
// doesn't concern (trunks, registered phones) isn't brought before it. SIP thread only.
#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "sip/endpoint.h"
#include "sip/timer_queue.h"

namespace seatline::sip {

class SourceGuard {
public:
    static constexpr std::size_t max_sources = 4096;
    static constexpr unsigned strikes_allowed = 10;  ///< in `window`, then locked out
    static constexpr seconds window{60};
    static constexpr seconds first_lock{60};
    static constexpr seconds longest_lock{3600};
    static constexpr seconds forget_after{
        3600};                                   ///< without a strike: the next lock is a first one
    static constexpr unsigned burst = 1000;      ///< requests that a fresh address may send at once
    static constexpr unsigned per_second = 100;  ///< requests that refill the bucket
    static constexpr unsigned flood_allowed = 2000;  ///< dropped in `window`, then locked out
    static constexpr seconds report_interval{1};

    SourceGuard(TimerQueue& timers, std::function<void(Event&&)> report)
        : timers_(timers), report_(std::move(report)) {}

    /// False when a request of a stranger shall be dropped: his address is locked out or his bucket
    /// is empty.
    [[nodiscard]] bool admit(const std::string& address, Instant now);
    /// Whether the address is locked out and, when it is, whether `user` had a part in it.
    [[nodiscard]] bool is_locked(const std::string& address, Instant now) const;
    [[nodiscard]] bool is_culprit(const std::string& address, const std::string& user) const;

    /// Something that no honest peer does (often): a wrong digest, an unknown user.
    void strike(const std::string& address, const std::string& user, std::string what, Instant now,
                unsigned weight = 1);
    /// Somebody at the address has proven who he is: his requests don't empty the bucket.
    void proven(const std::string& address);

    /// A line in the security log, without a strike.
    void suspicious(const std::string& address, std::string what, Instant now);

private:
    struct Source {
        std::string address;
        double tokens = burst;
        Instant filled_at{};
        Instant window_start{};
        Instant locked_until{};
        Instant last_strike{};
        unsigned strikes = 0;
        unsigned dropped = 0;
        unsigned locks = 0;
        std::array<std::size_t, 4> culprits{};  ///< hashes of the latest users
        Instant last_report{};
        std::uint32_t unreported = 0;
        std::string what;
        TimerQueue::Handle report_timer;
        TimerQueue::Handle unlock_timer;
    };
    using Sources = std::list<Source>;  ///< the latest in front

    Source& touch(const std::string& address, Instant now);
    void turn_window(Source& source, Instant now);
    void lock(Source& source, std::string why, Instant now);
    void flush(Source& source, Instant now);

    TimerQueue& timers_;
    std::function<void(Event&&)> report_;
    Sources sources_;
    std::unordered_map<std::string, Sources::iterator> by_address_;
};

}  // namespace seatline::sip
