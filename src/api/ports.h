#pragma once
// What the API needs of the rest of the program, as functions that app/ wires: api/ knows neither
// the store nor SIP.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

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

/// Blocking reads and writes; called on the API's worker pool, never on its event loop. All
/// thread-safe.
struct StorePort {
    std::function<std::optional<UserAccount>(const std::string& user_name)> find_user;
    std::function<Result<core::CallPage>(const core::CallQuery&)> calls;
    std::function<std::optional<core::CallRecord>(TenantId, CallId)> call;  ///< with legs
    std::function<std::vector<EventView>(TenantId, CallId)> call_events;
    /// Absolute path of a finished recording, empty when there is none.
    std::function<std::string(TenantId, CallId)> recording_path;
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
