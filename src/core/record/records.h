#pragma once
// What the projections keep and the API shows: one record per call with its legs, agent state
// intervals, queue counters per quarter of an hour. All of it can be rebuilt from the journal at
// will.
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "core/engine/event.h"

namespace seatline::core {

/// A call's result as people filter by it.
enum class CallResult {
    in_progress,
    answered,
    abandoned,
    left_in_ivr,
    max_wait,
    queue_full,
    failed,
    flow_end,
    no_answer,  ///< outgoing and internal calls that reached nobody: also busy, rejected
    voicemail,
    conference
};
BOOST_DESCRIBE_ENUM(CallResult, in_progress, answered, abandoned, left_in_ivr, max_wait, queue_full,
                    failed, flow_end, no_answer, voicemail, conference)

struct LegRecord {
    LegId leg;
    LegKind kind = LegKind::caller;
    std::optional<AgentId> agent;
    Instant started_at;
    std::optional<Instant> ringing_at;
    std::optional<Instant> answered_at;
    std::optional<Instant> ended_at;
    std::optional<OfferOutcome> outcome;  ///< agent legs
    int sip_code = 0;
    std::string end_text;
    std::uint64_t packets_received = 0;
    std::uint64_t packets_lost = 0;
    std::uint32_t jitter_us = 0;
    std::uint32_t round_trip_us = 0;
    std::string number;                  ///< outside numbers that we called
    std::optional<TrunkId> trunk;        ///< ... and the trunk that carried it
    std::optional<DialPurpose> purpose;  ///< why it was called, if not for a queue
    milliseconds talk_ms{};              ///< in talk, aside or conference
    milliseconds held_ms{};              ///< in music on hold
};
BOOST_DESCRIBE_STRUCT(LegRecord, (),
                      (leg, kind, agent, started_at, ringing_at, answered_at, ended_at, outcome,
                       sip_code, end_text, packets_received, packets_lost, jitter_us, round_trip_us,
                       number, trunk, purpose, talk_ms, held_ms))

/// One stay of a leg in one place: the time line of who talked with whom.
struct PlaceRecord {
    LegId leg;
    LegPlace place = LegPlace::apart;
    Instant from;
    std::optional<Instant> to;
};
BOOST_DESCRIBE_STRUCT(PlaceRecord, (), (leg, place, from, to))

/// A pause within a recording: its sound is silence there.
struct PauseRecord {
    Instant from;
    std::optional<Instant> to;
    AgentId by;  ///< 0: a rule
};
BOOST_DESCRIBE_STRUCT(PauseRecord, (), (from, to, by))

/// One sound file of a call.
struct RecordingRecord {
    RecordingId recording;
    RecordingKind kind = RecordingKind::call;
    Instant started_at;
    milliseconds length_ms{};
    std::uint64_t octets = 0;
    std::string error;
    std::string codec;  ///< "pcm", "opus"
    bool encrypted = false;
    std::optional<Instant> deleted_at;
    std::vector<PauseRecord> pauses;
};
BOOST_DESCRIBE_STRUCT(RecordingRecord, (),
                      (recording, kind, started_at, length_ms, octets, error, codec, encrypted,
                       deleted_at, pauses))

/// One call, whole. Durations are of this call: wait is the sum of all stays in queues, talk from
/// the first TalkStarted to CallEnded, wrap-up of the agents who talked.
struct CallRecord {
    CallId call;
    TenantId tenant;
    TrunkId trunk;
    std::string caller;
    std::string called;
    std::string sip_call_id;
    CallResult result = CallResult::in_progress;
    std::optional<QueueId> queue;
    std::optional<AgentId> agent;  ///< who talked last; outgoing and internal calls: who calls
    Instant arrived_at;
    std::optional<Instant> answered_at;  ///< by the system
    std::optional<Instant> queued_at;
    std::optional<Instant> left_queue_at;
    std::optional<Instant> talk_started_at;
    std::optional<Instant> ended_at;
    milliseconds wait_ms{};
    milliseconds ring_ms{};  ///< of the offer that was answered
    milliseconds talk_ms{};
    milliseconds wrap_up_ms{};
    std::optional<Party> ended_by;
    std::optional<EndCause> cause;
    std::string digits;  ///< keys taken in the IVR, in order
    bool has_recording = false;
    milliseconds recording_ms{};
    std::string recording_error;
    std::vector<LegRecord> legs;  ///< in detail answers; empty in lists
    CallDirection direction = CallDirection::inbound;
    std::string diverted_from;
    milliseconds hold_ms{};                   ///< music on hold, of the caller or called customer
    std::uint32_t transfers = 0;              ///< CallTransferred of any kind
    std::optional<CallId> conference;         ///< the conference's call that this one joined
    std::vector<NamedValue> flow_results;     ///< of the last FlowReturned
    std::vector<PlaceRecord> time_line;       ///< in detail answers
    std::vector<RecordingRecord> recordings;  ///< in detail answers
};
BOOST_DESCRIBE_STRUCT(CallRecord, (),
                      (call, tenant, trunk, caller, called, sip_call_id, result, queue, agent,
                       arrived_at, answered_at, queued_at, left_queue_at, talk_started_at, ended_at,
                       wait_ms, ring_ms, talk_ms, wrap_up_ms, ended_by, cause, digits,
                       has_recording, recording_ms, recording_error, legs, direction, diverted_from,
                       hold_ms, transfers, conference, flow_results, time_line, recordings))

/// A voicemail message that is not deleted.
struct VoicemailRecord {
    MessageId message;
    TenantId tenant;
    MailboxId mailbox;
    CallId call;
    std::string caller;
    std::string path;  ///< below the data folder
    Instant left_at;
    milliseconds length_ms{};
    std::optional<Instant> heard_at;
    AgentId heard_by;  ///< 0 with heard_at: by somebody who is no agent
};
BOOST_DESCRIBE_STRUCT(VoicemailRecord, (),
                      (message, tenant, mailbox, call, caller, path, left_at, length_ms, heard_at,
                       heard_by))

/// What a phone's lamp shows of a mailbox (RFC 3842).
struct MessagesWaiting {
    std::uint32_t unheard = 0;
    std::uint32_t heard = 0;
};
BOOST_DESCRIBE_STRUCT(MessagesWaiting, (), (unheard, heard))

/// A line of the deletion log: the proof that a recording is gone.
struct DeletionRecord {
    std::uint64_t seq = 0;  ///< of the event in the journal; the key of pages
    Instant at;
    CallId call;
    RecordingId recording;
    std::string path;
    std::string reason;
    std::string by;  ///< user name; empty: the system
};
BOOST_DESCRIBE_STRUCT(DeletionRecord, (), (seq, at, call, recording, path, reason, by))

/// What the call list is filtered by; all members are optional but the tenant. Newest first, keyset
/// pages.
struct CallQuery {
    TenantId tenant;
    std::optional<Instant> from;  ///< arrived_at >= from
    std::optional<Instant> to;    ///< arrived_at < to
    std::string number;           ///< prefix of caller or called
    std::optional<AgentId> agent;
    std::optional<QueueId> queue;
    std::optional<CallResult> result;
    std::optional<CallDirection> direction;
    std::optional<CallId> before;  ///< the last call of the page before
    std::uint32_t limit = 50;      ///< 1-200
};

struct CallPage {
    std::vector<CallRecord> calls;
    std::optional<CallId> next;  ///< pass as `before`; empty: no more
};
BOOST_DESCRIBE_STRUCT(CallPage, (), (calls, next))

/// One stay of an agent in one state; intervals of an agent join without gap.
struct AgentInterval {
    AgentId agent;
    AgentState state = AgentState::signed_out;
    std::string reason;
    Instant from;
    std::optional<Instant> to;  ///< empty: still
    CallId call;
};
BOOST_DESCRIBE_STRUCT(AgentInterval, (), (agent, state, reason, from, to, call))

/// A queue's counters over one interval (15 min of UTC quarter hours), by the time that the call
/// was queued. offered = answered + abandoned + left_otherwise + still waiting.
struct QueueCounters {
    std::uint64_t offered = 0;
    std::uint64_t answered = 0;
    std::uint64_t answered_in_level = 0;
    std::uint64_t abandoned = 0;
    std::uint64_t left_otherwise = 0;  ///< max_wait, queue_full, fault
    std::uint64_t wait_ms = 0;         ///< of all that left
    std::uint64_t talk_ms = 0;
    std::uint64_t wrap_up_ms = 0;
};
BOOST_DESCRIBE_STRUCT(QueueCounters, (),
                      (offered, answered, answered_in_level, abandoned, left_otherwise, wait_ms,
                       talk_ms, wrap_up_ms))

}  // namespace seatline::core
