#pragma once
// How threads talk: many senders put values, one owner takes them all at once. The owner is woken
// by its own callback (an eventfd write, an asio post), once per batch and not per value.
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace seatline {

/// Unbounded on purpose: the producers are bounded (trunk limits, API rate limits), and dropping an
/// input would lose a call.
template <class T>
class Mailbox {
public:
    /// `wake` is called by a sender when the box turns from empty to not empty; it must be cheap
    /// and thread-safe.
    explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

    /// Any thread.
    void put(T value) {
        bool first;
        {
            const std::lock_guard lock(mutex_);
            first = values_.empty();
            values_.push_back(std::move(value));
        }
        if (first) wake_();
    }

    /// The owner's thread: swaps all waiting values into `out` (which is cleared first).
    void take(std::vector<T>& out) {
        out.clear();
        const std::lock_guard lock(mutex_);
        out.swap(values_);
    }

private:
    std::mutex mutex_;
    std::vector<T> values_;
    std::function<void()> wake_;
};

}  // namespace seatline
