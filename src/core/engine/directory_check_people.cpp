// Agents: their phones, what is shown when they call, where their calls are forwarded to.
#include <algorithm>

#include "core/agent/rights.h"
#include "core/engine/directory_check.h"
#include "core/route/dial_plan.h"

namespace seatline::core::directory_check {
namespace {

constexpr std::size_t kMaxDevices = 5;

bool all_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
}

Result<void> device_secrets(const Index& index) {
    for (std::size_t i = 0; i < index.d.devices.size(); ++i) {
        const std::string& ha1 = index.d.devices[i].ha1_sha256;
        if (!ha1.empty() && (ha1.size() != 64 || !all_hex(ha1)))
            return invalid(item("devices", i, "ha1_sha256"), "must be 64 hex digits or empty");
    }
    return {};
}

/// Every phone rings for one agent at most.
Result<void> other_devices(const Index& index) {
    std::unordered_set<std::string> taken;
    for (const Agent& agent : index.d.agents) taken.insert(agent.device);
    for (std::size_t i = 0; i < index.d.agents.size(); ++i) {
        const Agent& agent = index.d.agents[i];
        const std::string path = item("agents", i, "other_devices");
        if (agent.other_devices.size() + 1 > kMaxDevices) {
            return invalid(
                path, "an agent has at most " + std::to_string(kMaxDevices) + " devices in all");
        }
        for (const std::string& device : agent.other_devices) {
            if (!Index::has(index.devices, device, agent.tenant))
                return invalid(path, "the agent's tenant has no device \"" + device + "\"");
            if (!taken.insert(device).second)
                return invalid(path, "device " + device + " rings for an agent already");
        }
    }
    return {};
}

Result<void> forwards(const Agent& agent, const DialPlan& plan, std::size_t i) {
    const AgentForwardSet set{agent.id, agent.forward_always, agent.forward_on_busy,
                              agent.forward_on_no_answer};
    const auto error = forward_refusal(agent, set, plan);
    if (!error) return {};
    std::string field = error->field;  // "forward.always"
    std::ranges::replace(field, '.', '_');
    return invalid(item("agents", i, field), error->reason);
}

}  // namespace

Result<void> people(const Index& index) {
    if (auto r = device_secrets(index); r.has_error()) return r;
    if (auto r = other_devices(index); r.has_error()) return r;
    const DialPlan plan(index.d);
    for (std::size_t i = 0; i < index.d.agents.size(); ++i) {
        const Agent& agent = index.d.agents[i];
        if (agent.number.starts_with('*'))
            return invalid(item("agents", i, "number"), "must not begin with *: those are codes");
        if (!agent.caller_number.empty() &&
            !Index::has(index.numbers, agent.caller_number, agent.tenant)) {
            return invalid(item("agents", i, "caller_number"),
                           "the agent's tenant has no number " + agent.caller_number);
        }
        if (auto r = in_range(agent.direct_ring_s, 1s, 300s, item("agents", i, "direct_ring_s"));
            r.has_error())
            return r;
        if (auto r = forwards(agent, plan, i); r.has_error()) return r;
    }
    return {};
}

}  // namespace seatline::core::directory_check
