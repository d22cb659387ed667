#include "api/resource/call_access.h"

#include "api/http/parse.h"

namespace seatline::api {

Result<core::CallRecord> visible_call(const Exchange& exchange, const Services& services) {
    const Session& session = *exchange.session;
    const auto number = parse_number(exchange.path_values.front());
    if (!number) return invalid("call", "must be a call's id");
    auto record = services.ports.store.call(session.tenant, CallId{*number});
    // The tenant is compared here once more: a store's slip must not open another tenant's call.
    const bool visible =
        record && record->tenant == session.tenant &&
        (session.role != Role::agent || (session.agent && record->agent == session.agent));
    if (!visible) return Error{"not_found", "call", "there is no such call"};
    return std::move(*record);
}

}  // namespace seatline::api
