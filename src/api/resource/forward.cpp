// Where an agent's direct calls go instead: always, when busy, when nobody answers.
#include "api/auth/rights.h"
#include "api/resource/agent_access.h"
#include "api/resource/agent_command.h"
#include "api/resource/all.h"

namespace seatline::api {
namespace {

Response show(const Exchange& exchange, const Services& services) {
    const auto id = agent_of(exchange, services.directory);
    if (id.has_error()) return error_response(id.error());
    const auto* agent = find_agent(services.directory, exchange.session->tenant, *id);
    if (agent == nullptr) return error_response({"not_found", "agent", "there is no such agent"});
    return json_response(services.forwards.of(*agent));
}

void set(Services& services, const std::shared_ptr<const Exchange>& exchange, const Done& done) {
    const auto id = agent_of(*exchange, services.directory);
    if (id.has_error()) return done(error_response(id.error()));
    const auto forward = from_json_strict<AgentForward>(exchange->request.body);
    if (forward.has_error()) return done(error_response(forward.error()));
    AgentCommand command;
    command.action = AgentAction::set_forward;
    command.forward = *forward;
    auto request = to_agent_request(command, exchange->session->tenant, services.directory);
    if (request.has_error()) {
        Error error = request.error();  // here the body is the forward itself
        if (error.field.starts_with("forward.")) error.field.erase(0, 8);
        return done(error_response(error));
    }
    request->agent = *id;
    request->forward.agent = *id;
    services.audit(*exchange, "agent_command", "agent " + std::to_string(id->value),
                   describe(command));
    services.ports.engine.ask(std::move(*request), answer_with_call(done));
}

}  // namespace

void add_forward(RouteTable& table, Services& services) {
    table.add({.path = "/api/v1/agents/{agent}/forward",
               .access = access_for(Right::command_self),
               .summary = "Where calls straight to the agent go instead",
               .response = schema<AgentForward>,
               .handler = at_once(
                   [&services](const Exchange& exchange) { return show(exchange, services); })});
    table.add({.method = Method::put,
               .path = "/api/v1/agents/{agent}/forward",
               .access = access_for(Right::command_self),
               .summary = "Set it whole: a number, \"voicemail\", or empty for nowhere",
               .request = schema<AgentForward>,
               .response = schema<Accepted>,
               .handler = [&services](const auto& exchange, const Done& done) {
                   set(services, exchange, done);
               }});
}

}  // namespace seatline::api
