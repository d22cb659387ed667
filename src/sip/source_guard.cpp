#include "sip/source_guard.h"

#include <algorithm>

namespace seatline::sip {

SourceGuard::Source& SourceGuard::touch(const std::string& address) {
    if (const auto found = by_address_.find(address); found != by_address_.end()) {
        sources_.splice(sources_.begin(), sources_, found->second);
        return sources_.front();
    }
    if (sources_.size() == max_sources) {
        timers_.cancel(sources_.back().report_timer);
        by_address_.erase(sources_.back().address);
        sources_.pop_back();
    }
    sources_.push_front({});
    sources_.front().address = address;
    by_address_.emplace(address, sources_.begin());
    return sources_.front();
}

bool SourceGuard::is_locked(const std::string& address, const std::string& user, bool is_bound_here,
                            Instant now) {
    const auto found = by_address_.find(address);
    if (found == by_address_.end() || now >= found->second->locked_until) return false;
    if (!is_bound_here) return true;
    const auto& wrong = found->second->wrong_users;
    return std::find(wrong.begin(), wrong.end(), std::hash<std::string>{}(user)) != wrong.end();
}

void SourceGuard::wrong_digest(const std::string& address, const std::string& user, Instant now) {
    auto& source = touch(address);
    if (now - source.window_start > window) {
        source.window_start = now;
        source.wrong = 0;
        source.wrong_users = {};
    }
    source.wrong_users[source.wrong % source.wrong_users.size()] = std::hash<std::string>{}(user);
    if (++source.wrong >= wrong_allowed) source.locked_until = now + lock_time;
    suspicious(address, "wrong digest for user " + user.substr(0, 64), now);
}

void SourceGuard::suspicious(const std::string& address, std::string what, Instant now) {
    auto& source = touch(address);
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
    source.last_report = now;
    report_({source.address, source.what, source.unreported});
    source.unreported = 0;
}

}  // namespace seatline::sip
