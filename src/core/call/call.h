#pragma once
// One call as the engine keeps it: the legs in it and where each stands (Member), and what is being
// done with the guest, the one who is led through flows, queues and talk. Every phase has a
// deadline; the call is gone from the engine when it ended (its legs may linger until their reports
// are in).
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/acd/distributor.h"
#include "core/call/conference.h"
#include "core/call/mailbox.h"
#include "core/call/room.h"
#include "core/engine/deadlines.h"
#include "core/engine/input.h"
#include "core/ivr/flow.h"
#include "core/route/trunk_choice.h"

namespace seatline::core {

enum class DeadlineKind {
    call_phase,
    call_announce,
    call_offer,
    agent_wrap_up,
    agent_settle,
    leg_linger,
    trunk_refusals,
    member_ring
};

/// What a due deadline is about; `id` is a call, leg, trunk or agent index by kind.
struct DeadlineOf {
    DeadlineKind kind = DeadlineKind::call_phase;
    std::uint64_t id = 0;
};

enum class CallPhase {
    opening,     ///< the worker makes the first media leg
    dialing,     ///< somebody is being called for the guest: outgoing call, blind transfer, forward
    flow,        ///< the guest is in a node of the IVR
    queued,      ///< waits in the queue; an offer may be running
    announcing,  ///< an agent picked up, the guest hears the agent number
    talking,
    conference,  ///< asked for the PIN of a conference room, or in it
    mailbox,     ///< leaves or hears voicemail
    closing      ///< the guest hears why nothing comes of it, then the call ends
};

/// An agent's phone that rings for a call.
struct Offer {
    AgentIndex agent = 0;
    LegId leg;
    Instant idle_since;  ///< the agent's place among the idle, given back when the caller leaves
    bool alerted = false;
};

inline constexpr AgentIndex kNoAgent = ~AgentIndex{0};

enum class MemberState : std::uint8_t {
    opening,  ///< its media leg is being made
    ringing,  ///< called, or calling us and not answered yet
    up
};

/// One leg in the call.
struct Member {
    LegId leg = {};
    LegKind kind = LegKind::caller;
    AgentIndex agent = kNoAgent;
    MemberState state = MemberState::opening;
    bool is_caller = false;  ///< its INVITE came to us; else we call it
    LegPlace place = LegPlace::apart;
    bool away = false;         ///< its phone or its owner holds the others
    bool early_media = false;  ///< heard before it answers
    bool auto_answer = false;  ///< its phone shall pick up by itself
    bool alerted = false;      ///< it rings
    bool talked = false;       ///< an agent who has talked to the guest: wrap-up follows
    LegId watched = {};        ///< listening, whispering: the agent's leg
    DialPurpose purpose = DialPurpose::call;
    std::uint8_t forwards = 0;                           ///< hops so far
    SupervisorAction wanted = SupervisorAction::listen;  ///< purpose supervise
    // An outside number, with the trunks that are left to try.
    std::string number = {};
    TrunkId trunk = {};                       ///< whose line it takes
    std::vector<TrunkCandidate> trunks = {};  ///< the one in use, then those left
    DeadlineHandle ring_deadline = {};
    // What was told last.
    RoomView view = {};
    bool is_shown = false;  ///< a LegPlaced was written
    PlayId play = {};       ///< music or ringback
};

/// What is recorded of a call.
enum class RecordState : std::uint8_t { off, on, paused };

struct Call {
    CallId id;
    TenantId tenant;
    TrunkId trunk;  ///< that brought it
    CallDirection direction = CallDirection::inbound;
    std::uint32_t worker = 0;
    std::string caller;
    std::string called;
    bool hides_caller = false;
    std::string shown_number;  ///< asked for as caller id; empty: the agent's own
    CallPhase phase = CallPhase::opening;
    Instant arrived_at;
    std::vector<Member> members;
    LegId guest;      ///< who is led through flows and queues
    LegId customer;   ///< the left channel of the recording
    LegId agent_leg;  ///< of the agent whose call it is; none: nobody yet
    AgentIndex agent = 0;
    LegId consulted;       ///< aside with the agent, or being called for it
    MediaPtr first_local;  ///< our side towards the first leg: others are offered its codec first
    PlayId play;           ///< prompts and music of flows and queues, to the guest
    DeadlineHandle phase_deadline;

    // being called for the guest
    Target target;                         ///< what the call is for, until somebody is called
    AgentIndex transferred_by = kNoAgent;  ///< gets the call back when the target is not reached

    // in the flow
    const ivr::CompiledFlow* flow = nullptr;
    ivr::NodeIndex node = ivr::kNoNode;
    ivr::Memory memory;
    std::string typed_ahead;   ///< digits for the next node that takes one, at most kMaxTypedAhead
    bool node_played = false;  ///< prompts are over (or were stopped)
    std::vector<NamedValue> collected;
    int flow_jumps = 0;  ///< from flow to flow without a prompt
    LegId flow_for;      ///< the agent who waits for the flow's result

    // in the queue
    bool had_queue = false;
    QueueIndex queue = 0;
    WaitKey wait_key;
    std::optional<Offer> offer;
    bool music_playing = false;
    DeadlineHandle announce_deadline;
    DeadlineHandle offer_deadline;

    // at the door of a conference room or mailbox, or inside
    PinEntry pin;
    std::optional<ConferenceVisit> visit;
    std::optional<MailboxVisit> mailbox;
    bool listens = false;  ///< the target is a mailbox whose messages shall be heard

    // recording
    RecordState record = RecordState::off;
    RecordMode may_record = RecordMode::always;  ///< by the rules, known when the talk starts
    RecordingId recording;
    std::array<std::vector<LegId>, 2> recorded;  ///< left, right, as told last

    // closing
    EndCause closing_cause = EndCause::normal;

    [[nodiscard]] Member* find(LegId leg) {
        for (Member& member : members) {
            if (member.leg == leg) return &member;
        }
        return nullptr;
    }
};

}  // namespace seatline::core
