#include "api/resource/agent_access.h"

#include <algorithm>

#include "api/auth/rights.h"
#include "api/http/parse.h"

namespace seatline::api {

const core::Agent* find_agent(const core::Directory& directory, TenantId tenant, AgentId id) {
    const auto found = std::ranges::find_if(directory.agents, [&](const core::Agent& agent) {
        return agent.id == id && agent.tenant == tenant;
    });
    return found == directory.agents.end() ? nullptr : &*found;
}

Result<AgentId> agent_of(const Exchange& exchange, const core::Directory& directory) {
    const Session& session = *exchange.session;
    const std::string& text = exchange.path_values.front();
    if (text == "me") {
        if (!session.agent) return Error{"not_found", "agent", "this user is no agent"};
        return *session.agent;
    }
    const auto number = parse_number(text);
    if (!number) return invalid("agent", "must be an agent's id or \"me\"");
    const AgentId id{*number};
    if (session.agent != id && !may(session.role, Right::command_others)) {
        return Error{"not_allowed", "agent", "agents deal only with themselves"};
    }
    if (find_agent(directory, session.tenant, id) == nullptr)
        return Error{"not_found", "agent", "there is no such agent"};
    return id;
}

Result<void> check_busy_reason(const core::Directory& directory, const std::string& reason) {
    const auto& reasons = directory.busy_reasons;
    const bool known = reasons.empty() ||
                       std::ranges::find(reasons, reason, &core::BusyReason::code) != reasons.end();
    if (!known) return invalid("reason", "must be a code of the directory's busy_reasons");
    return {};
}

}  // namespace seatline::api
