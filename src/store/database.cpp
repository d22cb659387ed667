// The Database of store.h: puts the writer, the readers and the users together, and turns what
// SQLite throws into errors and log lines.
#include <fcntl.h>

#include "base/log.h"
#include "store/journal/file.h"
#include "store/projections/agents.h"
#include "store/projections/call_list.h"
#include "store/projections/call_recordings.h"
#include "store/projections/call_row.h"
#include "store/projections/deletions.h"
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
    SqliteDatabase(const std::string& path, const Journal& journal,
                   const core::Directory& directory)
        : journal_(journal),
          writer_(path, journal),
          users_(path, Connection::Mode::write, seconds{5}),
          readers_(path) {
        for (const core::Tenant& tenant : directory.tenants)
            kept_days_.emplace_back(tenant.id, tenant.recordings_kept_days);
    }

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

    std::vector<StoredRecording> recordings(TenantId tenant, CallId call) const override {
        auto entry = find_entry(tenant, call);
        return entry ? std::move(entry->recordings) : std::vector<StoredRecording>();
    }

    std::optional<StoredRecording> recording(TenantId tenant, RecordingId id) const override {
        const auto row =
            guarded([&] { return find_recording(ReaderPool::Lease(readers_), tenant, id); });
        if (!row) return row;
        for (StoredRecording& one : recordings(tenant, row->call)) {  // ahead of the row
            if (one.record.recording == id) return std::move(one);
        }
        return row;
    }

    std::vector<StoredRecording> expired_recordings(Instant now,
                                                    std::uint32_t limit) const override {
        std::vector<StoredRecording> all;
        for (const auto& [tenant, days] : kept_days_) {
            if (days == 0) continue;
            const Instant before = now - hours{24} * days;
            auto some = guarded([&, id = tenant] {
                return recordings_before(ReaderPool::Lease(readers_), id, before, limit);
            });
            std::move(some.begin(), some.end(), std::back_inserter(all));
        }
        return all;
    }

    std::vector<StoredRecording> unarchived_recordings(RecordingKey after,
                                                       std::uint32_t limit) const override {
        return guarded([&] { return unarchived_after(ReaderPool::Lease(readers_), after, limit); });
    }

    std::vector<StoredRecording> last_archived(std::uint32_t limit) const override {
        return guarded([&] { return store::last_archived(ReaderPool::Lease(readers_), limit); });
    }

    std::vector<core::DeletionRecord> deletions(TenantId tenant, Instant from, Instant to,
                                                std::uint64_t after_seq,
                                                std::uint32_t limit) const override {
        return guarded([&] {
            return read_deletions(ReaderPool::Lease(readers_),
                                  {tenant, from, to, after_seq, limit});
        });
    }

    std::vector<core::VoicemailRecord> voicemails(TenantId tenant, MailboxId mailbox,
                                                  MessageId before,
                                                  std::uint32_t limit) const override {
        return writer_.of_voicemails(
            [&](const Voicemails& v) { return v.list(tenant, mailbox, before, limit); });
    }

    std::optional<core::VoicemailRecord> voicemail(TenantId tenant, MailboxId mailbox,
                                                   MessageId message) const override {
        return writer_.of_voicemails(
            [&](const Voicemails& v) { return v.find(tenant, mailbox, message); });
    }

    core::MessagesWaiting messages_waiting(TenantId tenant, MailboxId mailbox) const override {
        return writer_.of_voicemails(
            [&](const Voicemails& v) { return v.waiting(tenant, mailbox); });
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
    std::vector<std::pair<TenantId, std::uint32_t>> kept_days_;  ///< recordings; 0: for ever
    Writer writer_;
    std::mutex users_mutex_;
    Connection users_;  ///< guarded by users_mutex_
    mutable ReaderPool readers_;
};

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::string& folder, const Journal& journal,
                                                 const core::Directory& directory) {
    if (auto r = make_folder(folder); r.has_error()) return r.error();
    const std::string path = folder + "/seatline.sqlite";
    // Made here for its mode of 0600 (password hashes); SQLite gives the files beside it the same.
    if (auto file = File::open(path, O_RDWR | O_CREAT); file.has_error()) return file.error();
    try {
        auto database = std::make_unique<SqliteDatabase>(path, journal, directory);
        if (auto r = database->start(); r.has_error()) return r.error();
        return std::unique_ptr<Database>(std::move(database));
    } catch (const SqliteError& error) {
        return Error{"unavailable", "data", error.what()};
    }
}

}  // namespace seatline::store
