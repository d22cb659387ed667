// The names that go with ids, of the session's tenant.
#include "api/auth/rights.h"
#include "api/resource/all.h"

namespace seatline::api {
namespace {

DirectoryView view_of(const core::Directory& directory, const Session& session) {
    DirectoryView view;
    for (const auto& queue : directory.queues) {
        if (queue.tenant != session.tenant) continue;
        view.queues.push_back({queue.id, queue.name, queue.skill, queue.service_level_s});
    }
    for (const auto& agent : directory.agents) {
        if (agent.tenant != session.tenant) continue;
        const bool show_device = session.role != Role::agent || session.agent == agent.id;
        view.agents.push_back({agent.id, agent.number, agent.name, show_device ? agent.device : "",
                               agent.seat, agent.supervisor});
    }
    if (may(session.role, Right::see_trunks)) {
        for (const auto& trunk : directory.trunks) {
            view.trunks.push_back({trunk.id, trunk.name, trunk.addresses, trunk.max_calls});
        }
    }
    view.busy_reasons = directory.busy_reasons;
    for (const auto& flow : directory.flows) {
        if (flow.tenant == session.tenant) view.flows.push_back({flow.id, flow.name});
    }
    for (const auto& room : directory.conferences) {
        if (room.tenant != session.tenant) continue;
        view.conferences.push_back({room.id, room.name, room.number, room.max_members});
    }
    for (const auto& box : directory.mailboxes) {
        if (box.tenant != session.tenant) continue;
        view.mailboxes.push_back({box.id, box.name, box.number, box.agent, box.queue});
    }
    return view;
}

}  // namespace

void add_directory(RouteTable& table, Services& services) {
    table.add(
        {.path = "/api/v1/directory",
         .access = access_for(Right::see_names),
         .summary =
             "Queues, agents, flows, conferences, mailboxes and the rest of the tenant's names",
         .response = schema<DirectoryView>,
         .handler = at_once([&services](const Exchange& exchange) {
             return json_response(view_of(services.directory, *exchange.session));
         })});
}

}  // namespace seatline::api
