// One agent's view, and commands to it. An agent sees and commands only itself; the engine decides
// what is possible.
#include <algorithm>

#include "api/http/parse.h"
#include "api/resource/all.h"

namespace seatline::api {
namespace {

/// The agent that the path names, if this session may deal with it.
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
    if (session.role == Role::agent && session.agent != id) {
        return Error{"not_allowed", "agent", "agents deal only with themselves"};
    }
    const bool known = std::ranges::any_of(directory.agents, [&](const auto& agent) {
        return agent.id == id && agent.tenant == session.tenant;
    });
    if (!known) return Error{"not_found", "agent", "there is no such agent"};
    return id;
}

Response show(const Exchange& exchange, const Services& services) {
    const auto id = agent_of(exchange, services.directory);
    if (id.has_error()) return error_response(id.error());
    const auto view = services.hub.board().agent(exchange.session->tenant, *id);
    if (!view) return error_response({"not_found", "agent", "there is no such agent"});
    return json_response(*view);
}

Result<AgentCommand> command_of(const Exchange& exchange, const core::Directory& directory) {
    auto command = from_json_strict<AgentCommand>(exchange.request.body);
    if (command.has_error()) return command;
    const auto& reasons = directory.busy_reasons;
    if (command->action != AgentAction::busy) {
        if (!command->reason.empty()) return invalid("reason", "goes only with the action busy");
        return command;
    }
    const bool known = reasons.empty() || std::ranges::any_of(reasons, [&](const auto& reason) {
                           return reason.code == command->reason;
                       });
    if (!known) return invalid("reason", "must be a code of the directory's busy_reasons");
    return command;
}

void run_command(Services& services, const std::shared_ptr<const Exchange>& exchange,
                 const Done& done) {
    const auto id = agent_of(*exchange, services.directory);
    if (id.has_error()) return done(error_response(id.error()));
    const auto command = command_of(*exchange, services.directory);
    if (command.has_error()) return done(error_response(command.error()));
    std::string detail(enum_name(command->action));
    if (!command->reason.empty()) detail += ' ' + command->reason;
    services.audit(*exchange, "agent_command", "agent " + std::to_string(id->value), detail);
    services.ports.engine.command_agent(
        exchange->session->tenant, *id, *command, [done](Result<void> result) {
            done(result.has_error() ? error_response(result.error()) : json_response(Accepted{}));
        });
}

}  // namespace

void add_agents(RouteTable& table, Services& services) {
    table.add({.path = "/api/v1/agents/{agent}",
               .access = Access::agent,
               .summary = "One agent's state, call and figures of today",
               .response = schema<core::AgentView>,
               .handler = at_once(
                   [&services](const Exchange& exchange) { return show(exchange, services); })});
    table.add({.method = Method::post,
               .path = "/api/v1/agents/{agent}/commands",
               .access = Access::agent,
               .summary = "Sign in or out, go idle or busy, hang up",
               .request = schema<AgentCommand>,
               .response = schema<Accepted>,
               .handler = [&services](const auto& exchange, const Done& done) {
                   run_command(services, exchange, done);
               }});
}

}  // namespace seatline::api
