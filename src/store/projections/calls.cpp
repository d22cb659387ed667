#include "store/projections/calls.h"

#include <algorithm>
#include <tuple>

#include "base/log.h"

namespace seatline::store {
namespace {

constexpr seconds kMaxAge{1};  ///< so far a row of a running call may lag behind
constexpr seconds kKeepEnded{
    60};  ///< late events (recording, quality, wrap-up) mostly come within it

}  // namespace

void Calls::load(Connection& connection) {
    connection_ = &connection;
    Query query(connection,
                "SELECT " SEATLINE_CALL_COLUMNS " FROM calls WHERE result='in_progress'");
    while (query.next()) {
        Cached cached;
        cached.entry = read_entry(connection, query);
        cached.has_row = true;
        cached.stored = indexed_columns(cached.entry.record);
        const Key key{cached.entry.record.tenant, cached.entry.record.call};
        cache_.emplace(key, std::move(cached));
    }
}

CallId& Calls::newest_row(TenantId tenant) {
    if (const auto found = newest_.find(tenant); found != newest_.end()) return found->second;
    Query query(*connection_, "SELECT max(call) FROM calls WHERE tenant=?1");
    query.bind(tenant);
    const CallId newest{query.next() ? query.number(0) : 0};
    return newest_[tenant] = newest;
}

Calls::Cached* Calls::fetch(const Key& key) {
    if (const auto found = cache_.find(key); found != cache_.end()) return &found->second;
    if (key.second.value > newest_row(key.first).value) return nullptr;
    auto entry = load_entry(*connection_, key.first, key.second);
    if (!entry) return nullptr;
    ended_.emplace_back(latest_, key);
    Cached& cached = cache_[key];
    cached.stored = indexed_columns(entry->record);
    cached.entry = std::move(*entry);
    cached.has_row = true;
    return &cached;
}

void Calls::touch(const Key& key, Cached& cached, std::uint64_t seq, Instant now) {
    if (cached.unwritten_from == 0) {
        cached.unwritten_from = seq;
        unwritten_.push_back({key, seq, now});
    }
    if (cached.entry.record.ended_at) make_due(key, cached);
}

void Calls::make_due(const Key& key, Cached& cached) {
    if (cached.due) return;
    cached.due = true;
    due_.push_back(key);
}

const core::CallRecord* Calls::apply_to(const Key& key, const core::Event& event, Instant now) {
    latest_ = std::max(latest_, event.at);
    if (!key.second) return nullptr;
    Cached* cached = fetch(key);
    const bool arrives = std::holds_alternative<core::CallArrived>(event.body);
    if (cached != nullptr && !cached->entry.seqs.empty() && cached->entry.seqs.back() >= event.seq)
        return nullptr;
    if (arrives != (cached == nullptr)) {
        log::error("store: event {} is ignored: call {} {}", event.seq, key.second.value,
                   arrives ? "arrived before (its number is used twice)" : "never arrived");
        return nullptr;
    }
    if (arrives) {
        CallId& newest = newest_row(key.first);
        newest = std::max(newest, key.second);
        cached = &cache_[key];
    }
    apply_event(cached->entry, event);
    touch(key, *cached, event.seq, now);
    if (std::holds_alternative<core::CallEnded>(event.body)) ended_.emplace_back(latest_, key);
    return &cached->entry.record;
}

const core::CallRecord* Calls::add_wrap_up(const core::Event& event, CallId call,
                                           milliseconds length) {
    const Key key{event.tenant, call};
    Cached* cached = fetch(key);
    if (cached == nullptr) return nullptr;
    cached->entry.record.wrap_up_ms += length;
    touch(key, *cached, event.seq, event.at);
    make_due(key, *cached);
    return &cached->entry.record;
}

bool Calls::is_stale(const Unwritten& unwritten) const {
    const auto found = cache_.find(unwritten.key);
    return found == cache_.end() || found->second.unwritten_from != unwritten.from;
}

void Calls::write(Connection& connection, Instant now, bool all) {
    for (const Unwritten& unwritten : unwritten_) {
        if (!all && unwritten.since + kMaxAge > now) break;
        if (is_stale(unwritten)) continue;
        make_due(unwritten.key, cache_.at(unwritten.key));
    }
    for (const Key& key : due_) {
        const Cached& cached = cache_.at(key);
        if (cached.has_row) {
            update_row(connection, cached.entry, cached.stored);
        } else {
            insert_row(connection, cached.entry);
        }
    }
}

std::uint64_t Calls::replay_from(std::uint64_t none) const {
    for (const Unwritten& unwritten : unwritten_) {
        if (!is_stale(unwritten) && !cache_.at(unwritten.key).due) return unwritten.from;
    }
    return none;
}

const CallEntry* Calls::find_cached(TenantId tenant, CallId call) const {
    const auto found = cache_.find({tenant, call});
    return found == cache_.end() ? nullptr : &found->second.entry;
}

std::vector<core::CallRecord> Calls::open_calls() const {
    std::vector<core::CallRecord> calls;
    for (const auto& [key, cached] : cache_) {
        if (!cached.entry.record.ended_at) calls.push_back(cached.entry.record);
    }
    std::sort(calls.begin(), calls.end(), [](const core::CallRecord& a, const core::CallRecord& b) {
        return std::tie(a.arrived_at, a.call) < std::tie(b.arrived_at, b.call);
    });
    return calls;
}

void Calls::committed() {
    for (const Key& key : due_) {
        Cached& cached = cache_.at(key);
        cached.has_row = true;
        cached.entry.recordings_changed = false;
        cached.stored = indexed_columns(cached.entry.record);
        cached.unwritten_from = 0;
        cached.due = false;
    }
    due_.clear();
    while (!unwritten_.empty() && is_stale(unwritten_.front())) unwritten_.pop_front();
    while (!ended_.empty() && ended_.front().first + kKeepEnded < latest_) {
        const auto found = cache_.find(ended_.front().second);
        ended_.pop_front();
        if (found != cache_.end() && found->second.unwritten_from == 0 &&
            found->second.entry.record.ended_at) {
            cache_.erase(found);
        }
    }
}

}  // namespace seatline::store
