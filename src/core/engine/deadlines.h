#pragma once
// All deadlines of the engine in one heap, so that "what is due next" costs nothing and a deadline
// that is no longer wanted leaves at once (a lazy heap would keep the 4-hour limit of every
// finished call for four hours).
//
// An indexed 4-ary min-heap: arm, move and cancel are O(log n) without allocation once warm. Equal
// times leave in the order in which they were armed, so that a run can be repeated exactly.
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace seatline::core {

/// Names an armed deadline; 0 is none. A handle is dead after it was cancelled or popped.
struct DeadlineHandle {
    std::uint32_t slot = 0;
    explicit operator bool() const { return slot != 0; }
};

template <class What>
class Deadlines {
public:
    [[nodiscard]] DeadlineHandle arm(Instant when, What what) {
        const std::uint32_t slot = take_slot();
        slots_[slot] = {what, static_cast<std::uint32_t>(heap_.size())};
        heap_.push_back({when, order_++, slot});
        sift_up(heap_.size() - 1);
        return {slot + 1};
    }

    /// Cancels and clears the handle; nothing happens when it is none.
    void cancel(DeadlineHandle& handle) {
        if (!handle) return;
        const std::uint32_t slot = handle.slot - 1;
        handle = {};
        remove_at(slots_[slot].position);
        free_.push_back(slot);
    }

    void rearm(DeadlineHandle& handle, Instant when, What what) {
        cancel(handle);
        handle = arm(when, what);
    }

    [[nodiscard]] std::optional<Instant> next() const {
        return heap_.empty() ? std::nullopt : std::optional(heap_.front().when);
    }

    /// The earliest deadline that is due at `now`; its handle is dead then: the owner clears it.
    [[nodiscard]] std::optional<What> pop_due(Instant now) {
        if (heap_.empty() || heap_.front().when > now) return std::nullopt;
        const std::uint32_t slot = heap_.front().slot;
        remove_at(0);
        free_.push_back(slot);
        return slots_[slot].what;
    }

    [[nodiscard]] std::size_t size() const { return heap_.size(); }

private:
    struct Entry {
        Instant when;
        std::uint64_t order;
        std::uint32_t slot;
        bool before(const Entry& other) const {
            return when < other.when || (when == other.when && order < other.order);
        }
    };
    struct Slot {
        What what;
        std::uint32_t position;
    };

    std::uint32_t take_slot() {
        if (free_.empty()) {
            slots_.emplace_back();
            return static_cast<std::uint32_t>(slots_.size() - 1);
        }
        const std::uint32_t slot = free_.back();
        free_.pop_back();
        return slot;
    }

    void place(std::size_t position, const Entry& entry) {
        heap_[position] = entry;
        slots_[entry.slot].position = static_cast<std::uint32_t>(position);
    }

    void sift_up(std::size_t position) {
        const Entry entry = heap_[position];
        while (position > 0) {
            const std::size_t parent = (position - 1) / 4;
            if (!entry.before(heap_[parent])) break;
            place(position, heap_[parent]);
            position = parent;
        }
        place(position, entry);
    }

    void sift_down(std::size_t position) {
        const Entry entry = heap_[position];
        for (;;) {
            const std::size_t first = position * 4 + 1;
            if (first >= heap_.size()) break;
            std::size_t best = first;
            for (std::size_t i = first + 1; i < std::min(first + 4, heap_.size()); ++i) {
                if (heap_[i].before(heap_[best])) best = i;
            }
            if (!heap_[best].before(entry)) break;
            place(position, heap_[best]);
            position = best;
        }
        place(position, entry);
    }

    void remove_at(std::size_t position) {
        SEATLINE_ASSERT(position < heap_.size());
        const Entry last = heap_.back();
        heap_.pop_back();
        if (position == heap_.size()) return;
        place(position, last);
        sift_up(position);
        sift_down(slots_[last.slot].position);
    }

    std::vector<Entry> heap_;
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_;
    std::uint64_t order_ = 0;
};

}  // namespace seatline::core
