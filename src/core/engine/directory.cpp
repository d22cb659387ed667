#include "core/engine/directory.h"

#include <algorithm>
#include <set>

#include "core/engine/directory_check.h"
#include "core/ivr/flow.h"

namespace seatline::core {
namespace {

using directory_check::item;

/// Ids, and what the lists cannot do without; knows the ids seen so far.
class Checker {
public:
    explicit Checker(const Directory& directory) : d_(directory) {}

    Result<void> run() {
        for (const auto part :
             {&Checker::tenants, &Checker::trunks, &Checker::queues, &Checker::flows,
              &Checker::numbers, &Checker::devices, &Checker::agents, &Checker::prompts}) {
            if (auto r = (this->*part)(); r.has_error()) return r;
        }
        const directory_check::Index index(d_);
        if (auto r = prompts_exist(index); r.has_error()) return r;
        for (const auto part : {directory_check::trunks, directory_check::rooms,
                                directory_check::people, directory_check::rules}) {
            if (auto r = part(index); r.has_error()) return r;
        }
        return {};
    }

private:
    /// Ids are not 0, at most 2^53, and not used twice in their list.
    template <class IdType>
    static Result<void> fresh_id(std::set<IdType>& seen, IdType id, const std::string& path) {
        if (!id || id.value >= (1ull << 53)) return invalid(path, "must be between 1 and 2^53 - 1");
        if (!seen.insert(id).second)
            return invalid(path, "id " + std::to_string(id.value) + " is used twice");
        return {};
    }

    Result<void> known_tenant(TenantId id, const std::string& path) const {
        if (!tenants_.contains(id))
            return invalid(path, "there is no tenant " + std::to_string(id.value));
        return {};
    }

    Result<void> tenants() {
        for (std::size_t i = 0; i < d_.tenants.size(); ++i) {
            if (auto r = fresh_id(tenants_, d_.tenants[i].id, item("tenants", i, "id"));
                r.has_error())
                return r;
            if (d_.tenants[i].name.empty())
                return invalid(item("tenants", i, "name"), "must not be empty");
        }
        return {};
    }

    Result<void> trunks() {
        std::set<TrunkId> seen;
        for (std::size_t i = 0; i < d_.trunks.size(); ++i) {
            const Trunk& trunk = d_.trunks[i];
            if (auto r = fresh_id(seen, trunk.id, item("trunks", i, "id")); r.has_error()) return r;
            if (trunk.addresses.empty()) {
                return invalid(item("trunks", i, "addresses"), "needs at least one address");
            }
            if (trunk.max_calls < 1)
                return invalid(item("trunks", i, "max_calls"), "must be at least 1");
        }
        return {};
    }

    Result<void> queues() {
        for (std::size_t i = 0; i < d_.queues.size(); ++i) {
            const Queue& queue = d_.queues[i];
            if (auto r = fresh_id(queues_, queue.id, item("queues", i, "id")); r.has_error())
                return r;
            if (auto r = known_tenant(queue.tenant, item("queues", i, "tenant")); r.has_error())
                return r;
            if (queue.skill.empty())
                return invalid(item("queues", i, "skill"), "must not be empty");
            if (auto r = queue_times(queue, i); r.has_error()) return r;
        }
        return {};
    }

    static Result<void> queue_times(const Queue& queue, std::size_t i) {
        if (queue.ring_timeout_s < 1s || queue.ring_timeout_s > 300s) {
            return invalid(item("queues", i, "ring_timeout_s"), "must be between 1 and 300");
        }
        if (queue.max_wait_s < 1s || queue.max_wait_s > 86400s) {
            return invalid(item("queues", i, "max_wait_s"), "must be between 1 and 86400");
        }
        if (queue.wrap_up_s < 0s || queue.wrap_up_s > 3600s) {
            return invalid(item("queues", i, "wrap_up_s"), "must be between 0 and 3600");
        }
        if (queue.announce_every_s != 0s &&
            (queue.announce_every_s < 5s || queue.announce_every_s > 3600s)) {
            return invalid(item("queues", i, "announce_every_s"),
                           "must be 0 or between 5 and 3600");
        }
        if (queue.service_level_s < 1s || queue.service_level_s > 3600s) {
            return invalid(item("queues", i, "service_level_s"), "must be between 1 and 3600");
        }
        return {};
    }

    Result<void> flows() {
        std::set<FlowId> seen;
        for (std::size_t i = 0; i < d_.flows.size(); ++i) {
            const Flow& flow = d_.flows[i];
            if (auto r = fresh_id(seen, flow.id, item("flows", i, "id")); r.has_error()) return r;
            if (auto r = known_tenant(flow.tenant, item("flows", i, "tenant")); r.has_error())
                return r;
            if (auto r = ivr::check_nodes(flow); r.has_error()) {
                return invalid(item("flows", i, r.error().field), r.error().reason);
            }
            if (auto r = flow_queues(flow, i); r.has_error()) return r;
        }
        return {};
    }

