// play: says its prompts, then goes on. Keys pressed meanwhile are dropped.
#include "core/ivr/node_type.h"

namespace seatline::core::ivr {
namespace {

Outcome play_enter(const Node& node, Memory&) { return {PlayPrompts{node.data->prompts}, false, {}}; }
Outcome play_on_played(const Node& node, Memory&) { return {GoTo{node.next}, false, {}}; }

Result<void> play_check(const FlowNode& node) {
    if (node.prompts.empty()) return invalid("prompts", "a play node needs at least one prompt");
    return {};
}

}  // namespace

const NodeBehaviour kPlayNode{play_enter, ignore_digit, play_on_played, never_waits, play_check};

}  // namespace seatline::core::ivr
