#pragma once
// The live board: what is so at this moment, projected from events in memory. Owned by one thread
// (the API's), fed only with events that are in the journal already, so that nothing is shown that
// a crash could take back.
//
// Pure: no clock, no I/O. apply() is O(log n) and marks what it changed; take_changes() hands the
// marks out, so that the shell pushes just those views. Day counters restart at the tenant's
// midnight: roll_day().
#include <boost/describe.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/engine/directory.h"
#include "core/engine/event.h"
#include "core/record/records.h"

namespace seatline::core {

/// The call that an agent is ringing with, talks in or wraps up.
struct AgentCallView {
    CallId call;
    QueueId queue;
    std::string queue_name;
    std::string caller;
    std::string called;
    Instant offered_at;
    std::optional<Instant> talk_started_at;
    std::optional<Instant> ended_at;
    milliseconds waited_ms{};  ///< in the queue before the offer was made
};
BOOST_DESCRIBE_STRUCT(AgentCallView, (),
                      (call, queue, queue_name, caller, called, offered_at, talk_started_at,
                       ended_at, waited_ms))

struct AgentView {
    AgentId id;
    std::string number;
    std::string name;
    std::vector<QueueId> queues;  ///< that the agent's skills serve
    AgentState state = AgentState::signed_out;
    std::string reason;            ///< busy reason's code
    std::optional<Instant> since;  ///< empty: the agent has never signed in
    std::optional<Instant> wrap_up_until;
    bool device_registered = false;
    std::optional<AgentCallView> call;
    std::uint64_t answered_today = 0;
    std::uint64_t talk_today_ms = 0;
};
BOOST_DESCRIBE_STRUCT(AgentView, (),
                      (id, number, name, queues, state, reason, since, wrap_up_until,
                       device_registered, call, answered_today, talk_today_ms))

struct QueueView {
    QueueId id;
    std::string name;
    std::uint64_t waiting = 0;
    std::optional<Instant> longest_waiting_since;
    std::uint64_t agents_signed_in = 0;
    std::uint64_t agents_idle = 0;
    std::uint64_t agents_talking = 0;
    seconds service_level_s{};
    std::optional<double> service_level_today;  ///< answered in Y s / (answered + abandoned), per
                                                ///< cent; empty: no call yet
    QueueCounters today;
};
BOOST_DESCRIBE_STRUCT(QueueView, (),
                      (id, name, waiting, longest_waiting_since, agents_signed_in, agents_idle,
                       agents_talking, service_level_s, service_level_today, today))

/// A caller who waits now.
struct WaitingView {
    CallId call;
    QueueId queue;
    std::string caller;
    Instant since;
};
BOOST_DESCRIBE_STRUCT(WaitingView, (), (call, queue, caller, since))

struct BoardView {
    Instant now;
    std::vector<QueueView> queues;
    std::vector<AgentView> agents;
    std::uint64_t calls_in_progress = 0;
};
BOOST_DESCRIBE_STRUCT(BoardView, (), (now, queues, agents, calls_in_progress))

class LiveBoard {
public:
    explicit LiveBoard(const Directory& directory);
    ~LiveBoard();
    LiveBoard(LiveBoard&&) noexcept;
    LiveBoard& operator=(LiveBoard&&) noexcept;

    /// Today's counters from the projections, at start: before the first apply().
    void seed(QueueId queue, const QueueCounters& today);
    void seed(AgentId agent, std::uint64_t answered_today, std::uint64_t talk_today_ms);
    /// A call without CallEnded (legs not needed). Counts nothing: the queue's seed has counted it.
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

    struct Changes {
        std::set<std::pair<TenantId, QueueId>> queues;
        std::set<std::pair<TenantId, AgentId>> agents;
    };
    [[nodiscard]] Changes take_changes();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace seatline::core
