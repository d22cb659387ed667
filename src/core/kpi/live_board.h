#pragma once
// The live board: what is so at this moment, projected from events in memory. Owned by one thread
// (the API's), fed only with events that are in the journal already, so that nothing is shown that
// a crash could take back.
//
// Pure: no clock, no I/O. apply() is O(log n) and marks what it changed; take_changes() hands the
// marks out, so that the shell pushes just those views. Day counters restart at the tenant's
// midnight: roll_day().
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/engine/directory.h"
#include "core/engine/event.h"
#include "core/kpi/live_views.h"
#include "core/record/records.h"

namespace seatline::core {

class LiveBoard {
public:
    explicit LiveBoard(const Directory& directory);
    ~LiveBoard();
    LiveBoard(LiveBoard&&) noexcept;
    LiveBoard& operator=(LiveBoard&&) noexcept;

    /// Today's counters from the projections, at start: before the first apply().
    void seed(QueueId queue, const QueueCounters& today);
    void seed(AgentId agent, std::uint64_t answered_today, std::uint64_t talk_today_ms);
    /// A call without CallEnded. Counts nothing: the queue's seed has counted it. Rosters of
    /// conferences are not seeded: no conference outlives the control process.
    void seed(const CallRecord& open_call);
    /// The interval that an agent is in; `call`: the record of its call with legs, null when it has
    /// none.
    void seed(const AgentInterval& open_interval, const CallRecord* call);

    void apply(const Event& event);
    /// The tenant's day has turned: its counters of today start at zero. Callers who still wait are
    /// offered to the new day as well, so that offered = answered + abandoned + left_otherwise +
    /// waiting holds for each day's board.
    void roll_day(TenantId tenant);

    [[nodiscard]] BoardView board(TenantId tenant, Instant now) const;
    [[nodiscard]] std::optional<AgentView> agent(TenantId tenant, AgentId agent) const;
    [[nodiscard]] std::optional<QueueView> queue(TenantId tenant, QueueId queue) const;
    [[nodiscard]] std::vector<WaitingView> waiting(TenantId tenant) const;  ///< in order of `since`
    /// Empty: no such room in this tenant. A room without people has call 0.
    [[nodiscard]] std::optional<ConferenceView> conference(TenantId tenant,
                                                           ConferenceId conference) const;
    /// The rooms in which people are.
    [[nodiscard]] std::vector<ConferenceView> conferences(TenantId tenant) const;
    /// The trunks that the tenant may use.
    [[nodiscard]] std::vector<TrunkView> trunks(TenantId tenant) const;

    struct Changes {
        std::set<std::pair<TenantId, QueueId>> queues;
        std::set<std::pair<TenantId, AgentId>> agents;
        std::set<std::pair<TenantId, ConferenceId>> conferences;
        std::set<TrunkId> trunks;
    };
    [[nodiscard]] Changes take_changes();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace seatline::core
