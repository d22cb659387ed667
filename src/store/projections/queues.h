#pragma once
// The projection of queue counters, by queue and the UTC quarter of an hour in which the call was
// queued. Sums are gathered in memory and added to the rows with each transaction.
#include <map>
#include <tuple>

#include "core/record/records.h"
#include "store/sqlite/sqlite.h"

namespace seatline::store {

/// Thread: the writer's.
class Queues {
public:
    /// `call` is the record of the event's call, the event included; `was_waiting`: in a queue
    /// before the event.
    void apply(const core::Event& event, const core::CallRecord& call, bool was_waiting);
    void add_wrap_up(const core::CallRecord& call, milliseconds length);
    void write(Connection& connection) const;
    void committed() { sums_.clear(); }

private:
    core::QueueCounters& of(const core::CallRecord& call);

    std::map<std::tuple<TenantId, QueueId, std::int64_t>, core::QueueCounters> sums_;
};

/// The sum of a queue's counters over [from, to); both are cut down to quarters of an hour.
[[nodiscard]] core::QueueCounters read_counters(Connection& connection,
                                                std::pair<TenantId, QueueId> queue, Instant from,
                                                Instant to);

}  // namespace seatline::store
