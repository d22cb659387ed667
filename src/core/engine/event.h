#pragma once
// The journal's vocabulary: all that happens, each written once with a number, applied at most
// once. Records, live boards, indicators and bills are projections of these. Times are the Event's
// `at`; an event never repeats what an earlier one of the same call said.
#include <boost/describe.hpp>
#include <string>
#include <variant>

#include "base/id.h"
#include "base/time.h"

namespace seatline::core {

enum class LegKind { caller, agent };
BOOST_DESCRIBE_ENUM(LegKind, caller, agent)

/// Who ended a call or leg. `system` with a cause: limit, max wait, fault.
enum class Party { caller, agent, system };
BOOST_DESCRIBE_ENUM(Party, caller, agent, system)

/// Why a call ended.
enum class EndCause {
    normal,       ///< hung up in talk, or at the end of the flow
    abandoned,    ///< the caller left while waiting in a queue (also while an agent rang)
    left_in_ivr,  ///< the caller left before a queue
    flow_end,     ///< a hangup node
    max_wait,     ///< the queue's limit of waiting time
    queue_full,
    no_common_codec,
    media_failed,       ///< worker lost or no port
    rtp_silence,        ///< nothing heard of the caller for too long
    max_duration,       ///< the deadline of a talking call
    forced,             ///< an agent or supervisor command
    control_restarted,  ///< the control process died while the call was up
    shutdown,           ///< the system was stopped in order
    network             ///< the SIP dialog failed: no ACK, transport error
};
BOOST_DESCRIBE_ENUM(EndCause, normal, abandoned, left_in_ivr, flow_end, max_wait, queue_full,
                    no_common_codec, media_failed, rtp_silence, max_duration, forced,
                    control_restarted, shutdown, network)

/// How a caller's stay in a queue ended. Offered = the sum of all of these + still waiting (spec.md
/// C).
enum class QueueOutcome { answered, abandoned, max_wait, queue_full, fault };
BOOST_DESCRIBE_ENUM(QueueOutcome, answered, abandoned, max_wait, queue_full, fault)

enum class OfferOutcome {
    answered,
    no_answer,
    rejected,
    busy,
    unreachable,
    caller_left,
    withdrawn
};
BOOST_DESCRIBE_ENUM(OfferOutcome, answered, no_answer, rejected, busy, unreachable, caller_left,
                    withdrawn)

enum class AgentState { signed_out, idle, busy, ringing, talking, wrap_up };
BOOST_DESCRIBE_ENUM(AgentState, signed_out, idle, busy, ringing, talking, wrap_up)

// ---- calls
// ---------------------------------------------------------------------------------------------------------

struct CallArrived {
    CallId call;
    LegId leg;
    TrunkId trunk;
    std::string caller;
    std::string called;
    std::string sip_call_id;
};
BOOST_DESCRIBE_STRUCT(CallArrived, (), (call, leg, trunk, caller, called, sip_call_id))

/// A call that got no room: over the trunk's limit, no such number, no worker. Summed at most once
/// a second a trunk, so that a flood can't fill the journal; `count` says how many this one stands
/// for.
struct CallRefused {
    TrunkId trunk;
    std::string caller;
    std::string called;
    int sip_code = 0;
    std::string reason;
    std::uint32_t count = 1;
};
BOOST_DESCRIBE_STRUCT(CallRefused, (), (trunk, caller, called, sip_code, reason, count))

/// The caller's leg is answered (200 OK): the caller hears us from here on.
struct CallAnswered {
    CallId call;
};
BOOST_DESCRIBE_STRUCT(CallAnswered, (), (call))

struct NodeEntered {
    CallId call;
    FlowId flow;
    std::string node;
};
BOOST_DESCRIBE_STRUCT(NodeEntered, (), (call, flow, node))

/// Keys that a node took as its input; empty on time-out.
struct DigitsTaken {
    CallId call;
    std::string node;
    std::string digits;
};
BOOST_DESCRIBE_STRUCT(DigitsTaken, (), (call, node, digits))

struct CallQueued {
    CallId call;
    QueueId queue;
};
BOOST_DESCRIBE_STRUCT(CallQueued, (), (call, queue))

/// An agent is reserved and the device is being rung.
struct CallOffered {
    CallId call;
    QueueId queue;
    AgentId agent;
    LegId leg;
};
BOOST_DESCRIBE_STRUCT(CallOffered, (), (call, queue, agent, leg))

/// The device says that it rings (180): the start of ring time.
struct AgentAlerted {
    CallId call;
    AgentId agent;
    LegId leg;
};
BOOST_DESCRIBE_STRUCT(AgentAlerted, (), (call, agent, leg))

struct OfferEnded {
    CallId call;
    QueueId queue;
    AgentId agent;
    LegId leg;
    OfferOutcome outcome = OfferOutcome::answered;
};
BOOST_DESCRIBE_STRUCT(OfferEnded, (), (call, queue, agent, leg, outcome))

struct CallLeftQueue {
    CallId call;
    QueueId queue;
    QueueOutcome outcome = QueueOutcome::answered;
    milliseconds waited_ms{};  ///< from CallQueued to here (on answered: to the agent's pick-up)
    bool in_service_level = false;  ///< answered within the queue's service_level_s
};
BOOST_DESCRIBE_STRUCT(CallLeftQueue, (), (call, queue, outcome, waited_ms, in_service_level))

/// Both hear each other: the start of talk time.
struct TalkStarted {
    CallId call;
    AgentId agent;
    LegId leg;
};
BOOST_DESCRIBE_STRUCT(TalkStarted, (), (call, agent, leg))

struct RecordingStarted {
    CallId call;
    std::string path;  ///< below the data folder
};
BOOST_DESCRIBE_STRUCT(RecordingStarted, (), (call, path))

/// May follow CallEnded. `error` empty: complete.
struct RecordingFinished {
    CallId call;
    std::string path;
    milliseconds length_ms{};
    std::uint64_t octets = 0;
    std::string error;
};
BOOST_DESCRIBE_STRUCT(RecordingFinished, (), (call, path, length_ms, octets, error))

/// A leg's dialog is over.
struct LegFinished {
    CallId call;
    LegId leg;
    LegKind kind = LegKind::caller;
    int sip_code = 0;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(LegFinished, (), (call, leg, kind, sip_code, text))

/// The final quality report of a leg's stream (RFC 3550). May follow CallEnded.
struct LegQuality {
    CallId call;
    LegId leg;
    std::uint64_t packets_received = 0;
    std::uint64_t packets_lost = 0;
    std::uint64_t packets_sent = 0;
    std::uint32_t jitter_us = 0;
    std::uint32_t round_trip_us = 0;
};
BOOST_DESCRIBE_STRUCT(LegQuality, (),
                      (call, leg, packets_received, packets_lost, packets_sent, jitter_us,
                       round_trip_us))

/// The call is over for the caller. Wrap-up of its agent may still run.
struct CallEnded {
    CallId call;
    Party by = Party::caller;
    EndCause cause = EndCause::normal;
};
BOOST_DESCRIBE_STRUCT(CallEnded, (), (call, by, cause))

// ---- agents
// --------------------------------------------------------------------------------------------------------

/// Every change of state, so that the intervals of an agent join without gap. wrap_up names the
/// call it belongs to.
struct AgentStateChanged {
    AgentId agent;
    AgentState from = AgentState::signed_out;
    AgentState to = AgentState::signed_out;
    std::string reason;  ///< busy: the reason's code; else empty
    CallId call;         ///< ringing, talking, wrap_up
    QueueId queue;
};
BOOST_DESCRIBE_STRUCT(AgentStateChanged, (), (agent, from, to, reason, call, queue))

struct DeviceAvailable {
    std::string device;
    std::string contact;
};
BOOST_DESCRIBE_STRUCT(DeviceAvailable, (), (device, contact))
struct DeviceGone {
    std::string device;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(DeviceGone, (), (device, reason))

// ---- the system (tenant 0)
// -----------------------------------------------------------------------------------------

struct ControlStarted {
    std::string version;
};
BOOST_DESCRIBE_STRUCT(ControlStarted, (), (version))
struct WorkerStarted {
    std::uint32_t worker = 0;
    std::uint32_t pid = 0;
};
BOOST_DESCRIBE_STRUCT(WorkerStarted, (), (worker, pid))
struct WorkerLost {
    std::uint32_t worker = 0;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(WorkerLost, (), (worker, reason))

using EventBody = std::variant<CallArrived, CallRefused, CallAnswered, NodeEntered, DigitsTaken,
                               CallQueued, CallOffered, AgentAlerted, OfferEnded, CallLeftQueue,
                               TalkStarted, RecordingStarted, RecordingFinished, LegFinished,
                               LegQuality, CallEnded, AgentStateChanged, DeviceAvailable,
                               DeviceGone, ControlStarted, WorkerStarted, WorkerLost>;

/// One line of the journal.
struct Event {
    std::uint64_t seq = 0;  ///< 1, 2, 3 ... without gap; given by the journal when it is appended
    Instant at;
    TenantId tenant;  ///< 0: the system's
    EventBody body;
};

}  // namespace seatline::core
