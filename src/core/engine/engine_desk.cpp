// What an agent does with the call at the desk: hold, consult, three-way, the caller sent into a
// flow, and calls of the agent's own by click.
#include <algorithm>

#include "base/json.h"
#include "core/agent/rights.h"
#include "core/engine/engine_impl.h"

namespace seatline::core {
namespace {

Error conflict(std::string reason) {
    return Error{"conflict", "action", std::move(reason)};
}

}  // namespace

/// Where the agent acts: the leg that is in talk or aside and holds nobody, else any of its legs.
Member* Engine::Impl::own_member(Call& call, AgentIndex index) const {
    Member* own = nullptr;
    for (Member& member : call.members) {
        if (member.agent != index) continue;
        if (own == nullptr || own->away || member.place == LegPlace::aside) own = &member;
    }
    return own;
}

std::optional<Error> Engine::Impl::desk(AgentIndex index, const AgentRequest& request) {
    using Kind = AgentRequestKind;
    Result<Target> target = resolve(*agents_[index].data, request.target);
    const bool is_aimed = request.kind == Kind::transfer || request.kind == Kind::consult ||
                          request.kind == Kind::dial || request.kind == Kind::to_flow;
    if (is_aimed && target.has_error()) return target.error();
    if (const auto error =
            refusal(*agents_[index].data, request.kind,
                    is_aimed ? std::optional<TargetKind>(target->kind) : std::nullopt))
        return error;
    if (request.kind == Kind::dial) return click_to_dial(index, *target);
    if (request.kind == Kind::pick_up) return pick_up(index, request);
    Call* call = find_call(agents_[index].call);
    if (call == nullptr) return conflict("the agent has no call");
    Member* own = own_member(*call, index);
    if (request.kind == Kind::hang_up) return hang_up(index);
    if (own == nullptr || own->state != MemberState::up || call->phase == CallPhase::announcing)
        return conflict("the call is not connected yet");
    asked_call_ = call->id;
    if (call->flow_for == own->leg)
        return conflict("the caller is in a flow: wait for its result, or hang up");
    if (request.kind == Kind::record || request.kind == Kind::stop_record ||
        request.kind == Kind::pause_record || request.kind == Kind::resume_record)
        return record_command(*call, request);
    if (call->phase != CallPhase::talking) return conflict("the call is not in a conversation");
    const bool is_of_consultation = request.kind == Kind::consult || request.kind == Kind::swap ||
                                    request.kind == Kind::complete ||
                                    request.kind == Kind::cancel || request.kind == Kind::join;
    if (is_of_consultation && (call->agent != index || !call->agent_leg))
        return conflict("only the agent of the call consults");
    switch (request.kind) {
        case Kind::hold:
            return hold(*call, *own);
        case Kind::resume:
            return resume(*call, *own);
        case Kind::transfer:
            return transfer(*call, index, *target);
        case Kind::consult:
            return consult(*call, index, *target);
        case Kind::swap:
            return swap(*call, index);
        case Kind::complete:
            return complete(*call, index);
        case Kind::cancel:
            return cancel_consult(*call, index);
        case Kind::join:
            return join(*call, index);
        case Kind::to_flow:
            if (target->kind != TargetKind::flow)
                return Error{"invalid", "target", "only a flow gives a caller back"};
            return to_flow(*call, index, FlowId{target->id});
        case Kind::send_digits:
            act(SendDigits{call->worker, call->guest, request.text});
            return std::nullopt;
        default:
            return conflict("this can't be done in a call");
    }
}

/// What a person typed becomes what it means: a number may be a colleague's.
Result<Target> Engine::Impl::resolve(const Agent& agent, const Target& target) const {
    const auto known = [&](const auto& list) {
        return std::ranges::any_of(list, [&](const auto& item) {
            return item.id.value == target.id && item.tenant == agent.tenant;
        });
    };
    switch (target.kind) {
        case TargetKind::number: {
            const auto meant = dial_plan_.resolve(agent, target.number);
            if (meant.has_error())
                return Error{meant.error().code, "target.number", meant.error().reason};
            if (const auto* named = std::get_if<Target>(&*meant)) return *named;
            return Error{"invalid", "target.number", "a feature code is not a target"};
        }
        case TargetKind::agent:
            if (known(directory_.agents)) return target;
            break;
        case TargetKind::queue:
            if (known(directory_.queues)) return target;
            break;
        case TargetKind::flow:
            if (known(directory_.flows)) return target;
            break;
        case TargetKind::mailbox:
            if (known(directory_.mailboxes)) return target;
            break;
        case TargetKind::conference:
            if (known(directory_.conferences)) return target;
            break;
    }
    return Error{"not_found", "target.id", "there is no such target"};
}

std::optional<Error> Engine::Impl::hang_up(AgentIndex index) {
    AgentSeat& seat = agents_[index];
    Call* call = find_call(seat.call);
    if (call == nullptr) return conflict("the agent has no call");
    asked_call_ = call->id;
    if (call->offer && call->offer->agent == index) {
        offer_failed(*call, OfferOutcome::rejected);
        return std::nullopt;
    }
    const Member* own = own_member(*call, index);
    if (!own->is_caller && own->state != MemberState::up) {
        dial_failed(*call, own->leg, OfferOutcome::rejected, 603);
    } else {
        member_left(*call, own->leg, false);
    }
    return std::nullopt;
}

std::optional<Error> Engine::Impl::hold(Call& call, Member& own) {
    if (own.away) return conflict("the call is on hold already");
    own.away = true;
    settle(call);
    return std::nullopt;
}

std::optional<Error> Engine::Impl::resume(Call& call, Member& own) {
    if (own.away) {
        own.away = false;
        settle(call);
        return std::nullopt;
    }
    if (own.place != LegPlace::aside) return conflict("the call is not on hold");
    own.place = LegPlace::talk;
    settle(call);
    return std::nullopt;
}

std::optional<Error> Engine::Impl::consult(Call& call, AgentIndex index, const Target& target) {
    if (call.consulted) return conflict("a consultation is going on already");
    if (target.kind != TargetKind::agent && target.kind != TargetKind::number)
        return Error{"invalid", "target", "only an agent or a number can be consulted"};
    if (auto unreached = dial(call, {target, DialPurpose::consult, LegPlace::aside}))
        return unreached->error;
    Member& own = *own_member(call, index);
    own.place = LegPlace::aside;
    own.away = false;
    settle(call);
    return std::nullopt;
}

std::optional<Error> Engine::Impl::swap(Call& call, AgentIndex index) {
    const Member* consulted = call.find(call.consulted);
    Member* own = own_member(call, index);
    if (consulted == nullptr || own->leg != call.agent_leg)
        return conflict("there is no consultation");
    if (consulted->place != LegPlace::aside) return conflict("all are in one conversation");
    own->place = own->place == LegPlace::aside ? LegPlace::talk : LegPlace::aside;
    own->away = false;
    settle(call);
    return std::nullopt;
}

/// The caller and the consulted are joined, the agent leaves.
std::optional<Error> Engine::Impl::complete(Call& call, AgentIndex index) {
    Member* consulted = call.find(call.consulted);
    if (consulted == nullptr) return conflict("there is no consultation");
    emit(call.tenant, CallTransferred{call.id, agents_[index].data->id, TransferKind::attended,
                                      target_of(*consulted)});
    // The phone may have made the consultation by a call of its own: then there are two legs.
    while (Member* own = own_member(call, index)) {
        const Member gone = *own;
        call.agent_leg = {};
        drop_member(call, gone.leg, {});
        agent_left(call, gone);
    }
    hand_over(call, *call.find(call.consulted));
    return std::nullopt;
}

std::optional<Error> Engine::Impl::cancel_consult(Call& call, AgentIndex index) {
    const Member* consulted = call.find(call.consulted);
    if (consulted == nullptr) return conflict("there is no consultation");
    const Member gone = *consulted;
    call.consulted = {};
    if (gone.state != MemberState::up)
        emit(call.tenant, DialEnded{call.id, gone.leg, OfferOutcome::withdrawn});
    drop_member(call, gone.leg, {});
    agent_left(call, gone);
    for (Member& member : call.members) {
        if (member.agent == index && member.leg == call.agent_leg) {
            member.place = LegPlace::talk;
            member.away = false;
        }
    }
    settle(call);
    return std::nullopt;
}

/// Three-way: all hear all.
std::optional<Error> Engine::Impl::join(Call& call, AgentIndex index) {
    Member* consulted = call.find(call.consulted);
    if (consulted == nullptr || consulted->state != MemberState::up)
        return conflict("nobody is being consulted");
    if (consulted->place == LegPlace::talk) return conflict("all are in one conversation already");
    consulted->place = LegPlace::talk;
    Member& own = *own_member(call, index);
    own.place = LegPlace::talk;
    own.away = false;
    call.consulted = {};
    settle(call);
    return std::nullopt;
}

/// The caller goes into a flow (a password, a payment); the agent waits for its result.
std::optional<Error> Engine::Impl::to_flow(Call& call, AgentIndex index, FlowId flow) {
    if (call.consulted || people(call) != 2)
        return conflict("only a call between two can go into a flow");
    Member& own = *own_member(call, index);
    if (own.leg != call.agent_leg || own.leg == call.guest)
        return conflict("only the agent of the call sends the caller into a flow");
    call.flow_for = own.leg;
    call.find(call.guest)->place = LegPlace::apart;
    call.collected.clear();
    call.typed_ahead.clear();
    emit(call.tenant, SentToFlow{call.id, agents_[index].data->id, flow});
    settle(call);
    start_flow(call, *flow_by_id_.at(flow));
    return std::nullopt;
}

/// The agent's own phone rings first; when it is picked up, the target is called.
std::optional<Error> Engine::Impl::click_to_dial(AgentIndex index, const Target& target) {
    AgentSeat& seat = agents_[index];
    if (seat.call) return conflict("the agent has a call");
    if (closing_) return Error{"unavailable", "action", "the system is being stopped"};
    if (target.kind == TargetKind::number) {
        const auto trunks =
            trunk_choice_.candidates(seat.data->tenant, target.number, [this](TrunkId id) {
                return TrunkLoad{trunks_.at(id).calls, trunks_.at(id).is_up};
            });
        if (trunks.has_error())
            return Error{trunks.error().code, "target.number", trunks.error().reason};
    }
    const auto worker = pick_worker(seat.data->tenant);
    if (!worker) return Error{"unavailable", "action", "no media worker is up"};
    Call& call = new_call(
        seat.data->tenant,
        target.kind == TargetKind::number ? CallDirection::outbound : CallDirection::internal,
        *worker);
    const LegId leg{2 * next_id_};  // the next that dial_agent() gives out
    call.caller = seat.data->number;
    call.called = text_of(target);
    call.target = target;
    call.phase = CallPhase::dialing;
    emit(call.tenant,
         CallArrived{
             call.id, leg, {}, call.caller, call.called, {}, call.direction, seat.data->id, {}});
    auto unreached = dial_agent(call, index, {{}, DialPurpose::click, LegPlace::talk});
    if (unreached) {
        emit(call.tenant, CallEnded{call.id, Party::system, EndCause::unreachable});
        destroy_call(call);
        return unreached->error;
    }
    SEATLINE_ASSERT(seat.has_leg(leg));
    call.agent = index;
    call.agent_leg = leg;
    if (call.direction == CallDirection::internal) call.customer = leg;
    deadlines_.rearm(call.phase_deadline, now_ + settings_.dial_limit,
                     {DeadlineKind::call_phase, call.id.value});
    asked_call_ = call.id;
    return std::nullopt;
}

/// The agent's phone was picked up: now for whom the call is.
void Engine::Impl::click_answered(Call& call) {
    emit(call.tenant, CallAnswered{call.id});
    if (call.target.kind != TargetKind::agent && call.target.kind != TargetKind::number) {
        call.guest = call.customer = std::exchange(call.agent_leg, LegId{});
        set_state(call.agent, AgentState::talking, {}, call.id);
        return send_to(call, call.target);
    }
    if (const auto unreached = dial(call, {call.target, DialPurpose::call, LegPlace::talk})) {
        call.guest = call.agent_leg;
        return start_closing(call, unreached->error.code == "no_route" ? EndCause::no_route
                                   : unreached->outcome == OfferOutcome::busy
                                       ? EndCause::busy
                                       : EndCause::unreachable);
    }
    settle(call);
}

std::string Engine::Impl::text_of(const Target& target) const {
    if (target.kind == TargetKind::number) return target.number;
    if (target.kind == TargetKind::agent) {
        const auto found = agent_by_id_.find(AgentId{target.id});
        if (found != agent_by_id_.end()) return agents_[found->second].data->number;
    }
    return std::string(enum_name(target.kind)) + " " + std::to_string(target.id);
}

Target Engine::Impl::target_of(const Member& member) const {
    if (member.agent == kNoAgent) return {TargetKind::number, 0, member.number};
    return {TargetKind::agent, agents_[member.agent].data->id.value, {}};
}

}  // namespace seatline::core
