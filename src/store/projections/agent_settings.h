#pragma once
// What agents have set for themselves: where their calls are forwarded to.
#include <map>
#include <set>
#include <vector>

#include "core/engine/event.h"
#include "store/sqlite/sqlite.h"

namespace seatline::store {

/// Thread: the writer's; all() by any thread that holds the writer's mutex.
class AgentSettings {
public:
    void load(Connection& connection);
    void apply(const core::Event& event);
    void write(Connection& connection) const;
    void committed() { changed_.clear(); }

    [[nodiscard]] std::vector<core::AgentForwardSet> all() const;

private:
    using Key = std::pair<TenantId, AgentId>;
    std::map<Key, core::AgentForwardSet> forwards_;
    std::set<Key> changed_;  ///< ahead of their rows
};

}  // namespace seatline::store
