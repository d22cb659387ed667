#pragma once
// The interface of one node type: a table of functions, so that adding a type is a file and a line
// in flow.cpp.
#include "core/ivr/flow.h"

namespace seatline::core::ivr {

struct NodeBehaviour {
    Outcome (*enter)(const Node&, Memory&);
    Outcome (*on_digit)(const Node&, Memory&, char);
    Outcome (*on_played)(const Node&, Memory&);
    Outcome (*on_timeout)(const Node&, Memory&);
    /// What this type needs of its data, beyond the links. Errors: invalid, field relative to the
    /// node ("choices[0].key").
    Result<void> (*check)(const FlowNode&);
};

/// For types that take no digits.
inline Outcome ignore_digit(const Node&, Memory&, char) {
    return {StayHere{}, false, {}, false};
}
/// For types that never wait for the end of prompts or a time-out.
inline Outcome never_waits(const Node&, Memory&) {
    return {StayHere{}, false, {}, false};
}

extern const NodeBehaviour kPlayNode;
extern const NodeBehaviour kMenuNode;
extern const NodeBehaviour kQueueNode;
extern const NodeBehaviour kHangUpNode;
extern const NodeBehaviour kTransferNode;
extern const NodeBehaviour kCollectNode;
extern const NodeBehaviour kGiveBackNode;

}  // namespace seatline::core::ivr
