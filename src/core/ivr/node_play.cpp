// play: says its prompts, then goes on. A key ends them and is kept for the next menu (callers who
// know the menu press ahead), unless the node is not `skippable`: then keys pressed meanwhile are
// dropped.
#include "core/ivr/node_type.h"

namespace seatline::core::ivr {
namespace {

Outcome play_enter(const Node& node, Memory&) {
    return {PlayPrompts{node.data->prompts}, false, {}, false};
}
Outcome play_on_played(const Node& node, Memory&) {
    return {GoTo{node.next}, false, {}, false};
}

Outcome play_on_digit(const Node& node, Memory&, char) {
    if (!node.data->skippable) return {StayHere{}, false, {}, false};
    return {GoTo{node.next}, false, {}, true};
}

Result<void> play_check(const FlowNode& node) {
    if (node.prompts.empty()) return invalid("prompts", "a play node needs at least one prompt");
    return {};
}

}  // namespace

const NodeBehaviour kPlayNode{play_enter, play_on_digit, play_on_played, never_waits, play_check};

}  // namespace seatline::core::ivr
