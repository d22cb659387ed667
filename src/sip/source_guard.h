#pragma once
// Keeps peers that guess passwords or send calls from nowhere from costing more than a table entry:
// counts wrong digests by source address, locks an address out for a minute, and lets at most one
// Suspicious event a second a source through. Bounded memory: at most `max_sources` addresses, the
// longest silent one goes first. SIP thread only.
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
    static constexpr unsigned wrong_allowed = 10;  ///< in `window`, then locked out for `lock_time`
    static constexpr seconds window{60};
    static constexpr seconds lock_time{60};
    static constexpr seconds report_interval{1};

    SourceGuard(TimerQueue& timers, std::function<void(Suspicious&&)> report)
        : timers_(timers), report_(std::move(report)) {}

    /// True while the address is locked out for this user. `is_bound_here`: the user has a live
    /// registration from this address; then only its own wrong digests count, so that one
    /// misconfigured phone behind a NAT doesn't silence the office around it.
    [[nodiscard]] bool is_locked(const std::string& address, const std::string& user,
                                 bool is_bound_here, Instant now);

    /// A wrong digest of `user` from `address`.
    void wrong_digest(const std::string& address, const std::string& user, Instant now);

    /// Anything else worth a line in the security log.
    void suspicious(const std::string& address, std::string what, Instant now);

private:
    struct Source {
        std::string address;
        Instant window_start{};
        Instant locked_until{};
        unsigned wrong = 0;
        std::array<std::size_t, 4> wrong_users{};  ///< hashes of the latest
        Instant last_report{};
        std::uint32_t unreported = 0;
        std::string what;
        TimerQueue::Handle report_timer;
    };
    using Sources = std::list<Source>;  ///< the latest in front

    Source& touch(const std::string& address);
    void flush(Source& source, Instant now);

    TimerQueue& timers_;
    std::function<void(Suspicious&&)> report_;
    Sources sources_;
    std::unordered_map<std::string, Sources::iterator> by_address_;
};

}  // namespace seatline::sip
