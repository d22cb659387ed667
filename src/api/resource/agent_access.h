#pragma once
// Which agent a path names, and whether this session may deal with it: agents with themselves,
// supervisors and admins with all of their tenant.
#include "api/http/services.h"

namespace seatline::api {

/// Errors: invalid, not_allowed (an agent about another), not_found (also another tenant's).
[[nodiscard]] Result<AgentId> agent_of(const Exchange& exchange, const core::Directory& directory);

/// The tenant's agent of this id, or null.
[[nodiscard]] const core::Agent* find_agent(const core::Directory& directory, TenantId tenant,
                                            AgentId id);

/// Errors: invalid, field "reason", when it is no code of the directory's busy reasons.
[[nodiscard]] Result<void> check_busy_reason(const core::Directory& directory,
                                             const std::string& reason);

}  // namespace seatline::api
