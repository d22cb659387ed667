#pragma once
// An agent at work: state, what it waits for, and whether a call may be offered.
#include <array>
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
    CallId call;    ///< ringing, talking, dialing, monitoring
    /// Of its phones, each until its end is reported: they are not free before. Two when the phone
    /// itself makes a second call (its own consultation).
    std::array<LegId, 2> legs;
    std::uint32_t devices_up = 0;  ///< a bit for each of its devices: registered
    AgentForwardSet forward;
    AfterCall after_call = AfterCall::nothing;
    std::string after_call_reason;
    CallId wrap_up_call;
    QueueId wrap_up_queue;
    DeadlineHandle wrap_up_deadline;
    DeadlineHandle settle_deadline;

    /// Whether the distributor may have it.
    [[nodiscard]] bool available() const {
        return state == AgentState::idle && devices_up != 0 && has_free_phone();
    }
    [[nodiscard]] bool has_free_phone() const { return !legs[0] && !legs[1]; }
    [[nodiscard]] bool has_leg(LegId leg) const { return legs[0] == leg || legs[1] == leg; }
    /// False: both places are taken.
    bool add_leg(LegId leg) {
        for (LegId& place : legs) {
            if (place) continue;
            place = leg;
            return true;
        }
        return false;
    }
    void drop_leg(LegId leg) {
        for (LegId& place : legs) {
            if (place == leg) place = {};
        }
    }
};

}  // namespace seatline::core
