#pragma once
// What the live board shows: described structs, the API's types as well.
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/event.h"
#include "core/record/records.h"

namespace seatline::core {

/// Somebody in a call.
struct PartyView {
    LegId leg;
    LegKind kind = LegKind::caller;
    AgentId agent;       ///< agents and supervisors
    std::string number;  ///< of the agent, or outside
    std::string name;    ///< of the agent
    LegPlace place = LegPlace::apart;
    Instant since;                       ///< in that place
    std::optional<DialPurpose> purpose;  ///< why it was called, if not for a queue
};
BOOST_DESCRIBE_STRUCT(PartyView, (), (leg, kind, agent, number, name, place, since, purpose))

enum class RecordingState { none, on, paused };
BOOST_DESCRIBE_ENUM(RecordingState, none, on, paused)

/// The call that an agent is ringing with, calls out by, talks in, listens to or wraps up. What
/// begins with `parties` is of a call that is up: when the agent has left it, nobody is in it.
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
    CallDirection direction = CallDirection::inbound;
    std::vector<NamedValue> flow_results;  ///< of the flow that the agent sent the caller into
    std::vector<PartyView> parties;        ///< in order of coming; a supervisor who listens is
                                           ///< there only if the agent is told
    bool held = false;                     ///< the customer hears music
    bool consulting = false;               ///< the agent is aside
    bool monitored = false;                ///< somebody listens, and the agent is told
    RecordingState recording = RecordingState::none;
};
BOOST_DESCRIBE_STRUCT(AgentCallView, (),
                      (call, queue, queue_name, caller, called, offered_at, talk_started_at,
                       ended_at, waited_ms, direction, flow_results, parties, held, consulting,
                       monitored, recording))

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

struct ConferenceMemberView {
    CallId call;
    LegId leg;
    std::string number;
    bool moderator = false;
    bool muted = false;
    Instant joined_at;
};
BOOST_DESCRIBE_STRUCT(ConferenceMemberView, (), (call, leg, number, moderator, muted, joined_at))

/// A conference in which people are now. call 0: nobody is in the room.
struct ConferenceView {
    CallId call;
    ConferenceId conference;
    std::string name;
    bool locked = false;
    RecordingState recording = RecordingState::none;
    std::vector<ConferenceMemberView> members;  ///< in order of joining
};
BOOST_DESCRIBE_STRUCT(ConferenceView, (), (call, conference, name, locked, recording, members))

struct TrunkView {
    TrunkId id;
    std::string name;
    bool up = true;  ///< until something else is heard of it
    std::string reason;
    std::optional<Instant> since;
};
BOOST_DESCRIBE_STRUCT(TrunkView, (), (id, name, up, reason, since))

}  // namespace seatline::core
