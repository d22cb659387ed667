#include "api/resource/call_access.h"

#include <algorithm>

#include "api/auth/rights.h"
#include "api/http/parse.h"

namespace seatline::api {
namespace {

/// Transferred calls have several agents; who only heard the phone ring, or listened in, is none.
bool talked_in(const core::CallRecord& record, AgentId agent) {
    return record.agent == agent || std::ranges::any_of(record.legs, [&](const auto& leg) {
               return leg.kind == core::LegKind::agent && leg.agent == agent && leg.answered_at;
           });
}

}  // namespace

Result<core::CallRecord> visible_call(const Exchange& exchange, const Services& services) {
    const Session& session = *exchange.session;
    const auto number = parse_number(exchange.path_values.front());
    if (!number) return invalid("call", "must be a call's id");
    auto record = services.ports.store.call(session.tenant, CallId{*number});
    // The tenant is compared here once more: a store's slip must not open another tenant's call.
    const bool visible = record && record->tenant == session.tenant &&
                         (may(session.role, Right::see_all_calls) ||
                          (session.agent && talked_in(*record, *session.agent)));
    if (!visible) return Error{"not_found", "call", "there is no such call"};
    return std::move(*record);
}

}  // namespace seatline::api
