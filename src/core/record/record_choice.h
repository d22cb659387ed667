#pragma once
// Whether a call is recorded. The first of the tenant's rules whose conditions all hold decides;
// without one the queue's `record`, and calls without a queue are recorded. A share is taken by a
// fixed hash of the call id, so that the same call gets the same answer as often as it is asked,
// also in a replay of the journal.
#include <unordered_map>
#include <vector>

#include "core/engine/directory.h"

namespace seatline::core {

/// What rules ask about. 0 is none: a condition on a queue never holds for a call without one.
struct RecordFacts {
    CallId call;
    TenantId tenant;
    QueueId queue;
    AgentId agent;  ///< who talks, or made the call
    TrunkId trunk;
    CallDirection direction = CallDirection::inbound;
};

class RecordChoice {
public:
    /// Copies the rules of a checked Directory.
    explicit RecordChoice(const Directory& directory);

    /// on_demand: only when the agent asks for it. Calls that a share leaves out are `never`.
    [[nodiscard]] RecordMode mode(const RecordFacts& facts) const;

private:
    std::unordered_map<TenantId, std::vector<RecordRule>> rules_;
    std::unordered_map<QueueId, bool> queues_;
};

/// Whether this call is one of `percent` of a hundred; 0 takes none, 100 takes all. What is in a
/// share is also in every larger one.
[[nodiscard]] bool in_share(CallId call, std::uint32_t percent);

}  // namespace seatline::core
