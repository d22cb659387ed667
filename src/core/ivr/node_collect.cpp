// collect: says its prompts and takes keys into a variable until `max_digits` are there or # ends
// them; * takes back what was typed. The time-out runs anew after each key: with enough keys it
// ends the input as # does, else it is a failure, as is # after too few. After `tries` failures the
// flow goes to on_failure. Keys may be typed while prompts play and before. What a `secret` node
// takes leaves it in Outcome::collected only; in Outcome::digits each key is a *.
#include <algorithm>

#include "core/ivr/node_type.h"

namespace seatline::core::ivr {
namespace {

Outcome collect_enter(const Node& node, Memory& memory) {
    memory = {};
    // Without a prompt (what to type was said before) the first time-out starts at once.
    if (node.data->prompts.empty()) return {WaitForDigit{node.data->timeout_s}, false, {}, false};
    return {PlayPrompts{node.data->prompts}, false, {}, false};
}

Outcome done(const Node& node, Memory& memory) {
    Collected collected{node.data->variable, std::move(memory.digits), node.data->secret};
    std::string shown = collected.shown();
    memory = {};
    return {GoTo{node.next}, true, std::move(shown), false, std::move(collected)};
}

Outcome fail(const Node& node, Memory& memory, const std::vector<std::string>& say_first) {
    std::string shown = Collected{{}, std::move(memory.digits), node.data->secret}.shown();
    memory.digits.clear();
    memory.collecting = false;
    if (++memory.failures >= node.data->tries)
        return {GoTo{node.on_failure}, true, std::move(shown), false};
    PlayPrompts again{say_first};
    again.prompts.insert(again.prompts.end(), node.data->prompts.begin(), node.data->prompts.end());
    if (again.prompts.empty())
        return {WaitForDigit{node.data->timeout_s}, true, std::move(shown), false};
    return {std::move(again), true, std::move(shown), false};
}

bool enough(const Node& node, const Memory& memory) {
    return memory.digits.size() >= node.data->min_digits;
}

Outcome collect_on_digit(const Node& node, Memory& memory, char digit) {
    memory.collecting = true;
    if (digit == '#') {
        return enough(node, memory) ? done(node, memory)
                                    : fail(node, memory, node.data->invalid_prompts);
    }
    if (digit == '*') {
        memory.digits.clear();
    } else if (digit >= '0' && digit <= '9') {
        memory.digits += digit;
        if (memory.digits.size() >= node.data->max_digits) return done(node, memory);
    }
    return {WaitForDigit{node.data->timeout_s}, false, {}, false};
}

Outcome collect_on_played(const Node& node, Memory& memory) {
    memory.collecting = true;
    return {WaitForDigit{node.data->timeout_s}, false, {}, false};
}

Outcome collect_on_timeout(const Node& node, Memory& memory) {
    // No key at all is never an answer, even where no key is needed: # says "nothing".
    if (!memory.digits.empty() && enough(node, memory)) return done(node, memory);
    return fail(node, memory, node.data->timeout_prompts);
}

bool is_name_sign(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

Result<void> collect_check(const FlowNode& node) {
    if (node.next.empty()) return invalid("next", "is missing: where the flow goes with the input");
    if (node.variable.empty() || node.variable.size() > 40 ||
        !std::ranges::all_of(node.variable, is_name_sign)) {
        return invalid("variable", "must be 1 to 40 of a-z, 0-9 and _");
    }
    if (node.max_digits < 1 || node.max_digits > 40)
        return invalid("max_digits", "must be between 1 and 40");
    if (node.min_digits > node.max_digits)
        return invalid("min_digits", "must not be more than max_digits");
    if (node.tries < 1 || node.tries > 20) return invalid("tries", "must be between 1 and 20");
    if (node.timeout_s < 1s || node.timeout_s > 60s)
        return invalid("timeout_s", "must be between 1 and 60");
    return {};
}

}  // namespace

const NodeBehaviour kCollectNode{collect_enter, collect_on_digit, collect_on_played,
                                 collect_on_timeout, collect_check};

}  // namespace seatline::core::ivr
