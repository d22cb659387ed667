#include "sip/source_guard.h"

#include <algorithm>

namespace seatline::sip {

SourceGuard::Source& SourceGuard::touch(const std::string& address, Instant now) {
    if (const auto found = by_address_.find(address); found != by_address_.end()) {
        sources_.splice(sources_.begin(), sources_, found->second);
        return sources_.front();
    }
    if (sources_.size() == max_sources) {
        auto& oldest = sources_.back();
        timers_.cancel(oldest.report_timer);
        timers_.cancel(oldest.unlock_timer);
        by_address_.erase(oldest.address);
        sources_.pop_back();
    }
    sources_.push_front({});
    auto& source = sources_.front();
    source.address = address;
    source.filled_at = source.window_start = source.last_strike = now;
    by_address_.emplace(address, sources_.begin());
    return source;
}

void SourceGuard::turn_window(Source& source, Instant now) {
    if (now - source.window_start <= window) return;
    source.window_start = now;
    source.strikes = 0;
    source.dropped = 0;
    source.culprits = {};
}

bool SourceGuard::admit(const std::string& address, Instant now) {
    auto& source = touch(address, now);
    if (now < source.locked_until) return false;
    turn_window(source, now);
    const auto passed = std::chrono::duration<double>(now - source.filled_at).count();
    source.tokens = std::min<double>(burst, source.tokens + passed * per_second);
    source.filled_at = now;
    if (source.tokens >= 1) {
        source.tokens -= 1;
        return true;
    }
    if (++source.dropped >= flood_allowed) lock(source, "a flood of requests", now);
    return false;
}

bool SourceGuard::is_locked(const std::string& address, Instant now) const {
    const auto found = by_address_.find(address);
    return found != by_address_.end() && now < found->second->locked_until;
}

bool SourceGuard::is_culprit(const std::string& address, const std::string& user) const {
    const auto found = by_address_.find(address);
    if (found == by_address_.end()) return false;
    const auto& culprits = found->second->culprits;
    return std::find(culprits.begin(), culprits.end(), std::hash<std::string>{}(user)) !=
           culprits.end();
}

void SourceGuard::strike(const std::string& address, const std::string& user, std::string what,
                         Instant now, unsigned weight) {
    auto& source = touch(address, now);
    turn_window(source, now);
    if (now - std::max(source.last_strike, source.locked_until) > forget_after) source.locks = 0;
    source.last_strike = now;
    source.culprits[source.strikes % source.culprits.size()] = std::hash<std::string>{}(user);
    source.strikes += weight;
    suspicious(address, what, now);
    if (source.strikes >= strikes_allowed && now >= source.locked_until) {
        lock(source, std::move(what), now);
    }
}

void SourceGuard::proven(const std::string& address) {
    const auto found = by_address_.find(address);
    if (found == by_address_.end()) return;
    // What it took to get here: the request without credentials, and the one with them.
    found->second->tokens = std::min<double>(burst, found->second->tokens + 2);
}

void SourceGuard::lock(Source& source, std::string why, Instant now) {
    const auto time = std::min(longest_lock, first_lock * (1 << std::min(source.locks, 10u)));
    ++source.locks;
    source.strikes = 0;
    source.dropped = 0;
    source.window_start = now + time;  // the culprits stand as long as the lock
    source.locked_until = now + time;
    timers_.cancel(source.unlock_timer);
    source.unlock_timer = timers_.set(source.locked_until, [this, &source] {
        source.unlock_timer = {};
        report_(LockedOut{source.address, false, "the time is over", {}});
    });
    flush(source, now);
    report_(LockedOut{source.address, true, std::move(why), time});
}

void SourceGuard::suspicious(const std::string& address, std::string what, Instant now) {
    auto& source = touch(address, now);
    source.what = std::move(what);
    ++source.unreported;
    if (now - source.last_report >= report_interval) {
        flush(source, now);
    } else if (source.report_timer.number == 0) {
        const auto due = source.last_report + report_interval;
        source.report_timer = timers_.set(due, [this, &source, due] {
            source.report_timer = {};
            flush(source, due);
        });
    }
}

void SourceGuard::flush(Source& source, Instant now) {
    timers_.cancel(source.report_timer);
    if (source.unreported == 0) return;
    source.last_report = now;
    report_(Suspicious{source.address, source.what, source.unreported});
    source.unreported = 0;
}

}  // namespace seatline::sip
