#pragma once
// The journal's vocabulary: all that happens, each written once with a number, applied at most
// once. Records, live boards, indicators and bills are projections of these. Times are the Event's
// `at`; an event never repeats what an earlier one of the same call said.
#include <boost/describe.hpp>
#include <string>
#include <variant>
#include <vector>

#include "base/id.h"
#include "base/time.h"

namespace seatline::core {

/// Whose leg: a caller from outside, an agent, a number outside that we called, a supervisor who
/// listens.
enum class LegKind { caller, agent, outside, supervisor };
BOOST_DESCRIBE_ENUM(LegKind, caller, agent, outside, supervisor)

/// inbound: a trunk brought it; outbound: an agent (or a conference) called out; internal: between
/// agents; conference: people who meet in a conference room, each of whom has a call besides.
enum class CallDirection { inbound, outbound, internal, conference };
BOOST_DESCRIBE_ENUM(CallDirection, inbound, outbound, internal, conference)

/// Where a leg stands in its call. Who hears whom follows from it and from nothing else
/// (core/call/room.h).
enum class LegPlace {
    apart,       ///< hears prompts, music or nothing: opening, waiting in a queue
    ringing,     ///< being called
    flow,        ///< in the IVR
    talk,        ///< hears all who are in talk
    aside,       ///< in consultation: hears all who are aside
    held,        ///< in talk, but nobody there speaks: hears music
    away,        ///< has put the others on hold
    listening,   ///< a supervisor: hears one agent's side, nobody hears him
    whispering,  ///< the same, and that agent hears him
    conference,
    muted,   ///< in a conference, unheard
    mailbox  ///< leaves or hears voicemail
};
BOOST_DESCRIBE_ENUM(LegPlace, apart, ringing, flow, talk, aside, held, away, listening, whispering,
                    conference, muted, mailbox)

/// Who ended a call or leg. `system` with a cause: limit, max wait, fault.
enum class Party { caller, agent, system, outside, supervisor };
BOOST_DESCRIBE_ENUM(Party, caller, agent, system, outside, supervisor)

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
    network,            ///< the SIP dialog failed: no ACK, transport error
    // An outgoing or internal call that reached nobody:
    no_answer,
    busy,
    rejected,
    unreachable,
    no_route,          ///< no trunk for the number, or none that is up and has a free line
    voicemail,         ///< the caller left a message, or hung up in the mailbox
    conference_ended,  ///< closed by the moderator, or all had left
    kicked             ///< put out of the conference by the moderator
};
BOOST_DESCRIBE_ENUM(EndCause, normal, abandoned, left_in_ivr, flow_end, max_wait, queue_full,
                    no_common_codec, media_failed, rtp_silence, max_duration, forced,
                    control_restarted, shutdown, network, no_answer, busy, rejected, unreachable,
                    no_route, voicemail, conference_ended, kicked)

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
    withdrawn,
    picked_up  ///< another agent took the call
};
BOOST_DESCRIBE_ENUM(OfferOutcome, answered, no_answer, rejected, busy, unreachable, caller_left,
                    withdrawn, picked_up)

/// dialing: the agent's own call is not answered yet; monitoring: a supervisor listens in.
enum class AgentState { signed_out, idle, busy, ringing, talking, wrap_up, dialing, monitoring };
BOOST_DESCRIBE_ENUM(AgentState, signed_out, idle, busy, ringing, talking, wrap_up, dialing,
                    monitoring)

/// Why somebody is called into a call (not for a queue: that is CallOffered).
enum class DialPurpose {
    call,        ///< an agent's outgoing or internal call: the called side
    click,       ///< the agent's own phone, rung first by click-to-dial
    consult,     ///< for the agent's consultation
    transfer,    ///< the target of a blind transfer
    forward,     ///< where an agent's calls are forwarded to
    take_back,   ///< the transferring agent, because the target was not reached
    pick_up,     ///< the agent who picks up what rings elsewhere
    supervise,   ///< the supervisor's phone
    conference,  ///< called into a conference
    flow         ///< by a node of the flow
};
BOOST_DESCRIBE_ENUM(DialPurpose, call, click, consult, transfer, forward, take_back, pick_up,
                    supervise, conference, flow)

enum class TargetKind { agent, queue, flow, number, mailbox, conference };
BOOST_DESCRIBE_ENUM(TargetKind, agent, queue, flow, number, mailbox, conference)
/// Where a call is sent. `id` of an agent, queue, flow, mailbox or conference; `number` is the
/// outside number, for TargetKind::number only.
struct Target {
    TargetKind kind = TargetKind::agent;
    std::uint64_t id = 0;
    std::string number;
    friend bool operator==(const Target&, const Target&) = default;
};
BOOST_DESCRIBE_STRUCT(Target, (), (kind, id, number))

