#include "store/projections/today.h"

#include <algorithm>

#include "base/log.h"
#include "base/time_zone.h"
#include "store/projections/call_entry.h"
#include "store/projections/call_row.h"
#include "store/projections/queues.h"

namespace seatline::store {

using namespace core;

namespace {

Instant day_start(const Tenant& tenant, Instant now) {
    const auto zone = TimeZone::load(tenant.time_zone);
    if (zone.has_value()) return zone->day_start(now);
    log::warn("store: tenant {}: {}; its days are those of UTC", tenant.id.value,
              zone.error().text());
    return Instant{std::chrono::floor<std::chrono::days>(now.time_since_epoch())};
}

void seed_queues(Connection& connection, const Directory& directory,
                 const std::vector<CallRecord>& open, std::pair<TenantId, Instant> day,
                 LiveBoard& board) {
    const Instant end = day.second + hours{48};
    for (const Queue& queue : directory.queues) {
        if (queue.tenant != day.first) continue;
        QueueCounters today = read_counters(connection, {queue.tenant, queue.id}, day.second, end);
        // Callers who wait since yesterday are offered to this day too (LiveBoard::roll_day does
        // the same).
        today.offered += static_cast<std::uint64_t>(
            std::count_if(open.begin(), open.end(), [&](const CallRecord& c) {
                return c.tenant == queue.tenant && c.queue == queue.id && is_waiting(c) &&
                       *c.queued_at < day.second;
            }));
        board.seed(queue.id, today);
    }
}

void seed_agent_sums(Connection& connection, std::pair<TenantId, Instant> day, LiveBoard& board) {
    Query query(
        connection,
        "SELECT agent, sum(talk_started_at>=?2), sum(iif(ended_at>=?2, talk_ms, 0)) FROM calls"
        " INDEXED BY calls_by_time WHERE tenant=?1 AND arrived_at>=?3 AND agent IS NOT NULL GROUP "
        "BY agent");
    // A call of today may have arrived before midnight.
    query.bind(day.first, day.second, day.second - hours{24});
    while (query.next()) board.seed(AgentId{query.number(0)}, query.number(1), query.number(2));
}

void seed_agents(Connection& connection, const Directory& directory,
                 const Database::OpenState& open, LiveBoard& board) {
    for (const AgentInterval& interval : open.agents) {
        const auto agent = std::find_if(directory.agents.begin(), directory.agents.end(),
                                        [&](const Agent& a) { return a.id == interval.agent; });
        if (agent == directory.agents.end()) continue;
        std::optional<CallEntry> entry;
        if (interval.call) entry = load_entry(connection, agent->tenant, interval.call);
        board.seed(interval, entry ? &entry->record : nullptr);
    }
}

}  // namespace

LiveBoard make_live_board(Connection& connection, const Directory& directory,
                          const Database::OpenState& open, Instant now) {
    LiveBoard board(directory);
    for (const Tenant& tenant : directory.tenants) {
        const std::pair day{tenant.id, day_start(tenant, now)};
        seed_queues(connection, directory, open.calls, day, board);
        seed_agent_sums(connection, day, board);
    }
    for (const CallRecord& call : open.calls) board.seed(call);
    seed_agents(connection, directory, open, board);
    return board;
}

}  // namespace seatline::store
