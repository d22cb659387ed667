// Calls that go to somebody else: blind transfer and what becomes of it, REFER from phones, pick-up
// and INVITE with Replaces.
#include <algorithm>

#include "core/agent/rights.h"
#include "core/engine/engine_impl.h"

namespace seatline::core {

/// Blind: the agent is out at once; the guest hears ringback, or what the target has to say.
std::optional<Error> Engine::Impl::transfer(Call& call, AgentIndex by, const Target& target) {
    if (call.consulted)
        return Error{"conflict", "action", "complete or cancel the consultation first"};
    if (people(call) != 2)
        return Error{"conflict", "action", "only a call between two can be passed on"};
    if (target.kind == TargetKind::agent && target.id == agents_[by].data->id.value)
        return Error{"invalid", "target", "the call is at this agent already"};
    if (auto error = can_take(call, target)) return error;
    const Member gone = *own_member(call, by);
    for (const Member& other : call.members) {  // of an internal call either may pass on the other
        const bool takes_part = other.state == MemberState::up &&
                                other.place != LegPlace::listening &&
                                other.place != LegPlace::whispering;
        if (takes_part && other.leg != gone.leg) call.guest = other.leg;
    }
    call.agent_leg = {};
    call.transferred_by = by;
    emit(call.tenant, CallTransferred{call.id, agents_[by].data->id, TransferKind::blind, target});
    drop_member(call, gone.leg, {});
    // Called before the agent is free: the agent must not be given this caller again at once.
    send_to(call, target);
    agent_left(call, gone);
    return std::nullopt;
}

/// Why the target can't take the call now, so that the agent keeps it.
std::optional<Error> Engine::Impl::can_take(const Call& call, const Target& target) const {
    if (target.kind == TargetKind::number) {
        const auto trunks =
            trunk_choice_.candidates(call.tenant, target.number, [this](TrunkId id) {
                return TrunkLoad{trunks_.at(id).calls, trunks_.at(id).is_up};
            });
        if (trunks.has_error())
            return Error{trunks.error().code, "target.number", trunks.error().reason};
        return std::nullopt;
    }
    if (target.kind == TargetKind::conference) return room_refusal(ConferenceId{target.id});
    if (target.kind != TargetKind::agent) return std::nullopt;
    const AgentSeat& seat = agents_[agent_by_id_.at(AgentId{target.id})];
    if (!seat.forward.always.empty() || !seat.forward.on_busy.empty()) return std::nullopt;
    if (seat.state == AgentState::signed_out)
        return Error{"conflict", "target", "agent " + seat.data->number + " is signed out"};
    if (seat.devices_up == 0)
        return Error{"conflict", "target",
                     "agent " + seat.data->number + " has no registered phone"};
    if (seat.call || !seat.has_free_phone())
        return Error{"conflict", "target", "agent " + seat.data->number + " is in a call"};
    if (seat.state == AgentState::wrap_up)
        return Error{"conflict", "target", "agent " + seat.data->number + " is in wrap-up"};
    return std::nullopt;
}

/// The guest goes to the target for good.
void Engine::Impl::send_to(Call& call, const Target& target) {
    Member& guest = *call.find(call.guest);
    stop_play(call);
    guest.away = false;
    switch (target.kind) {
        case TargetKind::queue:
            guest.place = LegPlace::apart;
            settle(call);
            return enter_queue(call, QueueId{target.id});
        case TargetKind::flow:
            guest.place = LegPlace::apart;
            settle(call);
            return start_flow(call, *flow_by_id_.at(FlowId{target.id}));
        case TargetKind::conference:
            return enter_conference(call, ConferenceId{target.id});
        case TargetKind::mailbox:
            if (call.listens) return listen_to_mailbox(call, MailboxId{target.id});
            return leave_message(call, MailboxId{target.id});
        default:
            break;
    }
    guest.place = LegPlace::talk;
    call.phase = CallPhase::dialing;
    deadlines_.rearm(call.phase_deadline, now_ + settings_.dial_limit,
                     {DeadlineKind::call_phase, call.id.value});
    const bool is_by_agent = call.transferred_by != kNoAgent;
    const auto unreached = dial(
        call, {target, is_by_agent ? DialPurpose::transfer : DialPurpose::flow, LegPlace::talk});
    if (unreached) return transfer_failed(call, unreached->outcome);
    settle(call);
}

/// The target was not reached: back to who passed the call on, else to the queue it came from (at
/// the old place), else the guest is told.
void Engine::Impl::transfer_failed(Call& call, OfferOutcome outcome) {
    if (!call.guest) return end_call(call, Party::system, EndCause::unreachable);
    const AgentIndex by = std::exchange(call.transferred_by, kNoAgent);
    if (by != kNoAgent && !closing_) {
        const Target back{TargetKind::agent, agents_[by].data->id.value, {}};
        if (!dial(call, {back, DialPurpose::take_back, LegPlace::talk})) return settle(call);
    }
    if (call.had_queue && !closing_) {
        call.find(call.guest)->place = LegPlace::apart;
        settle(call);
        return enter_queue(call, directory_.queues[call.queue].id);
    }
    const EndCause cause = outcome == OfferOutcome::busy        ? EndCause::busy
                           : outcome == OfferOutcome::no_answer ? EndCause::no_answer
                           : outcome == OfferOutcome::rejected  ? EndCause::rejected
                                                                : EndCause::unreachable;
    start_closing(call, cause);
}

// ---- REFER

void Engine::Impl::on(const TransferAsked& input) {
    LegEntry* leg = find_leg(input.leg);
    Call* call = leg != nullptr ? find_call(leg->call) : nullptr;
    const Member* own = call != nullptr ? call->find(input.leg) : nullptr;
    if (own == nullptr) return act(AnswerTransfer{input.leg, 481});
    if (own->agent == kNoAgent) return act(AnswerTransfer{input.leg, 403});
    const AgentIndex index = own->agent;
    const Agent& agent = *agents_[index].data;
    if (call->phase != CallPhase::talking || own->state != MemberState::up)
        return act(AnswerTransfer{input.leg, 491});
    if (input.replaces || input.replaces_unknown) {
        const Member* other = call->find(input.replaces);
        const bool is_own = other != nullptr && other->agent == index && call->agent == index &&
                            call->agent_leg && call->consulted;
        if (!is_own || refusal(agent, AgentRequestKind::complete))
            return act(AnswerTransfer{input.leg, is_own ? 403 : 603});
        act(AnswerTransfer{input.leg, 202});
        act(TellTransfer{input.leg, 200});
        (void)complete(*call, index);
        return;
    }
    const auto target = resolve(agent, {TargetKind::number, 0, input.target});
    if (target.has_error()) return act(AnswerTransfer{input.leg, 404});
    if (refusal(agent, AgentRequestKind::transfer, target->kind))
        return act(AnswerTransfer{input.leg, 403});
    if (call->consulted || people(*call) != 2 || can_take(*call, *target))
        return act(AnswerTransfer{input.leg, 603});
    // The phone is told before its leg ends: a final NOTIFY needs the dialog.
    act(AnswerTransfer{input.leg, 202});
    act(TellTransfer{input.leg, 200});
    (void)transfer(*call, index, *target);
}

// ---- pick-up

/// The call that rings at `from`, or, without it, the one that has rung longest at agents who share
/// a queue with this one; null: nothing rings there.
Call* Engine::Impl::ringing_for(AgentIndex index, AgentId from) {
    Call* longest = nullptr;
    Instant since{};
    for (AgentIndex i = 0; i < agents_.size(); ++i) {
        const AgentSeat& seat = agents_[i];
        if (i == index || seat.state != AgentState::ringing ||
            seat.data->tenant != agents_[index].data->tenant)
            continue;
        const bool is_meant =
            from ? seat.data->id == from
                 : std::ranges::any_of(seat.data->skills, [&](const std::string& skill) {
                       const auto& own = agents_[index].data->skills;
                       return std::ranges::find(own, skill) != own.end();
                   });
        if (!is_meant || (longest != nullptr && since <= seat.since)) continue;
        longest = find_call(seat.call);
        since = seat.since;
    }
    return longest;
}

/// By request: the call's own rules ring this agent's phone instead.
std::optional<Error> Engine::Impl::pick_up(AgentIndex index, const AgentRequest& request) {
    AgentSeat& seat = agents_[index];
    if (seat.call || !seat.has_free_phone())
        return Error{"conflict", "action", "the agent has a call"};
    if (seat.devices_up == 0)
        return Error{"conflict", "action", "the agent has no registered phone"};
    Call* call = request.call ? find_call(request.call) : ringing_for(index, request.other);
    if (call == nullptr || call->tenant != seat.data->tenant)
        return Error{"not_found", request.call ? "call" : "agent", "no call rings there"};
    const Member* ringing = ringing_member(*call);
    if (ringing == nullptr) return Error{"conflict", "call", "the call does not ring"};
    asked_call_ = call->id;
    if (call->offer) {
        const AgentIndex other = end_offer(*call, OfferOutcome::picked_up);
        offer_to(*call, index, true);
        finish_work(other);
        return std::nullopt;
    }
    const Member gone = *ringing;
    emit(call->tenant, DialEnded{call->id, gone.leg, OfferOutcome::picked_up});
    emit(call->tenant, CallTransferred{call->id,
                                       seat.data->id,
                                       TransferKind::picked_up,
                                       {TargetKind::agent, seat.data->id.value, {}}});
    drop_member(*call, gone.leg, {});
    const auto unreached = dial_agent(*call, index,
                                      {.target = {},
                                       .purpose = gone.purpose,
                                       .place = gone.place,
                                       .watched = gone.watched,
                                       .picks_up = true});
    agent_left(*call, gone);
    if (unreached) nobody_reached(*call, gone, unreached->outcome);
    return std::nullopt;
}

const Member* Engine::Impl::ringing_member(const Call& call) {
    for (const Member& member : call.members) {
        if (!member.is_caller && member.kind == LegKind::agent && member.state != MemberState::up &&
            member.purpose != DialPurpose::click)
            return &member;
    }
    return nullptr;
}

/// By phone (*8): the phone's own INVITE takes the place of the leg that rings.
void Engine::Impl::phone_picks_up(const IncomingCall& input, AgentIndex index, AgentId from) {
    AgentSeat& seat = agents_[index];
    const TenantId tenant = seat.data->tenant;
    if (const auto error = refusal(*seat.data, AgentRequestKind::pick_up))
        return refuse(input, tenant, 403, error->reason);
    Call* call = ringing_for(index, from);
    const Member* ringing = call != nullptr ? ringing_member(*call) : nullptr;
    if (ringing == nullptr) return refuse(input, tenant, 404, "no call rings there");
    stand_in(input, index, *call, ringing->leg);
}

/// INVITE with Replaces (RFC 3891): a phone of an agent takes over the named leg.
void Engine::Impl::phone_replaces(const IncomingCall& input) {
    const auto found = agent_by_device_.find(input.device);
    LegEntry* leg = find_leg(input.replaces);
    Call* call = leg != nullptr ? find_call(leg->call) : nullptr;
    const Member* named = call != nullptr ? call->find(input.replaces) : nullptr;
    if (named == nullptr) return refuse(input, {}, 481, "the call to take over is gone");
    const bool is_own_tenant =
        found != agent_by_device_.end() && agents_[found->second].data->tenant == call->tenant;
    if (!is_own_tenant || named->agent == kNoAgent ||
        refusal(*agents_[found->second].data, AgentRequestKind::pick_up))
        return refuse(input, {}, 403, "this phone may not take over the call");
    const bool talks = call->phase == CallPhase::talking && named->state == MemberState::up &&
                       named->kind == LegKind::agent;
    if (!talks && named != ringing_member(*call))
        return refuse(input, call->tenant, 481, "this leg can't be taken over now");
    stand_in(input, found->second, *call, input.replaces);
}

void Engine::Impl::stand_in(const IncomingCall& input, AgentIndex index, Call& call,
                            LegId replaced) {
    AgentSeat& seat = agents_[index];
    if (seat.state == AgentState::signed_out)
        return refuse(input, call.tenant, 403, "the agent is signed out: sign in first");
    if (seat.call || !seat.has_free_phone())
        return refuse(input, call.tenant, 486, "the agent is busy with a call");
    const Member& named = *call.find(replaced);
    const LegPlace place =
        named.state == MemberState::up || !call.offer ? named.place : LegPlace::apart;
    add_member(call, {.leg = input.leg,
                      .kind = LegKind::agent,
                      .agent = index,
                      .is_caller = true,
                      .place = place,
                      .watched = replaced,
                      .purpose = DialPurpose::pick_up});
    emit(call.tenant,
         PartyDialed{
             call.id, input.leg, LegKind::agent, seat.data->id, {}, {}, DialPurpose::pick_up});
    reserve(index, call, input.leg, AgentState::ringing);
    act(OpenMedia{call.worker, call.id, input.leg, input.remote, nullptr});
}

/// The media of the phone that picks up stands: it has the call, if it still rings or talks.
void Engine::Impl::take_the_place(Call& call, Member& taker) {
    const LegId leg = taker.leg;
    const AgentIndex index = taker.agent;
    const Member* named = call.find(std::exchange(taker.watched, LegId{}));
    const bool is_offer = named != nullptr && call.offer && call.offer->leg == named->leg;
    if (named == nullptr) {
        const Member gone = taker;
        drop_member(call, leg, "gone");
        return agent_left(call, gone);
    }
    answer_caller(call, taker);
    emit(call.tenant, DialEnded{call.id, leg, OfferOutcome::answered});
    emit(call.tenant, CallTransferred{call.id,
                                      agents_[index].data->id,
                                      TransferKind::picked_up,
                                      {TargetKind::agent, agents_[index].data->id.value, {}}});
    if (is_offer) {
        const AgentIndex other = end_offer(call, OfferOutcome::picked_up);
        deadlines_.cancel(call.announce_deadline);
        emit_left_queue(call, QueueOutcome::answered);
        call.find(leg)->place = LegPlace::talk;
        connect(call, leg);
        return finish_work(other);
    }
    const Member gone = *named;
    const bool was_up = gone.state == MemberState::up;
    if (!was_up) emit(call.tenant, DialEnded{call.id, gone.leg, OfferOutcome::picked_up});
    if (call.agent_leg == gone.leg) call.agent_leg = {};
    if (call.guest == gone.leg) call.guest = leg;
    if (call.consulted == gone.leg) call.consulted = leg;
    drop_member(call, gone.leg, {});
    if (call.find(leg)->place == LegPlace::talk) {
        connect(call, leg);
    } else {
        set_state(index, AgentState::talking, {}, call.id);
        settle(call);
    }
    agent_left(call, gone);
}

}  // namespace seatline::core
