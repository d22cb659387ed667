// What a supervisor does to an agent: listen, whisper, barge in, take over, and the forced changes.
// Every use is in the audit log with who, whom, which call and what came of it, refused ones too.
#include "api/auth/rights.h"
#include "api/resource/agent_access.h"
#include "api/resource/all.h"

namespace seatline::api {
namespace {

using Action = core::SupervisorAction;
using Kind = core::AgentRequestKind;

Kind kind_of(Action action) {
    switch (action) {
        case Action::listen:
            return Kind::listen;
        case Action::whisper:
            return Kind::whisper;
        case Action::barge_in:
            return Kind::barge_in;
        case Action::take_over:
            return Kind::take_over;
        case Action::leave:
            return Kind::leave;
        case Action::forced_release:
            return Kind::forced_release;
        case Action::forced_sign_out:
            return Kind::forced_sign_out;
        case Action::forced_busy:
            return Kind::forced_busy;
        case Action::forced_idle:
            return Kind::forced_idle;
    }
    assertion_failed("known action", __FILE__, __LINE__);
}

bool needs_phone(Action action) {
    return action == Action::listen || action == Action::whisper || action == Action::barge_in ||
           action == Action::take_over || action == Action::leave;
}

Result<core::AgentRequest> request_of(const Exchange& exchange, const core::Directory& directory,
                                      AgentId whom, const Supervision& wish) {
    const Session& session = *exchange.session;
    if (needs_phone(wish.action) && !session.agent) {
        return Error{"conflict", "agent",
                     "your user is no agent, so there is no phone of yours to ring"};
    }
    if (wish.action == Action::forced_busy) {
        if (auto known = check_busy_reason(directory, wish.reason); known.has_error())
            return known.error();
    } else if (!wish.reason.empty()) {
        return invalid("reason", "goes only with the action forced_busy");
    }
    core::AgentRequest request;
    request.tenant = session.tenant;
    request.agent = session.agent.value_or(AgentId{});
    request.kind = kind_of(wish.action);
    request.reason = wish.reason;
    request.other = whom;
    return request;
}

/// The call that the agent is in now, for the audit entry of a refusal; 0: none.
CallId call_of(const Services& services, TenantId tenant, AgentId agent) {
    const auto view = services.hub.board().agent(tenant, agent);
    return view && view->call && !view->call->ended_at ? view->call->call : CallId{};
}

void run(Services& services, const std::shared_ptr<const Exchange>& exchange, const Done& done) {
    std::string object = "agent " + exchange->path_values.front().substr(0, 32);
    std::string what = "?";
    CallId call;
    const auto finish = [&services, exchange, done](const std::string& of, std::string detail,
                                                    CallId about, const Result<CallId>& result) {
        if (about != CallId{}) detail += " call " + std::to_string(about.value);
        detail += result.has_error() ? " refused: " + result.error().text() : " done";
        services.audit(*exchange, "supervision", of, detail);
        answer_with_call(done)(result);
    };
    const auto whom = agent_of(*exchange, services.directory);
    if (whom.has_error()) return finish(object, what, call, whom.error());
    object = "agent " + std::to_string(whom->value);
    call = call_of(services, exchange->session->tenant, *whom);
    const auto wish = from_json_strict<Supervision>(exchange->request.body);
    if (wish.has_error()) return finish(object, what, call, wish.error());
    what = std::string(enum_name(wish->action));
    if (!wish->reason.empty()) what += ' ' + wish->reason;
    auto request = request_of(*exchange, services.directory, *whom, *wish);
    if (request.has_error()) return finish(object, what, call, request.error());
    services.ports.engine.ask(std::move(*request),
                              [finish, object, what, call](const Result<CallId>& result) {
                                  const bool named = result.has_value() && *result != CallId{};
                                  finish(object, what, named ? *result : call, result);
                              });
}

}  // namespace

void add_supervision(RouteTable& table, Services& services) {
    table.add({.method = Method::post,
               .path = "/api/v1/agents/{agent}/supervision",
               .access = access_for(Right::supervise),
               .summary = "Listen to an agent, whisper, barge in, take over, force a state",
               .request = schema<Supervision>,
               .response = schema<Accepted>,
               .audit_refused = "supervision",
               .handler = [&services](const auto& exchange, const Done& done) {
                   run(services, exchange, done);
               }});
}

}  // namespace seatline::api
