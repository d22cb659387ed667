// give_back: says its prompts, if any, and hands the caller back to the agent who sent the call
// into the flow (人工转自动), with what was collected.
#include "core/ivr/node_type.h"

namespace seatline::core::ivr {
namespace {

Outcome give_back_on_played(const Node&, Memory&) {
    return {GiveBack{}, false, {}, false};
}
Outcome give_back_enter(const Node& node, Memory& memory) {
    if (node.data->prompts.empty()) return give_back_on_played(node, memory);
    return {PlayPrompts{node.data->prompts}, false, {}, false};
}
Result<void> give_back_check(const FlowNode&) {
    return {};
}

}  // namespace

const NodeBehaviour kGiveBackNode{give_back_enter, ignore_digit, give_back_on_played, never_waits,
                                  give_back_check};

}  // namespace seatline::core::ivr
