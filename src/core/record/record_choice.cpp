#include "core/record/record_choice.h"

namespace seatline::core {
namespace {

/// The finalizer of splitmix64 (Steele, Lea, Flood 2014): spreads ids, which are nearly
/// consecutive, over all 64 bits.
std::uint64_t spread(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}

bool holds(const RecordRule& rule, const RecordFacts& facts) {
    return (!rule.queue || *rule.queue == facts.queue) &&
           (!rule.agent || *rule.agent == facts.agent) &&
           (!rule.trunk || *rule.trunk == facts.trunk) &&
           (!rule.direction || *rule.direction == facts.direction);
}

}  // namespace

bool in_share(CallId call, std::uint32_t percent) {
    return spread(call.value) % 100 < percent;
}

RecordChoice::RecordChoice(const Directory& directory) {
    for (const RecordRule& rule : directory.record_rules) rules_[rule.tenant].push_back(rule);
    for (const Queue& queue : directory.queues) queues_[queue.id] = queue.record;
}

RecordMode RecordChoice::mode(const RecordFacts& facts) const {
    if (const auto rules = rules_.find(facts.tenant); rules != rules_.end()) {
        for (const RecordRule& rule : rules->second) {
            if (!holds(rule, facts)) continue;
            if (rule.mode != RecordMode::always) return rule.mode;
            return in_share(facts.call, rule.share_percent) ? RecordMode::always
                                                            : RecordMode::never;
        }
    }
    const auto queue = queues_.find(facts.queue);
    return queue == queues_.end() || queue->second ? RecordMode::always : RecordMode::never;
}

}  // namespace seatline::core
