// One agent's view, and commands to it. An agent sees and commands only itself; the engine decides
// what is possible.
#include "api/auth/rights.h"
#include "api/resource/agent_access.h"
#include "api/resource/agent_command.h"
#include "api/resource/all.h"

namespace seatline::api {
namespace {

Response show(const Exchange& exchange, const Services& services) {
    const auto id = agent_of(exchange, services.directory);
    if (id.has_error()) return error_response(id.error());
    const auto view = services.hub.board().agent(exchange.session->tenant, *id);
    if (!view) return error_response({"not_found", "agent", "there is no such agent"});
    return json_response(*view);
}

void run_command(Services& services, const std::shared_ptr<const Exchange>& exchange,
                 const Done& done) {
    const auto id = agent_of(*exchange, services.directory);
    if (id.has_error()) return done(error_response(id.error()));
    const auto command = from_json_strict<AgentCommand>(exchange->request.body);
    if (command.has_error()) return done(error_response(command.error()));
    auto request = to_agent_request(*command, exchange->session->tenant, services.directory);
    if (request.has_error()) return done(error_response(request.error()));
    request->agent = *id;
    request->forward.agent = *id;
    services.audit(*exchange, "agent_command", "agent " + std::to_string(id->value),
                   describe(*command));
    services.ports.engine.ask(std::move(*request), answer_with_call(done));
}

}  // namespace

EngineDone answer_with_call(const Done& done) {
    return [done](Result<CallId> result) {
        if (result.has_error()) return done(error_response(result.error()));
        Accepted accepted;
        if (*result != CallId{}) accepted.call = *result;
        done(json_response(accepted));
    };
}

void add_agents(RouteTable& table, Services& services) {
    table.add({.path = "/api/v1/agents/{agent}",
               .access = access_for(Right::command_self),
               .summary = "One agent's state, call and figures of today",
               .response = schema<core::AgentView>,
               .handler = at_once(
                   [&services](const Exchange& exchange) { return show(exchange, services); })});
    table.add({.method = Method::post,
               .path = "/api/v1/agents/{agent}/commands",
               .access = access_for(Right::command_self),
               .summary = "Sign in or out, go idle or busy; dial, hold, transfer and the rest",
               .request = schema<AgentCommand>,
               .response = schema<Accepted>,
               .handler = [&services](const auto& exchange, const Done& done) {
                   run_command(services, exchange, done);
               }});
}

}  // namespace seatline::api
