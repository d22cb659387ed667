#include "core/ivr/flow.h"

#include "core/ivr/node_type.h"

namespace seatline::core::ivr {
namespace {

/// The one list of node types.
const NodeBehaviour& behaviour(NodeType type) {
    switch (type) {
        case NodeType::play:
            return kPlayNode;
        case NodeType::menu:
            return kMenuNode;
        case NodeType::queue:
            return kQueueNode;
        case NodeType::hangup:
            return kHangUpNode;
        case NodeType::transfer:
            return kTransferNode;
        case NodeType::collect:
            return kCollectNode;
        case NodeType::give_back:
            return kGiveBackNode;
    }
    assertion_failed("known node type", __FILE__, __LINE__);
}

/// kNoNode for the empty name and for an unknown one.
NodeIndex find_node(const Flow& flow, const std::string& id) {
    for (NodeIndex i = 0; i < flow.nodes.size(); ++i) {
        if (flow.nodes[i].id == id) return i;
    }
    return kNoNode;
}

Result<void> check_link(const Flow& flow, const std::string& target, const std::string& path) {
    if (!target.empty() && find_node(flow, target) == kNoNode) {
        return invalid(path, "there is no node \"" + target + "\" in this flow");
    }
    return {};
}

Result<void> check_node(const Flow& flow, std::size_t index) {
    const FlowNode& node = flow.nodes[index];
    const std::string path = "nodes[" + std::to_string(index) + "].";
    if (node.id.empty()) return invalid(path + "id", "must not be empty");
    if (find_node(flow, node.id) != index)
        return invalid(path + "id", "\"" + node.id + "\" is used twice");
    if (auto r = check_link(flow, node.next, path + "next"); r.has_error()) return r;
    if (auto r = check_link(flow, node.on_failure, path + "on_failure"); r.has_error()) return r;
    for (std::size_t i = 0; i < node.choices.size(); ++i) {
        const std::string choice = path + "choices[" + std::to_string(i) + "].next";
        if (node.choices[i].next.empty()) return invalid(choice, "is missing");
        if (auto r = check_link(flow, node.choices[i].next, choice); r.has_error()) return r;
    }
    if (auto r = behaviour(node.type).check(node); r.has_error()) {
        return invalid(path + r.error().field, r.error().reason);
    }
    return {};
}

}  // namespace

Result<void> check_nodes(const Flow& flow) {
    if (flow.nodes.empty()) return invalid("nodes", "a flow needs at least one node");
    if (find_node(flow, flow.start) == kNoNode) {
        return invalid("start", "there is no node \"" + flow.start + "\" in this flow");
    }
    for (std::size_t i = 0; i < flow.nodes.size(); ++i) {
        if (auto r = check_node(flow, i); r.has_error()) return r;
    }
    return {};
}

CompiledFlow compile(const Flow& flow) {
    CompiledFlow out{&flow, {}, find_node(flow, flow.start)};
    SEATLINE_ASSERT(out.start != kNoNode);
    for (const FlowNode& data : flow.nodes) {
        Node& node = out.nodes.emplace_back();
        node.data = &data;
        node.next = find_node(flow, data.next);
        node.on_failure = find_node(flow, data.on_failure);
        for (const MenuChoice& choice : data.choices) {
            node.choices.emplace_back(choice.key.at(0), find_node(flow, choice.next));
        }
    }
    return out;
}

Outcome enter(const Node& node, Memory& memory) {
    return behaviour(node.data->type).enter(node, memory);
}
Outcome on_digit(const Node& node, Memory& memory, char digit) {
    return behaviour(node.data->type).on_digit(node, memory, digit);
}
Outcome on_played(const Node& node, Memory& memory) {
    return behaviour(node.data->type).on_played(node, memory);
}
Outcome on_timeout(const Node& node, Memory& memory) {
    return behaviour(node.data->type).on_timeout(node, memory);
}

}  // namespace seatline::core::ivr
