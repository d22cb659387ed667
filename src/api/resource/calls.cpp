// The call list with its filters, one call with its legs, and its time line.
#include <algorithm>

#include "api/http/parse.h"
#include "api/resource/all.h"
#include "api/resource/call_access.h"

namespace seatline::api {
namespace {

Result<void> read_time(const Request& request, std::string_view name, std::optional<Instant>& out) {
    const auto text = request.query_value(name);
    if (!text || text->empty()) return {};
    out = parse_rfc3339(*text);
    if (!out) return invalid(std::string(name), "must be a time like 2026-11-22T12:10:00Z");
    return {};
}

template <class Tag>
Result<void> read_id(const Request& request, std::string_view name, std::optional<Id<Tag>>& out) {
    const auto text = request.query_value(name);
    if (!text || text->empty()) return {};
    const auto number = parse_number(*text);
    if (!number) return invalid(std::string(name), "must be an id");
    out = Id<Tag>{*number};
    return {};
}

Result<void> read_rest(const Request& request, core::CallQuery& query) {
    if (const auto text = request.query_value("number")) {
        const bool plain = text->size() <= 64 && std::ranges::all_of(*text, [](char c) {
                               return c > ' ' && c != '%' && c != 0x7f;
                           });
        if (!plain)
            return invalid("number", "must be the beginning of a number, at most 64 characters");
        query.number = *text;
    }
    if (const auto text = request.query_value("result"); text && !text->empty()) {
        query.result = enum_value<core::CallResult>(*text);
        if (!query.result) return invalid("result", "must be one of the call results");
    }
    if (const auto text = request.query_value("limit")) {
        const auto limit = parse_number<std::uint32_t>(*text);
        if (!limit || *limit < 1 || *limit > 200)
            return invalid("limit", "must be between 1 and 200");
        query.limit = *limit;
    }
    return {};
}

Result<core::CallQuery> query_of(const Exchange& exchange) {
    const Request& request = exchange.request;
    const Session& session = *exchange.session;
    core::CallQuery query;
    query.tenant = session.tenant;
    for (const auto& result :
         {read_time(request, "from", query.from), read_time(request, "to", query.to),
          read_id(request, "agent", query.agent), read_id(request, "queue", query.queue),
          read_id(request, "before", query.before), read_rest(request, query)}) {
        if (result.has_error()) return result.error();
    }
    if (session.role == Role::agent) {
        if (!session.agent || (query.agent && query.agent != session.agent)) {
            return Error{"not_allowed", "agent", "agents see only their own calls"};
        }
        query.agent = session.agent;
    }
    return query;
}

Response list(const Exchange& exchange, const Services& services) {
    const auto query = query_of(exchange);
    if (query.has_error()) return error_response(query.error());
    const auto page = services.ports.store.calls(*query);
    return page.has_error() ? error_response(page.error()) : json_response(*page);
}

Response show(const Exchange& exchange, const Services& services) {
    const auto record = visible_call(exchange, services);
    return record.has_error() ? error_response(record.error()) : json_response(*record);
}

Response events(const Exchange& exchange, const Services& services) {
    const auto record = visible_call(exchange, services);
    if (record.has_error()) return error_response(record.error());
    return json_response(services.ports.store.call_events(exchange.session->tenant, record->call));
}

std::vector<Parameter> list_parameters() {
    return {{"from", schema<Instant>, "calls that arrived at or after"},
            {"to", schema<Instant>, "calls that arrived before"},
            {"number", schema<std::string>, "beginning of the caller's or the called number"},
            {"agent", schema<AgentId>, "who talked"},
            {"queue", schema<QueueId>, ""},
            {"result", schema<core::CallResult>, ""},
            {"before", schema<CallId>, "CallPage.next of the page before"},
            {"limit",
             [](Schemas&) {
                 return std::string(R"({"type":"integer","minimum":1,"maximum":200,"default":50})");
             },
             "length of the page"}};
}

}  // namespace

void add_calls(RouteTable& table, Services& services) {
    table.add({.path = "/api/v1/calls",
               .access = Access::agent,
               .summary = "Calls, newest first; agents get their own",
               .query = list_parameters(),
               .response = schema<core::CallPage>,
               .where = Where::pool,
               .handler = at_once(
                   [&services](const Exchange& exchange) { return list(exchange, services); })});
    table.add({.path = "/api/v1/calls/{call}",
               .access = Access::agent,
               .summary = "One call with its legs",
               .response = schema<core::CallRecord>,
               .where = Where::pool,
               .handler = at_once(
                   [&services](const Exchange& exchange) { return show(exchange, services); })});
    table.add({.path = "/api/v1/calls/{call}/events",
               .access = Access::agent,
               .summary = "The time line of a call, from the journal",
               .response = schema<std::vector<EventView>>,
               .where = Where::pool,
               .handler = at_once(
                   [&services](const Exchange& exchange) { return events(exchange, services); })});
}

}  // namespace seatline::api
