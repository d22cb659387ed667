#include "store/writer.h"

#include <pthread.h>

#include <algorithm>

#include "base/log.h"
#include "store/migrations/migrations.h"

namespace seatline::store {
namespace {

constexpr std::size_t kMaxWaiting =
    65'536;                            ///< events in memory; beyond that they come from the journal
constexpr std::size_t kBatch = 8'192;  ///< events a transaction
constexpr milliseconds kLinger{50};    ///< gathers events: at most 20 transactions a second
constexpr milliseconds kRetry{200};
constexpr int kTriesAtEnd = 25;
constexpr milliseconds kBusyWait{200};

/// Steady time for ages; events bring their own times.
Instant steady_now() {
    return Instant{std::chrono::duration_cast<microseconds>(
        std::chrono::steady_clock::now().time_since_epoch())};
}

}  // namespace

Writer::Writer(const std::string& path, const Journal& journal)
    : journal_(journal), connection_(path, Connection::Mode::write, seconds{5}) {}

Writer::~Writer() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

Result<void> Writer::start() {
    if (auto r = migrate(connection_); r.has_error()) return r;
    if (auto r = check_against_journal(); r.has_error()) return r;
    load();
    if (auto r = replay(); r.has_error()) return r;
    for (;;) {
        const auto count = absorb_from_journal();
        if (count.has_error()) return count.error();
        if (*count == 0) break;
        write(false);
    }
    write(true);
    told_seq_ = complete_seq_ = absorbed_seq_;
    connection_.execute("PRAGMA busy_timeout=" + std::to_string(kBusyWait.count()));
    thread_ = std::thread([this] {
        ::pthread_setname_np(::pthread_self(), "store");
        run();
    });
    return {};
}

/// After a power cut the journal may have lost its last 50 ms while the tables have not. Its
/// numbers will be given again, so the tables are built anew; but never from a journal that no
/// longer has its beginning.
Result<void> Writer::check_against_journal() {
    std::uint64_t applied = 0;
    {
        Query query(connection_, "SELECT applied_seq FROM progress");
        if (query.next()) applied = query.number(0);
    }
    if (applied <= journal_.last_seq()) return {};
    std::uint64_t first = 0;
    const auto read = journal_.read(0, [&first](core::Event&& event) {
        first = event.seq;
        return false;
    });
    if (read.has_error()) return read;
    if (first != 1) {
        return Error{"unavailable", "data",
                     "seatline.sqlite holds events up to " + std::to_string(applied) +
                         ", the journal ends at " + std::to_string(journal_.last_seq()) +
                         " and does not begin at 1: restore the folder journal, or move "
                         "seatline.sqlite away"};
    }
    log::warn("store: the tables are ahead of the journal ({} > {}): building them anew", applied,
              journal_.last_seq());
    clear_projections(connection_);
    return {};
}

void Writer::load() {
    calls_.load(connection_);
    agents_.load(connection_);
    voicemails_.load(connection_);
    settings_.load(connection_);
    Query query(connection_, "SELECT applied_seq FROM progress");
    if (query.next()) written_seq_ = absorbed_seq_ = query.number(0);
}

/// Reads again what was only in the memory of the last run: events of calls whose rows had not been
/// written yet.
Result<void> Writer::replay() {
    std::uint64_t from = 1;
    {
        Query query(connection_, "SELECT replay_from FROM progress");
        if (query.next()) from = query.number(0);
    }
    if (from > absorbed_seq_) return {};
    return journal_.read(from - 1, [&](core::Event&& event) {
        if (event.seq > absorbed_seq_) return false;
        calls_.apply(event, steady_now());
        if (member_of(event.body) != call_of(event.body))
            calls_.apply_to_member(event, steady_now());
        return true;
    });
}

void Writer::absorb(const core::Event& event) {
    SEATLINE_ASSERT(event.seq == absorbed_seq_ + 1);
    const auto* change = std::get_if<core::AgentStateChanged>(&event.body);
    const CallId call =
        change != nullptr ? agents_.current_call(event.tenant, change->agent) : call_of(event.body);
    const CallId member = member_of(event.body);
    // These throw, if at all, before anything has changed.
    if (call) calls_.fetch_row(event.tenant, call);
    if (member) calls_.fetch_row(event.tenant, member);
    absorbed_seq_ = event.seq;
    if (change != nullptr) return absorb_state_change(event, *change, call);
    if (call) absorb_of_call(event, call);
    if (member && member != call) calls_.apply_to_member(event, steady_now());
    voicemails_.apply(event);
    settings_.apply(event);
    deletions_.apply(event);
}

void Writer::absorb_state_change(const core::Event& event, const core::AgentStateChanged& change,
                                 CallId call) {
    const auto ended = agents_.apply(event, change);
    if (!ended || ended->state != core::AgentState::wrap_up || !call) return;
    const auto length = std::chrono::duration_cast<milliseconds>(*ended->to - ended->from);
    if (const auto* record = calls_.add_wrap_up(event, call, length))
        queues_.add_wrap_up(*record, length);
}

void Writer::absorb_of_call(const core::Event& event, CallId call) {
    const CallEntry* before = calls_.find_cached(event.tenant, call);
    const auto stay = before != nullptr ? Queues::stay_of(before->record) : std::nullopt;
    const auto* record = calls_.apply(event, steady_now());
    if (record != nullptr) queues_.apply(event, *record, stay);
}

Result<std::size_t> Writer::absorb_from_journal() {
    std::vector<core::Event> events;
    const auto read = journal_.read(absorbed_seq_, [&events](core::Event&& event) {
        events.push_back(std::move(event));
        return events.size() < kBatch;
    });
    if (read.has_error()) return read.error();
    const std::lock_guard lock(state_mutex_);
    for (const core::Event& event : events) absorb(event);
    return events.size();
}

Result<void> Writer::absorb_batch(std::vector<core::Event>& events, std::uint64_t told) {
    {
        const std::lock_guard lock(state_mutex_);
        for (const core::Event& event : events) {
            if (event.seq > absorbed_seq_ + 1) break;  // some were dropped in between
            if (event.seq > absorbed_seq_) absorb(event);
        }
    }
    events.clear();
    if (absorbed_seq_ >= told) return {};
    const auto count = absorb_from_journal();
    if (count.has_error()) return count.error();
    if (*count == 0) {
        return Error{"unavailable", "data",
                     "event " + std::to_string(told) + " is not in the journal"};
    }
    return {};
}

void Writer::write(bool all) {
    const Instant now = steady_now();
    Transaction transaction(connection_);
    calls_.write(connection_, now, all);
    agents_.write(connection_);
    queues_.write(connection_);
    voicemails_.write(connection_);
    settings_.write(connection_);
    deletions_.write(connection_);
    Query(connection_, "UPDATE progress SET applied_seq=?1, replay_from=?2")
        .bind(absorbed_seq_, calls_.replay_from(absorbed_seq_ + 1))
        .run();
    transaction.commit();
    written_seq_ = absorbed_seq_;
    const std::lock_guard lock(state_mutex_);
    calls_.committed();
    agents_.committed();
    queues_.committed();
    voicemails_.committed();
    settings_.committed();
    deletions_.committed();
}

bool Writer::try_write(bool all) {
    try {
        write(all);
        return true;
    } catch (const SqliteError& error) {
        log::error("store: the projections wait at event {}: {}", written_seq_, error.what());
        return false;
    }
}

void Writer::wait_for_work(std::unique_lock<std::mutex>& lock) {
    const auto is_hurried = [this] { return stopping_ || wanted_seq_ > complete_seq_; };
    const auto has_work = [&] {
        return stopping_ || told_seq_ > absorbed_seq_ ||
               (wanted_seq_ > complete_seq_ && absorbed_seq_ > complete_seq_);
    };
    if (has_unwritten_) {
        wake_.wait_for(lock, seconds{1},
                       has_work);  // then rows of running calls are written, event or not
    } else {
        wake_.wait(lock, has_work);
    }
    wake_.wait_for(lock, kLinger, [&] { return is_hurried() || waiting_.size() >= kBatch; });
}

bool Writer::try_absorb(std::vector<core::Event>& events, std::uint64_t told) {
    try {
        const auto r = absorb_batch(events, told);
        if (r.has_value()) return true;
        log::error("store: {}", r.error().text());
    } catch (const SqliteError& error) {
        log::error("store: can't read the tables: {}", error.what());
    }
    events.clear();  // what is missing now comes from the journal
    return false;
}

void Writer::run() {
    std::vector<core::Event> events;
    int failures_at_end = 0;
    bool absorbed = true;
    bool written = true;
    for (;;) {
        std::uint64_t told = 0;
        bool all = false;
        bool stop = false;
        {
            std::unique_lock lock(mutex_);
            if (absorbed && written) {
                wait_for_work(lock);
            } else {
                wake_.wait_for(lock, kRetry, [] { return false; });
            }
            stop = stopping_;
            told = told_seq_;
            all = stop || wanted_seq_ > complete_seq_;
            if (written) events.swap(waiting_);
        }
        // After a failed write nothing more is absorbed until what is due is written: memory stays
        // bounded.
        if (written) absorbed = try_absorb(events, told);
        const bool at_end = absorbed_seq_ >= told;
        written = try_write(all && at_end);
        {
            const std::lock_guard lock(mutex_);
            has_unwritten_ = calls_.has_unwritten();
            if (written && all && at_end) complete_seq_ = absorbed_seq_;
        }
        applied_.notify_all();
        if (!stop) continue;
        if (absorbed && written && at_end) return;
        if (!(absorbed && written) && ++failures_at_end > kTriesAtEnd) return;
    }
}

void Writer::apply(std::vector<core::Event>&& events) {
    if (events.empty()) return;
    bool wakes = false;
    {
        const std::lock_guard lock(mutex_);
        wakes = waiting_.empty() || waiting_.size() + events.size() >= kBatch;
        told_seq_ = std::max(told_seq_, events.back().seq);
        if (waiting_.size() + events.size() <= kMaxWaiting) {
            waiting_.insert(waiting_.end(), std::make_move_iterator(events.begin()),
                            std::make_move_iterator(events.end()));
        }
    }
    if (wakes) wake_.notify_one();
}

void Writer::wait_applied(std::uint64_t seq) {
    std::unique_lock lock(mutex_);
    while (complete_seq_ < seq) {
        wanted_seq_ = std::max(wanted_seq_, seq);
        wake_.notify_one();
        applied_.wait(lock);
    }
}

std::optional<CallEntry> Writer::cached_call(TenantId tenant, CallId call) const {
    const std::lock_guard lock(state_mutex_);
    const CallEntry* entry = calls_.find_cached(tenant, call);
    return entry == nullptr ? std::nullopt : std::optional(*entry);
}

Database::OpenState Writer::open_state() const {
    const std::lock_guard lock(state_mutex_);
    return {calls_.open_calls(), agents_.open_intervals(), settings_.all(), voicemails_.all()};
}

}  // namespace seatline::store
