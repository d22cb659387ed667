// Agents: their states, what they ask for, and their phones.
#include <algorithm>

#include "core/engine/engine_impl.h"

namespace seatline::core {

void Engine::Impl::set_state(AgentIndex index, AgentState state, std::string reason, CallId call,
                             QueueId queue) {
    AgentSeat& seat = agents_[index];
    emit(seat.data->tenant,
         AgentStateChanged{seat.data->id, seat.state, state, reason, call, queue});
    if (state == AgentState::idle) seat.idle_rank = now_;
    if (seat.state == AgentState::wrap_up) deadlines_.cancel(seat.wrap_up_deadline);
    seat.state = state;
    seat.reason = std::move(reason);
    seat.since = now_;
    update_ready(index);
}

/// Tells the distributor whether the agent may be given a call, and gives it one when somebody
/// waits.
void Engine::Impl::update_ready(AgentIndex index) {
    AgentSeat& seat = agents_[index];
    if (!seat.available()) return distributor_.agent_not_ready(index);
    if (distributor_.is_ready(index)) return;
    distributor_.agent_ready(index, seat.idle_rank);
    if (const auto match = distributor_.match_agent(index)) offer(*match);
}

/// The agent's call is over: wrap-up by the queue's rule, the phone is free when its dialog's end
/// is reported.
void Engine::Impl::call_finished(AgentIndex index, CallId call, QueueIndex queue_index) {
    AgentSeat& seat = agents_[index];
    const Queue& queue = directory_.queues[queue_index];
    seat.call = {};
    const LegEntry* leg = find_leg(seat.leg);
    if (leg == nullptr || !leg->sip_open) {
        seat.leg = {};
    } else {
        deadlines_.rearm(seat.settle_deadline, now_ + settings_.device_settle,
                         {DeadlineKind::agent_settle, index});
    }
    if (queue.wrap_up_s == 0s) return finish_work(index);
    set_state(index, AgentState::wrap_up, {}, call, queue.id);
    seat.wrap_up_call = call;
    seat.wrap_up_queue = queue.id;
    seat.wrap_up_deadline =
        deadlines_.arm(now_ + queue.wrap_up_s, {DeadlineKind::agent_wrap_up, index});
}

/// After a call, a wrap-up or an offer that was taken back: what the agent asked for meanwhile,
/// else idle.
void Engine::Impl::finish_work(AgentIndex index) {
    AgentSeat& seat = agents_[index];
    const bool in_vain =
        seat.state == AgentState::ringing;  // the caller left: the place among the idle is kept
    const Instant rank = seat.idle_rank;
    const AfterCall after = std::exchange(seat.after_call, AfterCall::nothing);
    const CallId call = seat.state == AgentState::wrap_up ? seat.wrap_up_call : CallId{};
    const QueueId queue = seat.state == AgentState::wrap_up ? seat.wrap_up_queue : QueueId{};
    switch (after) {
        case AfterCall::busy:
            return set_state(index, AgentState::busy, seat.after_call_reason, call, queue);
        case AfterCall::sign_out:
            return set_state(index, AgentState::signed_out, {}, call, queue);
        case AfterCall::nothing:
            break;
    }
    if (!in_vain) return set_state(index, AgentState::idle, {}, call, queue);
    // As set_state(idle), but with the old rank before anyone is matched.
    emit(seat.data->tenant,
         AgentStateChanged{seat.data->id, seat.state, AgentState::idle, {}, call, queue});
    seat.state = AgentState::idle;
    seat.reason.clear();
    seat.since = now_;
    seat.idle_rank = rank;
    update_ready(index);
}

void Engine::Impl::release_phone(AgentIndex index, LegId leg) {
    AgentSeat& seat = agents_[index];
    if (!leg || seat.leg != leg || seat.call) return;
    seat.leg = {};
    deadlines_.cancel(seat.settle_deadline);
    update_ready(index);
}

void Engine::Impl::on(const DeviceUp& input) {
    const auto found = agent_by_device_.find(input.device);
    if (found == agent_by_device_.end()) return;
    AgentSeat& seat = agents_[found->second];
    emit(seat.data->tenant, DeviceAvailable{input.device, input.contact});
    seat.device_up = true;
    if (seat.state == AgentState::signed_out && seat.data->sign_in_on_register) {
        set_state(found->second, AgentState::idle);
    } else {
        update_ready(found->second);
    }
}

void Engine::Impl::on(const DeviceDown& input) {
    const auto found = agent_by_device_.find(input.device);
    if (found == agent_by_device_.end()) return;
    AgentSeat& seat = agents_[found->second];
    emit(seat.data->tenant, DeviceGone{input.device, input.reason});
    seat.device_up = false;
    update_ready(found->second);
    if (seat.data->sign_in_on_register && seat.state != AgentState::signed_out) {
        (void)sign_out(found->second);
    }
}

void Engine::Impl::on(const AgentRequest& input) {
    const auto found = agent_by_id_.find(input.agent);
    if (found == agent_by_id_.end() || agents_[found->second].data->tenant != input.tenant) {
        return act(Reply{input.request, Error{"not_found", "agent", "there is no such agent"}});
    }
    // The reply comes after the actions of the request, so that who asked sees it done.
    auto error = perform(found->second, input);
    act(Reply{input.request, std::move(error)});
}

std::optional<Error> Engine::Impl::perform(AgentIndex index, const AgentRequest& request) {
    if (agents_[index].state == AgentState::signed_out &&
        request.kind != AgentRequestKind::sign_in) {
        if (request.kind == AgentRequestKind::sign_out) return std::nullopt;
        return Error{"conflict", "action", "the agent is signed out: sign in first"};
    }
    switch (request.kind) {
        case AgentRequestKind::sign_in:
            return sign_in(index);
        case AgentRequestKind::sign_out:
            return sign_out(index);
        case AgentRequestKind::idle:
            return go_idle(index);
        case AgentRequestKind::busy:
            return go_busy(index, request.reason);
        case AgentRequestKind::hang_up:
            return hang_up(index);
        default:
            return Error{"not_allowed", "action", "not built yet"};
    }
    return std::nullopt;
}

std::optional<Error> Engine::Impl::sign_in(AgentIndex index) {
    if (agents_[index].state == AgentState::signed_out) set_state(index, AgentState::idle);
    return std::nullopt;
}

std::optional<Error> Engine::Impl::sign_out(AgentIndex index) {
    AgentSeat& seat = agents_[index];
    if (seat.call) {
        seat.after_call = AfterCall::sign_out;
        return std::nullopt;
    }
    seat.after_call = AfterCall::sign_out;
    finish_work(index);
    return std::nullopt;
}

std::optional<Error> Engine::Impl::go_idle(AgentIndex index) {
    AgentSeat& seat = agents_[index];
    seat.after_call = AfterCall::nothing;
    if (seat.state == AgentState::busy || seat.state == AgentState::wrap_up) finish_work(index);
    return std::nullopt;
}

std::optional<Error> Engine::Impl::go_busy(AgentIndex index, const std::string& reason) {
    if (!directory_.busy_reasons.empty() &&
        std::ranges::find(directory_.busy_reasons, reason, &BusyReason::code) ==
            directory_.busy_reasons.end()) {
        return invalid("reason", "\"" + reason + "\" is not one of the center's busy reasons");
    }
    AgentSeat& seat = agents_[index];
    seat.after_call = AfterCall::busy;
    seat.after_call_reason = reason;
    if (!seat.call) finish_work(index);
    return std::nullopt;
}

std::optional<Error> Engine::Impl::hang_up(AgentIndex index) {
    AgentSeat& seat = agents_[index];
    if (!seat.call) return Error{"conflict", "action", "the agent has no call"};
    Call& call = *calls_.at(seat.call);
    if (call.offer) {
        offer_failed(call, OfferOutcome::rejected);
    } else {
        end_call(call, Party::agent, EndCause::normal);
    }
    return std::nullopt;
}

}  // namespace seatline::core
