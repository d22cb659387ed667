#pragma once
// Keeps what happened: the journal (the truth, a file that is only appended to) and its projections
// in SQLite (records that pages and reports read). The owner is app/; each class says its thread.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/engine/directory.h"
#include "core/engine/event.h"
#include "core/kpi/live_board.h"
#include "core/record/records.h"

namespace seatline::store {

/// The journal: numbered events in segment files, one JSON object a line with a CRC in front, so
/// that a person can read it and a torn tail (power cut, kill in the middle of a write) is
/// recognised and cut off. append() returns after write(2): a killed process loses nothing; a
/// thread of its own calls fdatasync every 50 ms for the power cut. Thread: append() one thread
/// (the engine's); read() any.
class Journal {
public:
    /// Opens or makes DIR/journal; cuts a torn tail off (logged). Errors: unavailable, field
    /// "data", with path and reason.
    [[nodiscard]] static Result<std::unique_ptr<Journal>> open(const std::string& folder);
    virtual ~Journal() = default;

    /// Numbers the events (seq) and writes all of them with one write(2). Errors: unavailable (disk
    /// full ...): nothing of the batch is in the journal then, and the caller must not show it.
    [[nodiscard]] virtual Result<void> append(std::vector<core::Event>& events) = 0;
    /// Calls `sink` for every event with seq > `after`, in order; stops early when it returns
    /// false.
    [[nodiscard]] virtual Result<void> read(
        std::uint64_t after, const std::function<bool(core::Event&&)>& sink) const = 0;
    [[nodiscard]] virtual std::uint64_t last_seq() const = 0;
};

struct User {
    UserId id;
    std::string user_name;
    std::string password_hash;
    std::string role;  ///< agent, supervisor, admin
    TenantId tenant;
    std::optional<AgentId> agent;
    bool disabled = false;
};

/// One sound file: what the record says, and what only the program needs to know.
struct StoredRecording {
    TenantId tenant;
    CallId call;
    std::string path;  ///< below the data folder: the WAV, then the archived file
    core::RecordingRecord record;
    bool is_finished = false;
    std::uint64_t stored_seq = 0;  ///< number of its RecordingStored; 0: not archived
};

struct Audit {
    Instant at;
    TenantId tenant;
    std::string user_name;
    std::string source_address;
    std::string action;
    std::string object;
    std::string detail;
};

/// The database: projections, users, audit. One writer thread inside applies events in batches,
/// each batch with the number of its last event in the same transaction, so that an event counts at
/// most once whatever dies when. Reads use connections of their own (WAL) and are thread-safe.
class Database {
public:
    /// Opens or makes DIR/seatline.sqlite, runs the migrations, then catches up with the journal
    /// before it returns.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::string& folder,
                                                                const Journal& journal,
                                                                const core::Directory& directory);
    virtual ~Database() = default;  ///< applies what is waiting, then closes

    /// Hands events (already in the journal) to the writer thread; never blocks. When the writer
    /// lags far behind it reads from the journal instead of keeping them in memory.
    virtual void apply(std::vector<core::Event> events) = 0;
    /// Waits until all events up to `seq` are applied (tests, tools).
    virtual void wait_applied(std::uint64_t seq) = 0;

