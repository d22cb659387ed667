#pragma once
// Flows (IVR) as a machine of pure steps: a node is entered, hears digits, the end of its prompts
// or its time-out, and answers with the next Step. What a step means for the call is the engine's
// business. One file a node type (node_play.cpp, node_menu.cpp, ...); the list of types is in
// flow.cpp.
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "core/engine/directory.h"

namespace seatline::core::ivr {

using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kNoNode =
    ~NodeIndex{0};  ///< as a target: the flow ends, the call is hung up

/// A node with its links resolved; refers to the Directory's text, which outlives it.
struct Node {
    const FlowNode* data = nullptr;
    NodeIndex next = kNoNode;
    NodeIndex on_failure = kNoNode;
    std::vector<std::pair<char, NodeIndex>> choices;
};

/// What a node remembers of the call while it is in it.
struct Memory {
    std::uint32_t failures = 0;
    bool collecting = false;  ///< prompts are over, the time-out runs
    std::string digits;       ///< typed so far (collect); secrets too, so never written down
};

// ---- steps: what a node wants
// --------------------------------------------------------------------------------------
struct PlayPrompts {
    std::vector<std::string> prompts;
};  ///< then on_played; a digit stops them if the node takes it
struct WaitForDigit {
    seconds timeout{0};
};  ///< then on_digit or on_timeout; prompts that still play are stopped: somebody types
struct GoTo {
    NodeIndex node = kNoNode;
};
struct EnterQueue {
    QueueId queue;
};
struct HangUp {};
struct TransferTo {
    Target target;
};                   ///< the call leaves the flow for good
struct GiveBack {};  ///< to the agent who sent the caller here, with all that was collected; with
                     ///< no such agent the call is hung up
struct StayHere {};  ///< nothing changes: a digit that this node does not take
using Step = std::variant<PlayPrompts, WaitForDigit, GoTo, EnterQueue, HangUp, StayHere, TransferTo,
                          GiveBack>;

/// What a collect node found out. A secret `value` is for the engine's own use: it may be in no
/// event, record or log; NamedValue carries shown() instead.
struct Collected {
    std::string name;
    std::string value;
    bool secret = false;

    /// The value, or one * for each key of a secret.
    [[nodiscard]] std::string shown() const {
        return secret ? std::string(value.size(), '*') : value;
    }
};

/// A step and, when the node took input, the digits that it took (empty text: a time-out was its
/// input).
struct Outcome {
    Step step;
    bool took_input = false;
    std::string digits;  ///< fit for an event: of a secret one * for each key
    bool keep_digit =
        false;  ///< the digit was not this node's: it is typed ahead for the next that takes one
    std::optional<Collected> collected = {};
};

/// A checked flow, ready to run.
struct CompiledFlow {
    const Flow* data = nullptr;
    std::vector<Node> nodes;
    NodeIndex start = 0;
};

/// Resolves the links. The flow has passed check(Directory).
[[nodiscard]] CompiledFlow compile(const Flow& flow);
/// Errors: invalid, field relative to the flow ("nodes[2].choices[0].next").
[[nodiscard]] Result<void> check_nodes(const Flow& flow);

[[nodiscard]] Outcome enter(const Node& node, Memory& memory);
[[nodiscard]] Outcome on_digit(const Node& node, Memory& memory, char digit);
[[nodiscard]] Outcome on_played(const Node& node, Memory& memory);
[[nodiscard]] Outcome on_timeout(const Node& node, Memory& memory);

}  // namespace seatline::core::ivr
