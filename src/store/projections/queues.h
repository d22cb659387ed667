#pragma once
// The projection of queue counters, by queue and the UTC quarter of an hour in which the call was
// queued. Sums are gathered in memory and added to the rows with each transaction.
#include <map>
#include <optional>
#include <tuple>

#include "core/record/records.h"
#include "store/sqlite/sqlite.h"

namespace seatline::store {

/// Thread: the writer's.
class Queues {
public:
    /// A caller's stay in a queue.
    struct Stay {
        QueueId queue;
        Instant queued_at;
    };
    /// The stay that the call is in; empty: it does not wait.
    [[nodiscard]] static std::optional<Stay> stay_of(const core::CallRecord& call);

    /// `call` is the record of the event's call, the event included; `before`: its stay before the
    /// event. A stay that ends without a word of the queue counts as left_otherwise: the sums must
    /// still agree.
    void apply(const core::Event& event, const core::CallRecord& call,
               const std::optional<Stay>& before);
    void add_wrap_up(const core::CallRecord& call, milliseconds length);
    void write(Connection& connection) const;
    void committed() { sums_.clear(); }

private:
    core::QueueCounters& of(TenantId tenant, const Stay& stay);

    std::map<std::tuple<TenantId, QueueId, std::int64_t>, core::QueueCounters> sums_;
};

/// The sum of a queue's counters over [from, to); both are cut down to quarters of an hour.
[[nodiscard]] core::QueueCounters read_counters(Connection& connection,
                                                std::pair<TenantId, QueueId> queue, Instant from,
                                                Instant to);

}  // namespace seatline::store
