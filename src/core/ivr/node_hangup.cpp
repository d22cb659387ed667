// hangup: says its prompts, if any, and ends the call.
#include "core/ivr/node_type.h"

namespace seatline::core::ivr {
namespace {

Outcome hangup_enter(const Node& node, Memory&) {
    if (node.data->prompts.empty()) return {HangUp{}, false, {}, false};
    return {PlayPrompts{node.data->prompts}, false, {}, false};
}
Outcome hangup_on_played(const Node&, Memory&) {
    return {HangUp{}, false, {}, false};
}
Result<void> hangup_check(const FlowNode&) {
    return {};
}

}  // namespace

const NodeBehaviour kHangUpNode{hangup_enter, ignore_digit, hangup_on_played, never_waits,
                                hangup_check};

}  // namespace seatline::core::ivr
