// queue: the caller leaves the flow and waits in a queue.
#include "core/ivr/node_type.h"

namespace seatline::core::ivr {
namespace {

Outcome queue_enter(const Node& node, Memory&) {
    return {EnterQueue{node.data->queue}, false, {}, false};
}

Result<void> queue_check(const FlowNode& node) {
    if (!node.queue) return invalid("queue", "is missing");
    return {};
}

}  // namespace

const NodeBehaviour kQueueNode{queue_enter, ignore_digit, never_waits, never_waits, queue_check};

}  // namespace seatline::core::ivr
