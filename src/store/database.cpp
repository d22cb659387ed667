// The Database of store.h: puts the writer, the readers and the users together, and turns what
// SQLite throws into errors and log lines.
#include <fcntl.h>

#include "base/log.h"
#include "store/journal/file.h"
#include "store/projections/agents.h"
#include "store/projections/call_list.h"
#include "store/projections/call_row.h"
#include "store/projections/queues.h"
#include "store/projections/today.h"
#include "store/reader_pool.h"
#include "store/store.h"
#include "store/users.h"
#include "store/writer.h"

namespace seatline::store {
namespace {

/// Two events of a call that are not farther apart in the journal are read in one go.
constexpr std::uint64_t kNearSeqs = 64;

class SqliteDatabase final : public Database {
public:
    SqliteDatabase(const std::string& path, const Journal& journal)
        : journal_(journal),
          writer_(path, journal),
          users_(path, Connection::Mode::write, seconds{5}),
          readers_(path) {}

    Result<void> start() { return writer_.start(); }

    void apply(std::vector<core::Event> events) override { writer_.apply(std::move(events)); }
    void wait_applied(std::uint64_t seq) override { writer_.wait_applied(seq); }

    Result<core::CallPage> calls(const core::CallQuery& query) const override {
        try {
            return list_calls(ReaderPool::Lease(readers_), query);
        } catch (const SqliteError& error) {
            return Error{"unavailable", "", error.what()};
        }
    }

    std::optional<core::CallRecord> call(TenantId tenant, CallId call) const override {
        auto entry = find_entry(tenant, call);
        return entry ? std::optional(std::move(entry->record)) : std::nullopt;
    }

    std::vector<core::Event> call_events(TenantId tenant, CallId call) const override {
        std::vector<core::Event> events;
        const auto entry = find_entry(tenant, call);
        if (!entry) return events;
        const auto& seqs = entry->seqs;
        for (std::size_t i = 0; i < seqs.size();) {
            const auto read = journal_.read(seqs[i] - 1, [&](core::Event&& event) {
                if (event.seq == seqs[i]) {
                    events.push_back(std::move(event));
                    ++i;
                }
                return i < seqs.size() && seqs[i] <= event.seq + kNearSeqs;
            });
            if (read.has_error()) {
                log::error("store: events of call {}: {}", call.value, read.error().text());
                break;
            }
        }
        return events;
    }

    std::string recording_path(TenantId tenant, CallId call) const override {
        const auto entry = find_entry(tenant, call);
        return entry ? entry->recording_path : std::string();
    }

    std::vector<core::AgentInterval> agent_intervals(TenantId tenant, AgentId agent, Instant from,
                                                     Instant to) const override {
        return guarded([&] {
            return read_intervals(ReaderPool::Lease(readers_), {tenant, agent}, from, to);
        });
    }

    core::QueueCounters queue_counters(TenantId tenant, QueueId queue, Instant from,
                                       Instant to) const override {
        return guarded([&] {
            return read_counters(ReaderPool::Lease(readers_), {tenant, queue}, from, to);
        });
    }

    OpenState open_state() const override { return writer_.open_state(); }

    core::LiveBoard live_board(const core::Directory& directory, Instant now) const override {
        try {
            return make_live_board(ReaderPool::Lease(readers_), directory, open_state(), now);
        } catch (const SqliteError& error) {
            log::error("store: the live board begins empty: {}", error.what());
            return core::LiveBoard(directory);
        }
    }

    std::optional<User> find_user(const std::string& user_name) const override {
        return guarded([&] { return store::find_user(ReaderPool::Lease(readers_), user_name); });
    }

    Result<void> add_user(const User& user) override {
        const std::lock_guard lock(users_mutex_);
        try {
            return insert_user(users_, user);
        } catch (const SqliteError& error) {
            return Error{"unavailable", "", error.what()};
        }
    }

    Result<void> put_user(const User& user) override {
        const std::lock_guard lock(users_mutex_);
        try {
            store::put_user(users_, user);
            return {};
        } catch (const SqliteError& error) {
            return Error{"unavailable", "", error.what()};
        }
    }

    std::vector<User> users() const override {
        return guarded([&] { return list_users(ReaderPool::Lease(readers_)); });
    }

    void audit(const Audit& entry) override {
        const std::lock_guard lock(users_mutex_);
        try {
            insert_audit(users_, entry);
        } catch (const SqliteError& error) {
            log::error("store: audit entry '{} {}' of {} is lost: {}", entry.action, entry.object,
                       entry.user_name, error.what());
        }
    }

private:
    /// The result of `read`, an empty one after an error of SQLite (logged).
    template <class Read>
    auto guarded(Read read) const -> decltype(read()) {
        try {
            return read();
        } catch (const SqliteError& error) {
            log::error("store: {}", error.what());
            return {};
        }
    }

    /// Memory first: it is ahead of the row, and what left memory is in the row.
    std::optional<CallEntry> find_entry(TenantId tenant, CallId call) const {
        if (auto entry = writer_.cached_call(tenant, call)) return entry;
        return guarded([&] { return load_entry(ReaderPool::Lease(readers_), tenant, call); });
    }

    const Journal& journal_;
    Writer writer_;
    std::mutex users_mutex_;
    Connection users_;  ///< guarded by users_mutex_
    mutable ReaderPool readers_;
};

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::string& folder, const Journal& journal,
                                                 const core::Directory&) {
    if (auto r = make_folder(folder); r.has_error()) return r.error();
    const std::string path = folder + "/seatline.sqlite";
    // Made here for its mode of 0600 (password hashes); SQLite gives the files beside it the same.
    if (auto file = File::open(path, O_RDWR | O_CREAT); file.has_error()) return file.error();
    try {
        auto database = std::make_unique<SqliteDatabase>(path, journal);
        if (auto r = database->start(); r.has_error()) return r.error();
        return std::unique_ptr<Database>(std::move(database));
    } catch (const SqliteError& error) {
        return Error{"unavailable", "data", error.what()};
    }
}

}  // namespace seatline::store
