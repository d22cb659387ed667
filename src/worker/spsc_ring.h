#pragma once
// A bounded queue from one thread to one other without a lock. Full is an answer, not a wait.
#include <atomic>
#include <bit>
#include <cstddef>
#include <vector>

#include "base/result.h"

namespace seatline::worker {

template <class T>
class SpscRing {
public:
    /// `capacity` is a power of two.
    explicit SpscRing(std::size_t capacity) : mask_(capacity - 1), places_(capacity) {
        SEATLINE_ASSERT(std::has_single_bit(capacity));
    }
    /// The sender's thread. False when full.
    bool push(const T& value) {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);
        if (tail - head_.load(std::memory_order_acquire) > mask_) return false;
        places_[tail & mask_] = value;
        tail_.store(tail + 1, std::memory_order_release);
        return true;
    }
    /// The receiver's thread. False when empty.
    bool pop(T& out) {
        const std::size_t head = head_.load(std::memory_order_relaxed);
        if (head == tail_.load(std::memory_order_acquire)) return false;
        out = places_[head & mask_];
        head_.store(head + 1, std::memory_order_release);
        return true;
    }

private:
    const std::size_t mask_;
    std::vector<T> places_;
    alignas(64) std::atomic<std::size_t> head_{0};
    alignas(64) std::atomic<std::size_t> tail_{0};
};

}  // namespace seatline::worker
