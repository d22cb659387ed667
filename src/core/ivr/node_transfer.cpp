// transfer: says its prompts, if any, and sends the call to its target for good: an agent, queue,
// flow, outside number, mailbox or conference.
#include "core/ivr/node_type.h"
#include "core/route/dial_plan.h"

namespace seatline::core::ivr {
namespace {

Outcome transfer_on_played(const Node& node, Memory&) {
    return {TransferTo{node.data->target}, false, {}, false};
}
Outcome transfer_enter(const Node& node, Memory& memory) {
    if (node.data->prompts.empty()) return transfer_on_played(node, memory);
    return {PlayPrompts{node.data->prompts}, false, {}, false};
}

Result<void> transfer_check(const FlowNode& node) {
    if (node.target.kind == TargetKind::number) {
        if (auto r = check_outside_number(node.target.number); r.has_error())
            return invalid("target.number", r.error().reason);
        return {};
    }
    if (node.target.id == 0) return invalid("target.id", "is missing");
    return {};
}

}  // namespace

const NodeBehaviour kTransferNode{transfer_enter, ignore_digit, transfer_on_played, never_waits,
                                  transfer_check};

}  // namespace seatline::core::ivr
