#include "store/projections/queues.h"

#include <algorithm>

#include "store/projections/call_entry.h"

namespace seatline::store {

using namespace core;

namespace {

using Quarters = std::chrono::duration<std::int64_t, std::ratio<900>>;

std::int64_t quarter_of(Instant t) {
    return microseconds{std::chrono::floor<Quarters>(t.time_since_epoch())}.count();
}

std::uint64_t count_ms(milliseconds length) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, length.count()));
}

}  // namespace

std::optional<Queues::Stay> Queues::stay_of(const CallRecord& call) {
    if (!call.queue || !is_waiting(call)) return std::nullopt;
    return Stay{*call.queue, *call.queued_at};
}

QueueCounters& Queues::of(TenantId tenant, const Stay& stay) {
    return sums_[{tenant, stay.queue, quarter_of(stay.queued_at)}];
}

void Queues::apply(const Event& event, const CallRecord& call, const std::optional<Stay>& before) {
    if (!call.queue) return;
    const Stay last{*call.queue, *call.queued_at};
    if (std::holds_alternative<CallQueued>(event.body)) {
        if (before) ++of(call.tenant, *before).left_otherwise;
        ++of(call.tenant, last).offered;
    } else if (const auto* left = std::get_if<CallLeftQueue>(&event.body)) {
        if (!before) return;
        QueueCounters& sum = of(call.tenant, *before);
        sum.wait_ms += count_ms(left->waited_ms);
        switch (left->outcome) {
            case QueueOutcome::answered:
                ++sum.answered;
                sum.answered_in_level += left->in_service_level ? 1 : 0;
                break;
            case QueueOutcome::abandoned:
                ++sum.abandoned;
                break;
            default:
                ++sum.left_otherwise;
        }
    } else if (std::holds_alternative<CallEnded>(event.body)) {
        if (before) ++of(call.tenant, *before).left_otherwise;
        if (call.talk_started_at) of(call.tenant, last).talk_ms += count_ms(call.talk_ms);
    }
}

void Queues::add_wrap_up(const CallRecord& call, milliseconds length) {
    if (call.queue) of(call.tenant, {*call.queue, *call.queued_at}).wrap_up_ms += count_ms(length);
}

void Queues::write(Connection& connection) const {
    for (const auto& [key, sum] : sums_) {
        const auto& [tenant, queue, quarter] = key;
        Query(connection,
              "INSERT INTO queue_quarters VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11) ON CONFLICT "
              "DO UPDATE SET"
              " offered=offered+excluded.offered, answered=answered+excluded.answered,"
              " answered_in_level=answered_in_level+excluded.answered_in_level,"
              " abandoned=abandoned+excluded.abandoned, "
              "left_otherwise=left_otherwise+excluded.left_otherwise,"
              " wait_ms=wait_ms+excluded.wait_ms, talk_ms=talk_ms+excluded.talk_ms,"
              " wrap_up_ms=wrap_up_ms+excluded.wrap_up_ms")
            .bind(tenant, queue, quarter, sum.offered, sum.answered, sum.answered_in_level,
                  sum.abandoned)
            .bind(sum.left_otherwise, sum.wait_ms, sum.talk_ms, sum.wrap_up_ms)
            .run();
    }
}

QueueCounters read_counters(Connection& connection, std::pair<TenantId, QueueId> queue,
                            Instant from, Instant to) {
    Query query(connection,
                "SELECT sum(offered), sum(answered), sum(answered_in_level), sum(abandoned), "
                "sum(left_otherwise),"
                " sum(wait_ms), sum(talk_ms), sum(wrap_up_ms) FROM queue_quarters"
                " WHERE tenant=?1 AND queue=?2 AND quarter_at>=?3 AND quarter_at<?4");
    query.bind(queue.first, queue.second, quarter_of(from), quarter_of(to));
    if (!query.next()) return {};
    return {query.number(0), query.number(1), query.number(2), query.number(3),
            query.number(4), query.number(5), query.number(6), query.number(7)};
}

}  // namespace seatline::store
