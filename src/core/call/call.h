#pragma once
// One call as the engine keeps it: a room with its caller, perhaps an agent, and the phase it is
// in. Every phase has a deadline; the call is gone from the engine when it ended (its legs may
// linger until their reports are in).
#include <optional>
#include <string>

#include "core/acd/distributor.h"
#include "core/engine/deadlines.h"
#include "core/engine/input.h"
#include "core/ivr/flow.h"

namespace seatline::core {

enum class DeadlineKind {
    call_phase,
    call_announce,
    call_offer,
    agent_wrap_up,
    agent_settle,
    leg_linger,
    trunk_refusals
};

/// What a due deadline is about; `id` is a call, leg, trunk or agent index by kind.
struct DeadlineOf {
    DeadlineKind kind = DeadlineKind::call_phase;
    std::uint64_t id = 0;
};

enum class CallPhase {
    opening,     ///< the worker makes the caller's media leg
    flow,        ///< in a node of the IVR
    queued,      ///< waits in the queue; an offer may be running
    announcing,  ///< an agent picked up, the caller hears the agent number
    talking,
    closing  ///< hears why there will be no agent, then the call ends
};

/// An agent's phone that rings for a call.
struct Offer {
    AgentIndex agent = 0;
    LegId leg;
    Instant idle_since;  ///< the agent's place among the idle, given back when the caller leaves
    bool alerted = false;
};

struct Call {
    CallId id;
    TenantId tenant;
    TrunkId trunk;
    std::uint32_t worker = 0;
    std::string caller;
    std::string called;
    CallPhase phase = CallPhase::opening;
    Instant arrived_at;
    LegId caller_leg;
    MediaPtr caller_local;  ///< our side towards the caller, once the worker gave it
    PlayId play;            ///< what the caller hears of us now
    DeadlineHandle phase_deadline;

    // in the flow
    const ivr::CompiledFlow* flow = nullptr;
    ivr::NodeIndex node = ivr::kNoNode;
    ivr::Memory memory;
    std::string typed_ahead;   ///< digits for the next node that takes one, at most kMaxTypedAhead
    bool node_played = false;  ///< prompts are over (or were stopped)

    // in the queue
    QueueIndex queue = 0;
    WaitKey wait_key;
    std::optional<Offer> offer;
    bool music_playing = false;
    DeadlineHandle announce_deadline;
    DeadlineHandle offer_deadline;

    // talking
    AgentIndex agent = 0;
    LegId agent_leg;
    bool recording = false;

    // closing
    EndCause closing_cause = EndCause::normal;
};

}  // namespace seatline::core
