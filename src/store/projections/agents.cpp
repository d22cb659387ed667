#include "store/projections/agents.h"

#include "base/json.h"

namespace seatline::store {

using core::AgentInterval;
using core::AgentState;

void Agents::load(Connection& connection) {
    Query query(connection,
                "SELECT tenant, agent, from_at, seq, state, reason, call FROM agent_now");
    while (query.next()) {
        AgentInterval interval;
        interval.agent = AgentId{query.number(1)};
        interval.from = query.instant(2);
        interval.state = enum_value<AgentState>(query.text(4)).value_or(AgentState::signed_out);
        interval.reason = query.text(5);
        interval.call = CallId{query.number(6)};
        now_[{TenantId{query.number(0)}, interval.agent}] = {std::move(interval), query.number(3)};
    }
}

std::optional<AgentInterval> Agents::apply(const core::Event& event,
                                           const core::AgentStateChanged& change) {
    const Key key{event.tenant, change.agent};
    auto [found, is_first] = now_.try_emplace(key);
    std::optional<AgentInterval> ended;
    if (!is_first) {
        Stay& before = found->second;
        before.interval.to = event.at;
        ended = before.interval;
        ended_.emplace_back(event.tenant, std::move(before));
    }
    found->second = {{change.agent, change.to, change.reason, event.at, std::nullopt, change.call},
                     event.seq};
    changed_.insert(key);
    return ended;
}

CallId Agents::current_call(TenantId tenant, AgentId agent) const {
    const auto found = now_.find({tenant, agent});
    return found == now_.end() ? CallId{} : found->second.interval.call;
}

void Agents::write(Connection& connection) const {
    for (const auto& [tenant, stay] : ended_) {
        const AgentInterval& i = stay.interval;
        Query(connection, "INSERT INTO agent_intervals VALUES (?1,?2,?3,?4,?5,?6,?7,?8)")
            .bind(tenant, i.agent, i.from, stay.seq, *i.to, enum_name(i.state), i.reason, i.call)
            .run();
    }
    for (const Key& key : changed_) {
        const Stay& stay = now_.at(key);
        const AgentInterval& i = stay.interval;
        Query(connection, "REPLACE INTO agent_now VALUES (?1,?2,?3,?4,?5,?6,?7)")
            .bind(key.first, i.agent, i.from, stay.seq, enum_name(i.state), i.reason, i.call)
            .run();
    }
}

void Agents::committed() {
    ended_.clear();
    changed_.clear();
}

std::vector<AgentInterval> Agents::open_intervals() const {
    std::vector<AgentInterval> intervals;
    for (const auto& [key, stay] : now_) {
        if (stay.interval.state != AgentState::signed_out) intervals.push_back(stay.interval);
    }
    return intervals;
}

std::vector<AgentInterval> read_intervals(Connection& connection,
                                          std::pair<TenantId, AgentId> agent, Instant from,
                                          Instant to) {
    // One statement reads one snapshot: no gap between the last ended interval and the open one.
    // The inner select finds the interval that `from` falls into, so that the cost is by the answer
    // and not by history.
    Query query(connection,
                "SELECT from_at, to_at, state, reason, call, seq FROM agent_intervals WHERE "
                "tenant=?1 AND agent=?2"
                " AND from_at >= coalesce((SELECT max(from_at) FROM agent_intervals"
                "   WHERE tenant=?1 AND agent=?2 AND from_at <= ?3), ?3)"
                " AND from_at < ?4 AND to_at > ?3"
                " UNION ALL SELECT from_at, NULL, state, reason, call, seq FROM agent_now"
                " WHERE tenant=?1 AND agent=?2 AND from_at < ?4 ORDER BY 1, 6");
    query.bind(agent.first, agent.second, from, to);
    std::vector<AgentInterval> intervals;
    while (query.next()) {
        AgentInterval& i = intervals.emplace_back();
        i.agent = agent.second;
        i.from = query.instant(0);
        i.to = query.optional_instant(1);
        i.state = enum_value<AgentState>(query.text(2)).value_or(AgentState::signed_out);
        i.reason = query.text(3);
        i.call = CallId{query.number(4)};
    }
    return intervals;
}

}  // namespace seatline::store
