#include "api/resource/call_query.h"

#include <algorithm>

#include "api/auth/rights.h"
#include "api/resource/query_values.h"

namespace seatline::api {
namespace {

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
    if (const auto text = request.query_value("direction"); text && !text->empty()) {
        query.direction = enum_value<core::CallDirection>(*text);
        if (!query.direction)
            return invalid("direction", "must be inbound, outbound, internal or conference");
    }
    return read_limit(request, 200, query.limit);
}

}  // namespace

Result<core::CallQuery> call_query_of(const Exchange& exchange) {
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
    if (!may(session.role, Right::see_all_calls)) {
        if (!session.agent || (query.agent && query.agent != session.agent)) {
            return Error{"not_allowed", "agent", "agents see only their own calls"};
        }
        query.agent = session.agent;
    }
    return query;
}

std::vector<Parameter> call_filter_parameters() {
    return {{"from", schema<Instant>, "calls that arrived at or after"},
            {"to", schema<Instant>, "calls that arrived before"},
            {"number", schema<std::string>, "beginning of the caller's or the called number"},
            {"agent", schema<AgentId>, "who talked"},
            {"queue", schema<QueueId>, ""},
            {"result", schema<core::CallResult>, ""},
            {"direction", schema<core::CallDirection>, ""},
            {"before", schema<CallId>, "CallPage.next of the page before"}};
}

}  // namespace seatline::api
