// The live board and the callers who wait, as they are now; changes come by the WebSocket.
#include "api/auth/rights.h"
#include "api/resource/all.h"

namespace seatline::api {

void add_board(RouteTable& table, Services& services) {
    table.add({.path = "/api/v1/board",
               .access = access_for(Right::see_board),
               .summary = "Queues and agents at this moment",
               .response = schema<core::BoardView>,
               .handler = at_once([&services](const Exchange& exchange) {
                   return json_response(
                       services.hub.board().board(exchange.session->tenant, exchange.now));
               })});
    table.add({.path = "/api/v1/waiting",
               .access = access_for(Right::see_board),
               .summary = "Callers who wait in queues, longest first",
               .response = schema<std::vector<core::WaitingView>>,
               .handler = at_once([&services](const Exchange& exchange) {
                   return json_response(services.hub.board().waiting(exchange.session->tenant));
               })});
}

}  // namespace seatline::api
