#include "api/auth/log_in_limiter.h"

#include <algorithm>

namespace seatline::api {

microseconds TryCounter::wait(const std::string& key, Instant now) const {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return microseconds{0};
    return std::max(microseconds{0}, found->second->free_at - now);
}

void TryCounter::count(const std::string& key, Instant now) {
    auto found = entries_.find(key);
    if (found == entries_.end()) {
        if (order_.size() >= rule_.keys) {
            entries_.erase(order_.back().key);
            order_.pop_back();
        }
        order_.push_front({key, 0, now, now});
        found = entries_.emplace(key, order_.begin()).first;
    }
    Entry& entry = *found->second;
    order_.splice(order_.begin(), order_, found->second);
    if (now - entry.last > rule_.forget_after) entry.tries = 0;
    ++entry.tries;
    entry.last = now;
    if (entry.tries < rule_.free_tries) return;
    const auto doublings = std::min(entry.tries - rule_.free_tries, 20u);
    entry.free_at = now + std::min(seconds{1LL << doublings}, rule_.longest_wait);
}

void TryCounter::take_back(const std::string& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    Entry& entry = *found->second;
    if (entry.tries > 0) --entry.tries;
    if (entry.tries < rule_.free_tries) entry.free_at = entry.last;
}

void TryCounter::forget(const std::string& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    order_.erase(found->second);
    entries_.erase(found);
}

std::optional<seconds> LogInLimiter::begin(const std::string& network, const std::string& user_name,
                                           Instant now) {
    const auto wait = std::max(users_.wait(user_name, now), networks_.wait(network, now));
    if (wait > microseconds{0}) return std::chrono::ceil<seconds>(wait);
    users_.count(user_name, now);
    networks_.count(network, now);
    return std::nullopt;
}

void LogInLimiter::succeeded(const std::string& network, const std::string& user_name) {
    users_.forget(user_name);
    networks_.take_back(network);
}

}  // namespace seatline::api
