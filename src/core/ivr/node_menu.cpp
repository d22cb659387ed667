// menu: says its prompts, waits for one key, goes where the key leads. A wrong key or a time-out
// counts as a failure and says the menu again; after `tries` failures the flow goes to on_failure.
// A key may be pressed while prompts play.
#include "core/ivr/node_type.h"

namespace seatline::core::ivr {
namespace {

Outcome menu_enter(const Node& node, Memory& memory) {
    memory = {};
    return {PlayPrompts{node.data->prompts}, false, {}, false};
}

Outcome fail(const Node& node, Memory& memory, const std::vector<std::string>& say_first) {
    memory.collecting = false;
    if (++memory.failures >= node.data->tries) return {GoTo{node.on_failure}, true, {}, false};
    PlayPrompts again{say_first};
    again.prompts.insert(again.prompts.end(), node.data->prompts.begin(), node.data->prompts.end());
    return {std::move(again), true, {}, false};
}

Outcome menu_on_digit(const Node& node, Memory& memory, char digit) {
    for (const auto& [key, target] : node.choices) {
        if (key == digit) return {GoTo{target}, true, std::string(1, digit), false};
    }
    Outcome outcome = fail(node, memory, node.data->invalid_prompts);
    outcome.digits = digit;
    return outcome;
}

Outcome menu_on_played(const Node& node, Memory& memory) {
    memory.collecting = true;
    return {WaitForDigit{node.data->timeout_s}, false, {}, false};
}

Outcome menu_on_timeout(const Node& node, Memory& memory) {
    return fail(node, memory, node.data->timeout_prompts);
}

Result<void> check_choice(const std::vector<MenuChoice>& choices, std::size_t index) {
    const std::string path = "choices[" + std::to_string(index) + "].key";
    const std::string& key = choices[index].key;
    if (key.size() != 1 ||
        std::string_view("0123456789*#").find(key[0]) == std::string_view::npos) {
        return invalid(path, "must be one of 0-9, * or #");
    }
    for (std::size_t i = 0; i < index; ++i) {
        if (choices[i].key == key) return invalid(path, "key " + key + " is used twice");
    }
    return {};
}

Result<void> menu_check(const FlowNode& node) {
    if (node.prompts.empty()) return invalid("prompts", "a menu needs at least one prompt");
    if (node.choices.empty()) return invalid("choices", "a menu needs at least one choice");
    if (node.tries < 1 || node.tries > 20) return invalid("tries", "must be between 1 and 20");
    if (node.timeout_s < 1s || node.timeout_s > 60s)
        return invalid("timeout_s", "must be between 1 and 60");
    for (std::size_t i = 0; i < node.choices.size(); ++i) {
        if (auto r = check_choice(node.choices, i); r.has_error()) return r;
    }
    return {};
}

}  // namespace

const NodeBehaviour kMenuNode{menu_enter, menu_on_digit, menu_on_played, menu_on_timeout,
                              menu_check};

}  // namespace seatline::core::ivr
