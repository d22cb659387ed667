#pragma once
// Slows the guessing of passwords: after some free tries each further one of the same user name, or
// from the same network, must wait twice as long as the one before, up to a minute. A try counts
// when it begins, so that a hundred at once gain nothing; a success takes the counts back.
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/time.h"

namespace seatline::api {

/// Counts of one kind of key; bounded: the least recently used are forgotten first. Not
/// thread-safe.
class TryCounter {
public:
    struct Rule {
        std::uint32_t free_tries;  ///< without any wait
        seconds longest_wait;
        minutes forget_after;  ///< without a try
        std::size_t keys;      ///< at most so many are remembered
    };
    explicit TryCounter(Rule rule) : rule_(rule) {}

    /// The time still to wait; zero: may try.
    [[nodiscard]] microseconds wait(const std::string& key, Instant now) const;
    void count(const std::string& key, Instant now);
    void take_back(const std::string& key);
    void forget(const std::string& key);
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        std::string key;
        std::uint32_t tries = 0;
        Instant last;
        Instant free_at;
    };
    Rule rule_;
    std::list<Entry> order_;  ///< most recently used first
    std::unordered_map<std::string, std::list<Entry>::iterator> entries_;
};

/// The event loop's thread only.
class LogInLimiter {
public:
    /// Counts one try and lets it pass (empty), or tells how long to wait.
    [[nodiscard]] std::optional<seconds> begin(const std::string& network,
                                               const std::string& user_name, Instant now);
    void succeeded(const std::string& network, const std::string& user_name);

private:
    TryCounter users_{{5, seconds{60}, minutes{15}, 20'000}};
    // A whole office may sit behind one address.
    TryCounter networks_{{20, seconds{60}, minutes{15}, 20'000}};
};

}  // namespace seatline::api