enum class TransferKind { blind, attended, taken_over, forwarded, picked_up };
BOOST_DESCRIBE_ENUM(TransferKind, blind, attended, taken_over, forwarded, picked_up)

enum class SupervisorAction {
    listen,
    whisper,
    barge_in,
    take_over,
    leave,  ///< stops listening
    forced_release,
    forced_sign_out,
    forced_busy,
    forced_idle
};
BOOST_DESCRIBE_ENUM(SupervisorAction, listen, whisper, barge_in, take_over, leave, forced_release,
                    forced_sign_out, forced_busy, forced_idle)

enum class RecordingKind { call, conference, voicemail };
BOOST_DESCRIBE_ENUM(RecordingKind, call, conference, voicemail)

/// One variable that a flow gives back to the agent who sent the caller there.
struct NamedValue {
    std::string name;
    std::string value;  ///< of secret input: one * for each key
};
BOOST_DESCRIBE_STRUCT(NamedValue, (), (name, value))

// ---- calls
// ---------------------------------------------------------------------------------------------------------

struct CallArrived {
    CallId call;
    LegId leg;
    TrunkId trunk;
    std::string caller;
    std::string called;
    std::string sip_call_id;
    CallDirection direction = CallDirection::inbound;
    AgentId agent = {};              ///< who calls: outbound and internal calls
    std::string diverted_from = {};  ///< History-Info (RFC 7044) or Diversion (RFC 5806)
};
BOOST_DESCRIBE_STRUCT(CallArrived, (),
                      (call, leg, trunk, caller, called, sip_call_id, direction, agent,
                       diverted_from))

/// Somebody is being called into the call (not for a queue). What comes of it: DialEnded; then, if
/// answered, LegPlaced.
struct PartyDialed {
    CallId call;
    LegId leg;
    LegKind kind = LegKind::agent;
    AgentId agent;       ///< agents and supervisors
    TrunkId trunk;       ///< outside numbers
    std::string number;  ///< outside numbers: as dialled
    DialPurpose purpose = DialPurpose::call;
};
BOOST_DESCRIBE_STRUCT(PartyDialed, (), (call, leg, kind, agent, trunk, number, purpose))
struct PartyAlerted {
    CallId call;
    LegId leg;
};
BOOST_DESCRIBE_STRUCT(PartyAlerted, (), (call, leg))
struct DialEnded {
    CallId call;
    LegId leg;
    OfferOutcome outcome = OfferOutcome::answered;
};
BOOST_DESCRIBE_STRUCT(DialEnded, (), (call, leg, outcome))

/// A leg's place changed: all of these in order are the time line of who talked with whom, and of
/// hold.
struct LegPlaced {
    CallId call;
    LegId leg;
    LegPlace place = LegPlace::apart;
};
BOOST_DESCRIBE_STRUCT(LegPlaced, (), (call, leg, place))

/// The call goes to somebody else by the wish of `by` (an agent, or a supervisor who takes over).
struct CallTransferred {
    CallId call;
    AgentId by;
    TransferKind kind = TransferKind::blind;
    Target target;
};
BOOST_DESCRIBE_STRUCT(CallTransferred, (), (call, by, kind, target))

/// An agent sent the caller into a flow and waits (人工转自动).
struct SentToFlow {
    CallId call;
    AgentId agent;
    FlowId flow;
};
BOOST_DESCRIBE_STRUCT(SentToFlow, (), (call, agent, flow))
/// ... and has the call back with what the flow found out.
struct FlowReturned {
    CallId call;
    AgentId agent;
    FlowId flow;
    std::vector<NamedValue> results;
};
BOOST_DESCRIBE_STRUCT(FlowReturned, (), (call, agent, flow, results))

struct SupervisorActed {
    CallId call;  ///< 0: none
    AgentId supervisor;
    AgentId agent;
    SupervisorAction action = SupervisorAction::listen;
    bool told = false;  ///< the agent hears and sees that somebody listens
};
BOOST_DESCRIBE_STRUCT(SupervisorActed, (), (call, supervisor, agent, action, told))

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
    RecordingId recording = {};
    RecordingKind kind = RecordingKind::call;
};
BOOST_DESCRIBE_STRUCT(RecordingStarted, (), (call, path, recording, kind))
/// From here on the recording holds silence, until RecordingResumed. `agent`: who asked; 0: a rule.
struct RecordingPaused {
    CallId call;
    RecordingId recording;
    AgentId agent;
};
BOOST_DESCRIBE_STRUCT(RecordingPaused, (), (call, recording, agent))
struct RecordingResumed {
    CallId call;
    RecordingId recording;
    AgentId agent;
};
BOOST_DESCRIBE_STRUCT(RecordingResumed, (), (call, recording, agent))

