#pragma once
// The projection of agents' states: an interval begins with one change and ends with the next, so
// the intervals of an agent join without gap. Ended ones are inserted once; the one that an agent
// is in is a row of `agent_now`.
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/record/records.h"
#include "store/sqlite/sqlite.h"

namespace seatline::store {

/// Thread: the writer's; open_intervals() by any thread that holds the writer's mutex.
class Agents {
public:
    void load(Connection& connection);
    /// Answers the interval that the change ended; empty for the agent's first.
    std::optional<core::AgentInterval> apply(const core::Event& event,
                                             const core::AgentStateChanged& change);
    /// The call of the agent's present interval; 0: none.
    [[nodiscard]] CallId current_call(TenantId tenant, AgentId agent) const;
    void write(Connection& connection) const;
    void committed();

    [[nodiscard]] std::vector<core::AgentInterval> open_intervals() const;

private:
    using Key = std::pair<TenantId, AgentId>;
    struct Stay {
        core::AgentInterval interval;
        std::uint64_t seq = 0;  ///< of the change that began it
    };
    std::map<Key, Stay> now_;
    std::set<Key> changed_;                         ///< of now_, ahead of their rows
    std::vector<std::pair<TenantId, Stay>> ended_;  ///< to be inserted
};

/// The intervals of an agent that touch [from, to), in order; the last may be open.
[[nodiscard]] std::vector<core::AgentInterval> read_intervals(Connection& connection,
                                                              std::pair<TenantId, AgentId> agent,
                                                              Instant from, Instant to);

}  // namespace seatline::store
