// Agents: their states, what they ask for, and their phones.
#include <algorithm>

#include "core/agent/rights.h"
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

/// The agent's part in the call is over: wrap-up, and the phone is free when its dialogs' ends are
/// reported.
void Engine::Impl::call_finished(AgentIndex index, CallId call, seconds wrap_up, QueueId queue) {
    agents_[index].call = {};
    free_phone(index);
    if (wrap_up == 0s) return finish_work(index);
    set_state(index, AgentState::wrap_up, {}, call, queue);
    AgentSeat& seat = agents_[index];
    seat.wrap_up_call = call;
    seat.wrap_up_queue = queue;
    seat.wrap_up_deadline = deadlines_.arm(now_ + wrap_up, {DeadlineKind::agent_wrap_up, index});
}

/// Legs whose dialogs are over leave the phone; for the others it waits a little.
void Engine::Impl::free_phone(AgentIndex index) {
    AgentSeat& seat = agents_[index];
    for (const LegId leg : seat.legs) {
        const LegEntry* entry = find_leg(leg);
        if (entry == nullptr || !entry->sip_open) seat.drop_leg(leg);
    }
    if (seat.has_free_phone()) return deadlines_.cancel(seat.settle_deadline);
    deadlines_.rearm(seat.settle_deadline, now_ + settings_.device_settle,
                     {DeadlineKind::agent_settle, index});
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

/// One of the phone's dialogs is over.
void Engine::Impl::release_phone(AgentIndex index, LegId leg) {
    AgentSeat& seat = agents_[index];
    if (!leg || !seat.has_leg(leg)) return;
    if (seat.call) {
        const LegEntry* entry = find_leg(leg);
        if (entry == nullptr || !entry->sip_open) seat.drop_leg(leg);
        return;
    }
    seat.drop_leg(leg);
    if (!seat.has_free_phone()) return;
    deadlines_.cancel(seat.settle_deadline);
    update_ready(index);
}

void Engine::Impl::on(const DeviceUp& input) {
    const auto found = agent_by_device_.find(input.device);
    if (found == agent_by_device_.end()) return;
    AgentSeat& seat = agents_[found->second];
    emit(seat.data->tenant, DeviceAvailable{input.device, input.contact});
    seat.devices_up |= device_bit(seat, input.device);
    if (seat.state == AgentState::signed_out && seat.data->sign_in_on_register) {
        set_state(found->second, AgentState::idle);
    } else {
        update_ready(found->second);
    }
    if (!mailboxes_of_[found->second].empty()) tell_device(found->second, input.device);
}

void Engine::Impl::on(const DeviceDown& input) {
    const auto found = agent_by_device_.find(input.device);
    if (found == agent_by_device_.end()) return;
    AgentSeat& seat = agents_[found->second];
    emit(seat.data->tenant, DeviceGone{input.device, input.reason});
    seat.devices_up &= ~device_bit(seat, input.device);
    if (seat.devices_up != 0) return;
    update_ready(found->second);
    if (seat.data->sign_in_on_register && seat.state != AgentState::signed_out) {
        (void)sign_out(found->second);
    }
}

std::uint32_t Engine::Impl::device_bit(const AgentSeat& seat, const std::string& device) {
    if (seat.data->device == device) return 1;
    std::uint32_t bit = 2;
    for (const std::string& other : seat.data->other_devices) {
        if (other == device) return bit;
        bit <<= 1;
    }
    return 0;
}

std::vector<std::string> Engine::Impl::registered_devices(const AgentSeat& seat) const {
    std::vector<std::string> devices;
    if ((seat.devices_up & 1) != 0) devices.push_back(seat.data->device);
    for (std::size_t i = 0; i < seat.data->other_devices.size(); ++i) {
        if ((seat.devices_up >> (i + 1) & 1) != 0) devices.push_back(seat.data->other_devices[i]);
    }
    return devices;
}

void Engine::Impl::on(const AgentRequest& input) {
    const auto found = agent_by_id_.find(input.agent);
    if (found == agent_by_id_.end() || agents_[found->second].data->tenant != input.tenant) {
        return act(Reply{input.request, Error{"not_found", "agent", "there is no such agent"}, {}});
    }
    asked_call_ = {};
    // The reply comes after the actions of the request, so that who asked sees it done.
    auto error = perform(found->second, input);
    act(Reply{input.request, std::move(error), asked_call_});
}

std::optional<Error> Engine::Impl::perform(AgentIndex index, const AgentRequest& request) {
    using Kind = AgentRequestKind;
    const bool needs_phone = request.kind == Kind::listen || request.kind == Kind::whisper ||
                             request.kind == Kind::barge_in || request.kind == Kind::take_over;
    const bool is_forced = is_of_supervisor(request.kind) && !needs_phone;
    if (agents_[index].state == AgentState::signed_out && request.kind != Kind::sign_in &&
        request.kind != Kind::set_forward && !is_forced) {
        if (request.kind == Kind::sign_out) return std::nullopt;
        return Error{"conflict", "action", "the agent is signed out: sign in first"};
    }
    if (is_of_supervisor(request.kind)) return supervise(index, request);
    switch (request.kind) {
        case Kind::sign_in:
            return sign_in(index);
        case Kind::sign_out:
            return sign_out(index);
        case Kind::idle:
            return go_idle(index);
        case Kind::busy:
            return go_busy(index, request.reason);
        case Kind::set_forward:
            return set_forward(index, request.forward);
        default:
            return desk(index, request);
    }
}

std::optional<Error> Engine::Impl::set_forward(AgentIndex index, AgentForwardSet forward) {
    AgentSeat& seat = agents_[index];
    forward.agent = seat.data->id;
    if (auto error = forward_refusal(*seat.data, forward, dial_plan_)) return error;
    seat.forward = forward;
    emit(seat.data->tenant, std::move(forward));
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
    if (auto error = check_reason(reason)) return error;
    AgentSeat& seat = agents_[index];
    seat.after_call = AfterCall::busy;
    seat.after_call_reason = reason;
    if (!seat.call) finish_work(index);
    return std::nullopt;
}

std::optional<Error> Engine::Impl::check_reason(const std::string& reason) const {
    if (directory_.busy_reasons.empty() ||
        std::ranges::find(directory_.busy_reasons, reason, &BusyReason::code) !=
            directory_.busy_reasons.end())
        return std::nullopt;
    return invalid("reason", "\"" + reason + "\" is not one of the center's busy reasons");
}

}  // namespace seatline::core
