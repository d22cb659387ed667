// Tenants' settings, which calls are recorded, and where flows pass calls on to.
#include "base/json.h"
#include "core/engine/directory_check.h"

namespace seatline::core::directory_check {
namespace {

Result<void> tenant(const Index& index, std::size_t i) {
    const Tenant& tenant = index.d.tenants[i];
    if (!tenant.hold_music.empty() && !index.has_prompt(tenant.hold_music)) {
        return invalid(item("tenants", i, "hold_music"),
                       "there is no prompt \"" + tenant.hold_music + "\"");
    }
    if (tenant.recordings_kept_days > 36'500)
        return invalid(item("tenants", i, "recordings_kept_days"), "must be at most 36500");
    return in_range(tenant.outbound_wrap_up_s, 0s, 3600s, item("tenants", i, "outbound_wrap_up_s"));
}

Result<void> record_rule(const Index& index, std::size_t i) {
    const RecordRule& rule = index.d.record_rules[i];
    const auto none = [i](const char* field, const std::string& what) -> Result<void> {
        return invalid(item("record_rules", i, field), what);
    };
    if (!index.tenants.contains(rule.tenant))
        return none("tenant", "there is no tenant " + std::to_string(rule.tenant.value));
    if (rule.queue && !Index::has(index.queues, *rule.queue, rule.tenant))
        return none("queue", "the rule's tenant has no queue " + std::to_string(rule.queue->value));
    if (rule.agent && !Index::has(index.agents, *rule.agent, rule.tenant))
        return none("agent", "the rule's tenant has no agent " + std::to_string(rule.agent->value));
    if (rule.trunk && !index.trunks.contains(*rule.trunk))
        return none("trunk", "there is no trunk " + std::to_string(rule.trunk->value));
    if (rule.share_percent > 100) return none("share_percent", "must be between 0 and 100");
    return {};
}

bool has_target(const Index& index, const Target& target, TenantId tenant) {
    switch (target.kind) {
        case TargetKind::agent:
            return Index::has(index.agents, AgentId{target.id}, tenant);
        case TargetKind::queue:
            return Index::has(index.queues, QueueId{target.id}, tenant);
        case TargetKind::flow:
            return Index::has(index.flows, FlowId{target.id}, tenant);
        case TargetKind::mailbox:
            return Index::has(index.mailboxes, MailboxId{target.id}, tenant);
        case TargetKind::conference:
            return Index::has(index.conferences, ConferenceId{target.id}, tenant);
        case TargetKind::number:
            return true;  // the node's own check has seen its digits
    }
    assertion_failed("known kind of target", __FILE__, __LINE__);
}

Result<void> flow_targets(const Index& index, std::size_t i) {
    const Flow& flow = index.d.flows[i];
    for (std::size_t n = 0; n < flow.nodes.size(); ++n) {
        const FlowNode& node = flow.nodes[n];
        if (node.type != NodeType::transfer || has_target(index, node.target, flow.tenant))
            continue;
        return invalid(item("flows", i, "nodes[" + std::to_string(n) + "].target.id"),
                       "the flow's tenant has no such " + std::string(enum_name(node.target.kind)) +
                           " " + std::to_string(node.target.id));
    }
    return {};
}

}  // namespace

Result<void> rules(const Index& index) {
    for (std::size_t i = 0; i < index.d.tenants.size(); ++i) {
        if (auto r = tenant(index, i); r.has_error()) return r;
    }
    for (std::size_t i = 0; i < index.d.record_rules.size(); ++i) {
        if (auto r = record_rule(index, i); r.has_error()) return r;
    }
    for (std::size_t i = 0; i < index.d.flows.size(); ++i) {
        if (auto r = flow_targets(index, i); r.has_error()) return r;
    }
    return {};
}

}  // namespace seatline::core::directory_check