    Result<void> flow_queues(const Flow& flow, std::size_t i) const {
        for (std::size_t n = 0; n < flow.nodes.size(); ++n) {
            if (flow.nodes[n].type != NodeType::queue) continue;
            const auto found = std::ranges::find(d_.queues, flow.nodes[n].queue, &Queue::id);
            if (found == d_.queues.end() || found->tenant != flow.tenant) {
                return invalid(
                    item("flows", i, "nodes[" + std::to_string(n) + "].queue"),
                    "the flow's tenant has no queue " + std::to_string(flow.nodes[n].queue.value));
            }
        }
        return {};
    }

    Result<void> numbers() {
        std::unordered_set<std::string> seen;
        for (std::size_t i = 0; i < d_.numbers.size(); ++i) {
            const Number& number = d_.numbers[i];
            if (number.number.empty())
                return invalid(item("numbers", i, "number"), "must not be empty");
            if (!seen.insert(number.number).second) {
                return invalid(item("numbers", i, "number"), number.number + " is used twice");
            }
            if (auto r = known_tenant(number.tenant, item("numbers", i, "tenant")); r.has_error())
                return r;
            const auto flow = std::ranges::find(d_.flows, number.flow, &Flow::id);
            if (flow == d_.flows.end() || flow->tenant != number.tenant) {
                return invalid(item("numbers", i, "flow"), "the number's tenant has no flow " +
                                                               std::to_string(number.flow.value));
            }
        }
        return {};
    }

    Result<void> devices() {
        for (std::size_t i = 0; i < d_.devices.size(); ++i) {
            const Device& device = d_.devices[i];
            if (device.user.empty())
                return invalid(item("devices", i, "user"), "must not be empty");
            if (!devices_.emplace(device.user, device.tenant).second) {
                return invalid(item("devices", i, "user"), device.user + " is used twice");
            }
            if (auto r = known_tenant(device.tenant, item("devices", i, "tenant")); r.has_error())
                return r;
            if (device.ha1.size() != 32)
                return invalid(item("devices", i, "ha1"), "must be 32 hex digits");
        }
        return {};
    }

    Result<void> agents() {
        std::set<AgentId> seen;
        std::set<std::pair<TenantId, std::string>> numbers;
        std::set<std::string> taken;
        for (std::size_t i = 0; i < d_.agents.size(); ++i) {
            const Agent& agent = d_.agents[i];
            if (auto r = fresh_id(seen, agent.id, item("agents", i, "id")); r.has_error()) return r;
            if (auto r = known_tenant(agent.tenant, item("agents", i, "tenant")); r.has_error())
                return r;
            if (agent.number.empty() || !numbers.emplace(agent.tenant, agent.number).second) {
                return invalid(item("agents", i, "number"),
                               "must not be empty or used twice in a tenant");
            }
            if (!devices_.contains({agent.device, agent.tenant})) {
                return invalid(item("agents", i, "device"),
                               "the agent's tenant has no device \"" + agent.device + "\"");
            }
            if (!taken.insert(agent.device).second) {
                return invalid(item("agents", i, "device"),
                               "device " + agent.device + " has another agent already");
            }
        }
        return {};
    }

    Result<void> prompts() {
        for (std::size_t i = 0; i < d_.prompts.size(); ++i) {
            const Prompt& prompt = d_.prompts[i];
            if (prompt.name.empty() || !prompts_.insert(prompt.name).second) {
                return invalid(item("prompts", i, "name"), "must not be empty or used twice");
            }
            if (prompt.text.empty() && prompt.file.empty()) {
                return invalid(item("prompts", i, "text"), "a prompt needs a text or a file");
            }
        }
        return {};
    }

    Result<void> prompts_exist(const directory_check::Index& index) const {
        for (std::size_t i = 0; i < d_.flows.size(); ++i) {
            for (std::size_t n = 0; n < d_.flows[i].nodes.size(); ++n) {
                const FlowNode& node = d_.flows[i].nodes[n];
                for (const auto* list :
                     {&node.prompts, &node.invalid_prompts, &node.timeout_prompts}) {
                    for (const std::string& name : *list) {
                        if (index.has_prompt(name)) continue;
                        return invalid(item("flows", i, "nodes[" + std::to_string(n) + "].prompts"),
                                       "there is no prompt \"" + name + "\"");
                    }
                }
            }
        }
        for (std::size_t i = 0; i < d_.queues.size(); ++i) {
            const std::string& music = d_.queues[i].music;
            if (!music.empty() && !index.has_prompt(music)) {
                return invalid(item("queues", i, "music"), "there is no prompt \"" + music + "\"");
            }
        }
        return {};
    }

    const Directory& d_;
    std::set<TenantId> tenants_;
    std::set<QueueId> queues_;
    std::set<std::pair<std::string, TenantId>> devices_;
    std::set<std::string> prompts_;
};

}  // namespace

Result<void> check(const Directory& directory) {
    return Checker(directory).run();
}

}  // namespace seatline::core
