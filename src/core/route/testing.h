#pragma once
// A small center for the tests of rights, dial plan and trunk choice: tenant 1 with two agents, a
// conference, two mailboxes and a service number; tenant 2 with the same internal numbers.
#include "core/engine/directory.h"

namespace seatline::core::testing {

inline Agent make_agent(std::uint64_t id, std::uint64_t tenant, const std::string& number) {
    Agent agent;
    agent.id = AgentId{id};
    agent.tenant = TenantId{tenant};
    agent.number = number;
    agent.device = number + "-" + std::to_string(tenant);
    return agent;
}

inline Device make_device(std::uint64_t tenant, const std::string& number) {
    Device device;
    device.user = number + "-" + std::to_string(tenant);
    device.tenant = TenantId{tenant};
    device.ha1 = std::string(32, 'a');
    return device;
}

inline Flow make_flow(std::uint64_t id, std::uint64_t tenant) {
    FlowNode bye;
    bye.id = "bye";
    return Flow{FlowId{id}, TenantId{tenant}, "flow", "bye", {bye}};
}

inline ConferenceRoom make_conference(std::uint64_t id, std::uint64_t tenant,
                                      const std::string& number) {
    ConferenceRoom room;
    room.id = ConferenceId{id};
    room.tenant = TenantId{tenant};
    room.name = "weekly";
    room.number = number;
    return room;
}

inline Mailbox make_mailbox(std::uint64_t id, std::uint64_t tenant, const std::string& number) {
    Mailbox mailbox;
    mailbox.id = MailboxId{id};
    mailbox.tenant = TenantId{tenant};
    mailbox.name = "box";
    mailbox.number = number;
    return mailbox;
}

inline Trunk make_trunk(std::uint64_t id, bool with_gateway) {
    Trunk trunk;
    trunk.id = TrunkId{id};
    trunk.addresses = {"203.0.113." + std::to_string(id)};
    if (with_gateway) {
        trunk.gateway.emplace();
        trunk.gateway->uri = "sip:carrier" + std::to_string(id) + ".example";
    }
    return trunk;
}

inline Queue make_queue(std::uint64_t id, std::uint64_t tenant) {
    Queue queue;
    queue.id = QueueId{id};
    queue.tenant = TenantId{tenant};
    queue.name = "queue";
    queue.skill = "service";
    queue.music = "";
    return queue;
}

inline Directory small_center() {
    Directory d;
    for (const std::uint64_t t : {1, 2}) {
        Tenant tenant;
        tenant.id = TenantId{t};
        tenant.name = "tenant";
        tenant.hold_music = "";
        d.tenants.push_back(tenant);
        d.queues.push_back(make_queue(40 + t, t));
        d.flows.push_back(make_flow(t, t));
        d.numbers.push_back({"4000" + std::to_string(t), TenantId{t}, FlowId{t}});
        for (const std::uint64_t n : {1, 2}) {
            d.agents.push_back(make_agent(10 * t + n, t, "800" + std::to_string(n)));
            d.devices.push_back(make_device(t, "800" + std::to_string(n)));
        }
    }
    d.conferences.push_back(make_conference(31, 1, "7001"));
    d.mailboxes.push_back(make_mailbox(51, 1, "6001"));
    d.mailboxes.back().agent = AgentId{11};
    d.mailboxes.push_back(make_mailbox(52, 1, "6002"));
    d.mailboxes.back().queue = QueueId{41};
    d.trunks.push_back(make_trunk(61, true));
    d.routes.push_back({"", TrunkId{61}});
    return d;
}

}  // namespace seatline::core::testing
