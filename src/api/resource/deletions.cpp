// The deletion log: which recordings are gone for good, when, why and by whom.
#include "api/auth/rights.h"
#include "api/resource/all.h"
#include "api/resource/query_values.h"

namespace seatline::api {
namespace {

Response list(const Exchange& exchange, const Services& services) {
    const Request& request = exchange.request;
    DeletionQuery query;
    for (const auto& read :
         {read_time(request, "from", query.from), read_time(request, "to", query.to),
          read_limit(request, 1000, query.limit)}) {
        if (read.has_error()) return error_response(read.error());
    }
    if (const auto text = request.query_value("after"); text && !text->empty()) {
        const auto after = parse_number(*text);
        if (!after) return error_response(invalid("after", "must be DeletionPage.next"));
        query.after = *after;
    }
    DeletionPage page;
    page.deletions = services.ports.store.deletions(exchange.session->tenant, query);
    if (page.deletions.size() == query.limit) page.next = page.deletions.back().seq;
    return json_response(page);
}

}  // namespace

void add_deletions(RouteTable& table, Services& services) {
    table.add({.path = "/api/v1/recordings/deletions",
               .access = access_for(Right::see_deletions),
               .summary = "The log of deleted recordings, oldest first",
               .query = {{"from", schema<Instant>, "deleted at or after"},
                         {"to", schema<Instant>, "deleted before"},
                         {"after", schema<std::uint64_t>, "DeletionPage.next of the page before"},
                         {"limit", schema<std::uint32_t>, "1 to 1000, else 100"}},
               .response = schema<DeletionPage>,
               .where = Where::pool,
               .handler = at_once(
                   [&services](const Exchange& exchange) { return list(exchange, services); })});
}

}  // namespace seatline::api