    [[nodiscard]] virtual Result<core::CallPage> calls(const core::CallQuery& query) const = 0;
    [[nodiscard]] virtual std::optional<core::CallRecord> call(TenantId tenant,
                                                               CallId call) const = 0;
    /// All events of one call, found by the numbers that its row keeps: costs by the call, not by
    /// history.
    [[nodiscard]] virtual std::vector<core::Event> call_events(TenantId tenant,
                                                               CallId call) const = 0;
    /// The file of the call's last recording that is not deleted (voicemail is none), below the
    /// data folder; empty: none. A WAV until RecordingStored, then the archived file.
    [[nodiscard]] virtual std::string recording_path(TenantId tenant, CallId call) const = 0;
    /// All of a call, voicemail and deleted ones included, in order of their beginnings.
    [[nodiscard]] virtual std::vector<StoredRecording> recordings(TenantId tenant,
                                                                  CallId call) const = 0;
    [[nodiscard]] virtual std::optional<StoredRecording> recording(TenantId tenant,
                                                                   RecordingId id) const = 0;
    /// Finished recordings older than their tenant's recordings_kept_days, oldest first; voicemail
    /// is never among them: its owner deletes it. `limit` is of each tenant.
    [[nodiscard]] virtual std::vector<StoredRecording> expired_recordings(
        Instant now, std::uint32_t limit) const = 0;
    /// Finished recordings that still are WAV files, in order of (tenant, recording) after `after`.
    using RecordingKey = std::pair<TenantId, RecordingId>;
    [[nodiscard]] virtual std::vector<StoredRecording> unarchived_recordings(
        RecordingKey after, std::uint32_t limit) const = 0;
    /// The last that were archived, newest first: whose WAV a crash may have left.
    [[nodiscard]] virtual std::vector<StoredRecording> last_archived(std::uint32_t limit) const = 0;
    /// The deletion log of [from, to), oldest first; pages by the seq of the last line. limit
    /// 1-1000.
    [[nodiscard]] virtual std::vector<core::DeletionRecord> deletions(
        TenantId tenant, Instant from, Instant to, std::uint64_t after_seq,
        std::uint32_t limit) const = 0;

    /// The mailbox's messages, newest first, those below `before` (0: all); never lags.
    [[nodiscard]] virtual std::vector<core::VoicemailRecord> voicemails(
        TenantId tenant, MailboxId mailbox, MessageId before, std::uint32_t limit) const = 0;
    [[nodiscard]] virtual std::optional<core::VoicemailRecord> voicemail(
        TenantId tenant, MailboxId mailbox, MessageId message) const = 0;
    [[nodiscard]] virtual core::MessagesWaiting messages_waiting(TenantId tenant,
                                                                 MailboxId mailbox) const = 0;

    [[nodiscard]] virtual std::vector<core::AgentInterval> agent_intervals(TenantId tenant,
                                                                           AgentId agent,
                                                                           Instant from,
                                                                           Instant to) const = 0;
    [[nodiscard]] virtual core::QueueCounters queue_counters(TenantId tenant, QueueId queue,
                                                             Instant from, Instant to) const = 0;
    /// Calls without CallEnded and agents not signed out: what the last run left open when it died.
    struct OpenState {
        std::vector<core::CallRecord> calls;  ///< with legs
        std::vector<core::AgentInterval>
            agents;  ///< the last, open interval of each agent that has one
        std::vector<core::AgentForwardSet> forwards;    ///< what agents have set
        std::vector<core::VoicemailRecord> voicemails;  ///< all messages that are not deleted
    };
    [[nodiscard]] virtual OpenState open_state() const = 0;
    /// The live board with today's counters (days by each tenant's time zone) and the open state as
    /// of the last event.
    [[nodiscard]] virtual core::LiveBoard live_board(const core::Directory& directory,
                                                     Instant now) const = 0;

    [[nodiscard]] virtual std::optional<User> find_user(const std::string& user_name) const = 0;
    /// Errors: conflict when the name exists.
    [[nodiscard]] virtual Result<void> add_user(const User& user) = 0;
    /// A user of that name is replaced (with a new id). Errors: unavailable.
    [[nodiscard]] virtual Result<void> put_user(const User& user) = 0;
    [[nodiscard]] virtual std::vector<User> users() const = 0;
    virtual void audit(const Audit& entry) = 0;
};

/// Sets a user's password hash in the folder's database and says so in the audit trail, also while
/// a server runs on it (its sessions go on). Errors: unavailable (field "data"), not_found (field
/// "user").
[[nodiscard]] Result<void> set_password_in(const std::string& folder, const std::string& user_name,
                                           const std::string& hash, Instant at);

}  // namespace seatline::store
