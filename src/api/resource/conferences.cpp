// Conference rooms: who is there and who speaks, and what a moderator may do from outside.
#include "api/auth/rights.h"
#include "api/http/parse.h"
#include "api/resource/agent_command.h"
#include "api/resource/all.h"

namespace seatline::api {
namespace {

using Action = ConferenceAction;
using Kind = core::ConferenceRequestKind;

Result<ConferenceView> conference_of(const Exchange& exchange, const Services& services) {
    const auto number = parse_number(exchange.path_values.front());
    if (!number) return invalid("conference", "must be a conference's id");
    auto view = services.hub.conference(exchange.session->tenant, ConferenceId{*number});
    if (!view) return Error{"not_found", "conference", "there is no such conference"};
    return std::move(*view);
}

Kind kind_of(Action action) {
    switch (action) {
        case Action::mute:
            return Kind::mute;
        case Action::unmute:
            return Kind::unmute;
        case Action::kick:
            return Kind::kick;
        case Action::lock:
            return Kind::lock;
        case Action::unlock:
            return Kind::unlock;
        case Action::dial_out:
            return Kind::dial_out;
        case Action::record:
            return Kind::record;
        case Action::stop_record:
            return Kind::stop_record;
        case Action::end:
            return Kind::end;
    }
    assertion_failed("known action", __FILE__, __LINE__);
}

Result<void> check(const ConferenceCommand& command) {
    const bool takes_member = command.action == Action::mute || command.action == Action::unmute ||
                              command.action == Action::kick;
    const std::string action(enum_name(command.action));
    if (command.member && !takes_member)
        return invalid("member", "does not go with the action " + action);
    if (command.action == Action::kick && !command.member)
        return invalid("member", "is missing: who shall go?");
    if (command.action != Action::dial_out) {
        if (!command.number.empty())
            return invalid("number", "does not go with the action " + action);
        return {};
    }
    if (!is_dialable(command.number))
        return invalid("number", "must be 1 to 32 digits, * or #, perhaps with + before");
    return {};
}

void run(Services& services, const std::shared_ptr<const Exchange>& exchange, const Done& done) {
    const auto room = conference_of(*exchange, services);
    if (room.has_error()) return done(error_response(room.error()));
    const auto command = from_json_strict<ConferenceCommand>(exchange->request.body);
    if (command.has_error()) return done(error_response(command.error()));
    if (auto fits = check(*command); fits.has_error()) return done(error_response(fits.error()));
    core::ConferenceRequest request;
    request.tenant = exchange->session->tenant;
    request.conference = room->id;
    request.kind = kind_of(command->action);
    request.member = command->member.value_or(CallId{});
    request.number = command->number;
    std::string detail(enum_name(command->action));
    if (command->member) detail += " member " + std::to_string(command->member->value);
    if (!command->number.empty()) detail += ' ' + command->number;
    services.audit(*exchange, "conference_command", "conference " + std::to_string(room->id.value),
                   detail);
    services.ports.engine.ask(std::move(request), answer_with_call(done));
}

}  // namespace

void add_conferences(RouteTable& table, Services& services) {
    table.add({.path = "/api/v1/conferences",
               .access = access_for(Right::see_conferences),
               .summary = "All conference rooms, with who is there",
               .response = schema<std::vector<ConferenceView>>,
               .handler = at_once([&services](const Exchange& exchange) {
                   return json_response(services.hub.conferences(exchange.session->tenant, false));
               })});
    table.add({.path = "/api/v1/conferences/{conference}",
               .access = access_for(Right::see_conferences),
               .summary = "One room: who is there, who speaks",
               .response = schema<ConferenceView>,
               .handler = at_once([&services](const Exchange& exchange) {
                   const auto view = conference_of(exchange, services);
                   return view.has_error() ? error_response(view.error()) : json_response(*view);
               })});
    table.add({.method = Method::post,
               .path = "/api/v1/conferences/{conference}/commands",
               .access = access_for(Right::moderate_conference),
               .summary = "Mute, kick, lock, dial out, record, end",
               .request = schema<ConferenceCommand>,
               .response = schema<Accepted>,
               .handler = [&services](const auto& exchange, const Done& done) {
                   run(services, exchange, done);
               }});
}

}  // namespace seatline::api
