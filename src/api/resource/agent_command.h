#pragma once
// Turns what a page or program says (AgentCommand) into what the engine understands
// (core::AgentRequest). One table says which members each action takes and needs, so that a wrong
// member is refused by its name before anything happens. Whether the action is possible now, and
// for this seat, the engine says.
#include "api/types.h"
#include "base/result.h"
#include "core/engine/input.h"

namespace seatline::api {

/// `request` and `agent` are left empty; ids in the command must be of `tenant`.
/// Errors: invalid, not_found, with the member's name ("target.id").
[[nodiscard]] Result<core::AgentRequest> to_agent_request(const AgentCommand& command,
                                                          TenantId tenant,
                                                          const core::Directory& directory);

/// For the audit log: "transfer to agent 12", "busy rest". Digits are never in it: they may be a
/// caller's secret.
[[nodiscard]] std::string describe(const AgentCommand& command);

/// A number as a person dials it: digits, * and #, perhaps + first, at most 32.
[[nodiscard]] bool is_dialable(std::string_view number);

}  // namespace seatline::api
