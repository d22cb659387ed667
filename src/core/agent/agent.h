#pragma once
// An agent at work: state, what it waits for, and whether a call may be offered.
#include <string>
#include <vector>

#include "core/acd/distributor.h"
#include "core/engine/deadlines.h"
#include "core/engine/directory.h"
#include "core/engine/event.h"

namespace seatline::core {

/// What an agent asked for during a call, done when it ends.
enum class AfterCall { nothing, busy, sign_out };

struct AgentSeat {
    const Agent* data = nullptr;
    AgentState state = AgentState::signed_out;
    std::string reason;  ///< busy
    Instant since;
    Instant
        idle_rank;  ///< orders the idle: when this idleness began; kept when an offer was in vain
    CallId call;    ///< ringing, talking
    LegId leg;      ///< the device's leg, until its end is reported: the phone is not free before
    bool device_up = false;
    AfterCall after_call = AfterCall::nothing;
    std::string after_call_reason;
    CallId wrap_up_call;
    QueueId wrap_up_queue;
    DeadlineHandle wrap_up_deadline;
    DeadlineHandle settle_deadline;

    /// Whether the distributor may have it.
    [[nodiscard]] bool available() const { return state == AgentState::idle && device_up && !leg; }
};

}  // namespace seatline::core
