#include "api/http/services.h"

namespace seatline::api {

void Services::audit(const Exchange& exchange, std::string action, std::string object,
                     std::string detail) {
    SEATLINE_ASSERT(exchange.session.has_value());
    audit({exchange.now, exchange.session->tenant, exchange.session->user_name,
           exchange.request.source_address, std::move(action), std::move(object),
           std::move(detail)});
}

void Services::audit(AuditEntry entry) {
    run_later([this, entry = std::move(entry)] { ports.store.audit(entry); });
}

}  // namespace seatline::api
