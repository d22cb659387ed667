#pragma once
// What the API needs of the rest of the program, as functions that app/ wires: api/ knows neither
// the store nor SIP.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "api/http/file.h"
#include "api/types.h"
#include "base/result.h"
#include "core/engine/input.h"

namespace seatline::api {

struct UserAccount {
    UserId id;
    std::string user_name;
    std::string password_hash;  ///< argon2id in libsodium's crypto_pwhash_str form
    Role role = Role::agent;
    TenantId tenant;
    std::optional<AgentId> agent;
    bool disabled = false;
};

struct AuditEntry {
    Instant at;
    TenantId tenant;
    std::string user_name;
    std::string source_address;
    std::string action;  ///< "log_in", "log_in_failed", "agent_command", "play_recording" ...
    std::string object;  ///< "agent 12", "call 345"
    std::string detail;
};

/// A recording or message as it is handed out.
struct Sound {
    std::shared_ptr<const Octets> octets;
    std::string content_type;  ///< audio/wav, audio/ogg
    std::string extension;     ///< wav, ogg
};
enum class SoundForm { at_rest, wav };  ///< as it lies in the folder; decoded

struct DeletionOrder {
    std::string reason;
    std::string by;  ///< user name
};
struct DeletionQuery {
    std::optional<Instant> from;
    std::optional<Instant> to;
    std::uint64_t after = 0;
    std::uint32_t limit = 100;
};

/// Blocking reads and writes; called on the API's worker pool, never on its event loop. All
/// thread-safe.
struct StorePort {
    std::function<std::optional<UserAccount>(const std::string& user_name)> find_user;
    std::function<Result<core::CallPage>(const core::CallQuery&)> calls;
    std::function<std::optional<core::CallRecord>(TenantId, CallId)> call;  ///< with legs
    std::function<std::vector<EventView>(TenantId, CallId)> call_events;
    /// A finished recording that is not deleted; RecordingId 0: the call's last.
    /// Errors: not_found, unavailable (damaged, or its key is missing).
    std::function<Result<Sound>(TenantId, CallId, RecordingId, SoundForm)> open_recording;
    /// The file is gone when it returns, the proof is on its way to the journal.
    /// Errors: not_found, conflict (not finished yet), unavailable.
    std::function<Result<void>(TenantId, CallId, RecordingId, const DeletionOrder&)>
        delete_recording;
    /// Of [from, to), oldest first, those after `after` (DeletionView.seq).
    std::function<std::vector<DeletionView>(TenantId, const DeletionQuery&)> deletions;

    /// Newest first, those before `before` (0: all).
    std::function<std::vector<MessageView>(TenantId, MailboxId, MessageId before,
                                           std::uint32_t limit)>
        messages;
    std::function<std::optional<MessageView>(TenantId, MailboxId, MessageId)> message;
    std::function<MessageCounts(TenantId, MailboxId)> count_messages;
    /// Errors: not_found, unavailable.
    std::function<Result<Sound>(TenantId, MailboxId, MessageId)> open_message;

    std::function<void(const AuditEntry&)> audit;
};

/// What a person may ask of the engine. The member `request` is given by whoever passes it on.
using EngineRequest =
    std::variant<core::AgentRequest, core::ConferenceRequest, core::VoicemailRequest>;
/// Called once: the call that the request made or is about (0: none), or why it was refused.
using EngineDone = std::function<void(Result<CallId>)>;

/// Asks the engine; `done` is called on the engine's thread.
struct EnginePort {
    std::function<void(EngineRequest, EngineDone done)> ask;
};

struct Ports {
    StorePort store;
    EnginePort engine;
    std::function<Instant()> clock;
    std::function<HealthView()> health;  ///< any thread
};

}  // namespace seatline::api