/// May follow CallEnded. `error` empty: complete.
struct RecordingFinished {
    CallId call;
    std::string path;
    milliseconds length_ms{};
    std::uint64_t octets = 0;
    std::string error;
    RecordingId recording = {};
    RecordingKind kind = RecordingKind::call;
};
BOOST_DESCRIBE_STRUCT(RecordingFinished, (),
                      (call, path, length_ms, octets, error, recording, kind))
/// The finished file was replaced by its form at rest (compressed, perhaps encrypted).
struct RecordingStored {
    CallId call;
    RecordingId recording;
    std::string path;
    std::uint64_t octets = 0;
    std::string codec;  ///< "opus"
    bool encrypted = false;
};
BOOST_DESCRIBE_STRUCT(RecordingStored, (), (call, recording, path, octets, codec, encrypted))
/// The file is gone for good: the proof of deletion.
struct RecordingDeleted {
    CallId call;
    RecordingId recording;
    std::string path;
    std::string reason;  ///< "retention 30 days", "request"
    std::string by;      ///< user name; empty: the system
};
BOOST_DESCRIBE_STRUCT(RecordingDeleted, (), (call, recording, path, reason, by))

// ---- voicemail
// -----------------------------------------------------------------------------------------------------

struct VoicemailLeft {
    CallId call;
    MessageId message;
    MailboxId mailbox;
    std::string caller;
    std::string path;
    milliseconds length_ms{};
};
BOOST_DESCRIBE_STRUCT(VoicemailLeft, (), (call, message, mailbox, caller, path, length_ms))
struct VoicemailHeard {
    MessageId message;
    MailboxId mailbox;
    AgentId by;
};
BOOST_DESCRIBE_STRUCT(VoicemailHeard, (), (message, mailbox, by))
struct VoicemailDeleted {
    MessageId message;
    MailboxId mailbox;
    AgentId by;
};
BOOST_DESCRIBE_STRUCT(VoicemailDeleted, (), (message, mailbox, by))

// ---- conferences: `call` is the conference's own call, `member` the call of one who takes part
// -----------------------------------------------------------------------------------------------------

struct ConferenceJoined {
    CallId call;
    ConferenceId conference;
    CallId member;
    LegId leg;
    std::string number;  ///< shown in the roster
    bool moderator = false;
};
BOOST_DESCRIBE_STRUCT(ConferenceJoined, (), (call, conference, member, leg, number, moderator))
struct ConferenceLeft {
    CallId call;
    CallId member;
    LegId leg;
};
BOOST_DESCRIBE_STRUCT(ConferenceLeft, (), (call, member, leg))
enum class ConferenceChange {
    muted,
    unmuted,
    locked,
    unlocked,
    kicked,
    record,
    stop_record,
    ended
};
BOOST_DESCRIBE_ENUM(ConferenceChange, muted, unmuted, locked, unlocked, kicked, record, stop_record,
                    ended)
struct ConferenceChanged {
    CallId call;
    CallId member;  ///< 0: the whole conference
    ConferenceChange change = ConferenceChange::muted;
    CallId by;  ///< the moderator's call; 0: by API
};
BOOST_DESCRIBE_STRUCT(ConferenceChanged, (), (call, member, change, by))

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

/// Where calls straight to an agent go (not those of queues); empty: nowhere. Agent numbers,
/// outside numbers, or "voicemail".
struct AgentForwardSet {
    AgentId agent;
    std::string always;
    std::string on_busy;
    std::string on_no_answer;
};
BOOST_DESCRIBE_STRUCT(AgentForwardSet, (), (agent, always, on_busy, on_no_answer))

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

/// A trunk answers OPTIONS and is registered where it shall be, or not.
struct TrunkStateChanged {
    TrunkId trunk;
    bool up = true;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(TrunkStateChanged, (), (trunk, up, reason))

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

using EventBody = std::variant<
    CallArrived, CallRefused, CallAnswered, NodeEntered, DigitsTaken, CallQueued, CallOffered,
    AgentAlerted, OfferEnded, CallLeftQueue, TalkStarted, RecordingStarted, RecordingFinished,
    LegFinished, LegQuality, CallEnded, AgentStateChanged, DeviceAvailable, DeviceGone,
    ControlStarted, WorkerStarted, WorkerLost, PartyDialed, PartyAlerted, DialEnded, LegPlaced,
    CallTransferred, SentToFlow, FlowReturned, SupervisorActed, RecordingPaused, RecordingResumed,
    RecordingStored, RecordingDeleted, VoicemailLeft, VoicemailHeard, VoicemailDeleted,
    ConferenceJoined, ConferenceLeft, ConferenceChanged, AgentForwardSet, TrunkStateChanged>;

/// One line of the journal.
struct Event {
    std::uint64_t seq = 0;  ///< 1, 2, 3 ... without gap; given by the journal when it is appended
    Instant at;
    TenantId tenant;  ///< 0: the system's
    EventBody body;
};

}  // namespace seatline::core
