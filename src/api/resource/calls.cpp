// The call list, one call with its legs and who talked with whom, and its events.
#include "api/auth/rights.h"
#include "api/resource/all.h"
#include "api/resource/call_access.h"
#include "api/resource/call_query.h"

namespace seatline::api {
namespace {

Response list(const Exchange& exchange, const Services& services) {
    const auto query = call_query_of(exchange);
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
    auto out = call_filter_parameters();
    out.push_back({"limit",
                   [](Schemas&) {
                       return std::string(
                           R"({"type":"integer","minimum":1,"maximum":200,"default":50})");
                   },
                   "length of the page"});
    return out;
}

}  // namespace

void add_calls(RouteTable& table, Services& services) {
    table.add({.path = "/api/v1/calls",
               .access = access_for(Right::see_own_calls),
               .summary = "Calls, newest first; agents get their own",
               .query = list_parameters(),
               .response = schema<core::CallPage>,
               .where = Where::pool,
               .handler = at_once(
                   [&services](const Exchange& exchange) { return list(exchange, services); })});
    table.add({.path = "/api/v1/calls/{call}",
               .access = access_for(Right::see_own_calls),
               .summary = "One call with its legs, its time line and its recordings",
               .response = schema<core::CallRecord>,
               .where = Where::pool,
               .handler = at_once(
                   [&services](const Exchange& exchange) { return show(exchange, services); })});
    table.add({.path = "/api/v1/calls/{call}/events",
               .access = access_for(Right::see_own_calls),
               .summary = "The time line of a call, from the journal",
               .response = schema<std::vector<EventView>>,
               .where = Where::pool,
               .handler = at_once(
                   [&services](const Exchange& exchange) { return events(exchange, services); })});
}

}  // namespace seatline::api
