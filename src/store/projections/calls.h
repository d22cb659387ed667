#pragma once
// The projection of calls and their legs: a write-back cache. Events change entries in memory; a
// row is written when its call has ended (and at each later change), or when an entry has been
// ahead of its row for a second. So a call costs a few row writes instead of one an event. What a
// crash takes from the cache is read again from the journal: replay_from() is saved in the same
// transaction as the rows.
//
// Rejected: a row write per event (about 15 a call); open calls as JSON in a table of their own
// (the same writes again).
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/projections/call_entry.h"
#include "store/projections/call_row.h"

namespace seatline::store {

/// Thread: the writer's; find_cached() and open_calls() by any thread that holds the writer's
/// mutex.
class Calls {
public:
    using Key = std::pair<TenantId, CallId>;

    /// Puts the calls in progress into the cache; `connection` is kept for loading finished calls
    /// again.
    void load(Connection& connection);

    /// Makes sure that a call which has a row is in the cache. Throws SqliteError; nothing below
    /// does but write().
    void fetch_row(TenantId tenant, CallId call) { fetch({tenant, call}); }

    /// Advances the event's call. Answers its record; nullptr: not of a call, of one that never
    /// arrived (ignored), or in the row already (a replay after a crash). `now`: steady time, for
    /// the age of what is not written.
    const core::CallRecord* apply(const core::Event& event, Instant now) {
        return apply_to({event.tenant, call_of(event.body)}, event, now);
    }
    /// The same for the second call that the event is about, if there is one.
    void apply_to_member(const core::Event& event, Instant now) {
        apply_to({event.tenant, member_of(event.body)}, event, now);
    }
    /// An agent's wrap-up of the call ended with `event`. Answers as apply(). Its row is written
    /// with the next transaction in any case, so that a replay never meets this event again.
    const core::CallRecord* add_wrap_up(const core::Event& event, CallId call, milliseconds length);

    /// Writes what is due (`all`: everything that is ahead of its row), inside the caller's
    /// transaction.
    void write(Connection& connection, Instant now, bool all);
    /// The transaction of the last write() is committed: forget that these were due; drop calls
    /// that ended long ago.
    void committed();
    /// The first event that is not in a row yet once the last write() is committed; `none` when all
    /// are.
    [[nodiscard]] std::uint64_t replay_from(std::uint64_t none) const;
    [[nodiscard]] bool has_unwritten() const { return !unwritten_.empty(); }

    [[nodiscard]] const CallEntry* find_cached(TenantId tenant, CallId call) const;
    [[nodiscard]] std::vector<core::CallRecord> open_calls() const;

private:
    struct Cached {
        CallEntry entry;
        bool has_row = false;
        IndexedColumns stored;
        std::uint64_t unwritten_from = 0;  ///< first event ahead of the row; 0: none
        bool due = false;                  ///< to be written with the next transaction
    };
    struct Unwritten {
        Key key;
        std::uint64_t from;
        Instant since;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const noexcept {
            return std::hash<CallId>()(key.second) ^ key.first.value;
        }
    };

    const core::CallRecord* apply_to(const Key& key, const core::Event& event, Instant now);
    Cached* fetch(const Key& key);
    [[nodiscard]] CallId& newest_row(TenantId tenant);
    void touch(const Key& key, Cached& cached, std::uint64_t seq, Instant now);
    void make_due(const Key& key, Cached& cached);
    [[nodiscard]] bool is_stale(const Unwritten& unwritten) const;

    Connection* connection_ = nullptr;
    std::unordered_map<Key, Cached, KeyHash> cache_;
    std::unordered_map<TenantId, CallId>
        newest_;                       ///< no call above it has a row: a new call needs no look-up
    std::deque<Unwritten> unwritten_;  ///< in order of `from`; stale ones are passed over
    std::vector<Key> due_;
    std::deque<std::pair<Instant, Key>> ended_;  ///< in order of time: to be dropped from the cache
    Instant latest_;                             ///< time of the latest event
};

}  // namespace seatline::store
