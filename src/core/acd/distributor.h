#pragma once
// Who takes which call: waiting callers in order, idle agents in order, and the match of both.
// Nothing else: no states of calls or agents, no timers.
//
// Pure and deterministic. Not thread-safe: the engine thread is its only caller. Cost: join, leave
// and a decision are O(s log n) for an agent with s queues. Callers of a queue leave in the order
// of their keys; a caller who goes back after a refused offer keeps his key and so his place.
#include <compare>
#include <cstdint>
#include <ext/pb_ds/assoc_container.hpp>
#include <ext/pb_ds/tree_policy.hpp>
#include <optional>
#include <set>
#include <vector>

#include "base/id.h"
#include "base/time.h"

namespace seatline::core {

/// Dense numbers of queues and agents inside one engine: positions in its vectors.
using QueueIndex = std::uint32_t;
using AgentIndex = std::uint32_t;

/// A waiting caller's place in its queue: compared as a tuple, never summed up.
struct WaitKey {
    std::uint32_t priority_inverse = 0;  ///< 0 is served first
    Instant since;
    std::uint64_t order = 0;  ///< arrival number: no two callers are equal
    CallId call;

    friend auto operator<=>(const WaitKey&, const WaitKey&) = default;
};

struct Match {
    WaitKey caller;
    QueueIndex queue = 0;
    AgentIndex agent = 0;
};

class Distributor {
public:
    /// Queues are numbered in the order in which they are added. A queue of higher priority is
    /// served first by an agent who has several.
    QueueIndex add_queue(std::uint32_t priority);
    /// Agents are numbered in the order in which they are added, with the queues that their skills
    /// serve.
    AgentIndex add_agent(std::vector<QueueIndex> queues);

    /// A caller starts to wait. `since` is never later than that of callers who join afterwards
    /// with equal priority.
    [[nodiscard]] WaitKey join(QueueIndex queue, CallId call, Instant since);
    /// Back after a refused offer, at the old place.
    void rejoin(QueueIndex queue, const WaitKey& key);
    /// True when the caller waited and is gone now.
    bool leave(QueueIndex queue, const WaitKey& key);

    /// An agent can take a call; `idle_since` orders the agents: the longest idle is first.
    void agent_ready(AgentIndex agent, Instant idle_since);
    void agent_not_ready(AgentIndex agent);
    [[nodiscard]] bool is_ready(AgentIndex agent) const { return agents_[agent].ready; }

    /// The match to make now for this queue's first caller, or for this agent; empty when there is
    /// none. Both sides of the match are taken out: the caller by its key, the agent as if not
    /// ready.
    [[nodiscard]] std::optional<Match> match_queue(QueueIndex queue);
    [[nodiscard]] std::optional<Match> match_agent(AgentIndex agent);

    [[nodiscard]] std::size_t waiting(QueueIndex queue) const {
        return queues_[queue].waiting.size();
    }
    [[nodiscard]] std::size_t ready_agents(QueueIndex queue) const {
        return queues_[queue].ready.size();
    }
    /// How many callers are served before this one. O(log n).
    [[nodiscard]] std::size_t ahead(QueueIndex queue, const WaitKey& key) const;

private:
    /// A red-black tree that knows its sub-tree sizes, so that a position is O(log n).
    using WaitingTree =
        __gnu_pbds::tree<WaitKey, __gnu_pbds::null_type, std::less<WaitKey>,
                         __gnu_pbds::rb_tree_tag, __gnu_pbds::tree_order_statistics_node_update>;
    struct QueueEntry {
        std::uint32_t priority = 0;
        WaitingTree waiting;
        std::set<std::pair<Instant, AgentIndex>> ready;
    };
    struct AgentEntry {
        std::vector<QueueIndex> queues;
        Instant idle_since;
        bool ready = false;
    };

    std::vector<QueueEntry> queues_;
    std::vector<AgentEntry> agents_;
    std::uint64_t next_order_ = 1;
};

}  // namespace seatline::core
