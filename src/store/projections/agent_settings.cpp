#include "store/projections/agent_settings.h"

namespace seatline::store {

using core::AgentForwardSet;

void AgentSettings::load(Connection& connection) {
    Query query(connection,
                "SELECT tenant, agent, forward_always, forward_on_busy, forward_on_no_answer"
                " FROM agent_settings");
    while (query.next()) {
        forwards_[{TenantId{query.number(0)}, AgentId{query.number(1)}}] = {
            AgentId{query.number(1)}, std::string(query.text(2)), std::string(query.text(3)),
            std::string(query.text(4))};
    }
}

void AgentSettings::apply(const core::Event& event) {
    const auto* set = std::get_if<AgentForwardSet>(&event.body);
    if (set == nullptr) return;
    forwards_[{event.tenant, set->agent}] = *set;
    changed_.emplace(event.tenant, set->agent);
}

void AgentSettings::write(Connection& connection) const {
    for (const Key& key : changed_) {
        const AgentForwardSet& set = forwards_.at(key);
        Query(connection, "REPLACE INTO agent_settings VALUES (?1,?2,?3,?4,?5)")
            .bind(key.first, key.second, set.always, set.on_busy, set.on_no_answer)
            .run();
    }
}

std::vector<AgentForwardSet> AgentSettings::all() const {
    std::vector<AgentForwardSet> sets;
    for (const auto& [key, set] : forwards_) sets.push_back(set);
    return sets;
}

}  // namespace seatline::store
