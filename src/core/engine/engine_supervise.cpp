// What supervisors do: listen in, whisper, barge in, take over, and force agents.
#include "core/agent/rights.h"
#include "core/engine/engine_impl.h"
#include "core/ivr/speech.h"

namespace seatline::core {

std::optional<Error> Engine::Impl::supervise(AgentIndex index, const AgentRequest& request) {
    using Kind = AgentRequestKind;
    if (const auto error = refusal(*agents_[index].data, request.kind)) return error;
    const auto found = agent_by_id_.find(request.other);
    if (found == agent_by_id_.end() || agents_[found->second].data->tenant != request.tenant)
        return Error{"not_found", "agent", "there is no such agent"};
    switch (request.kind) {
        case Kind::listen:
            return observe(index, found->second, SupervisorAction::listen);
        case Kind::whisper:
            return observe(index, found->second, SupervisorAction::whisper);
        case Kind::barge_in:
            return observe(index, found->second, SupervisorAction::barge_in);
        case Kind::take_over:
            return observe(index, found->second, SupervisorAction::take_over);
        case Kind::leave: {
            Call* call = find_call(agents_[index].call);
            if (call == nullptr || agents_[index].state != AgentState::monitoring)
                return Error{"conflict", "action", "this supervisor does not listen to a call"};
            emit(call->tenant, SupervisorActed{call->id, agents_[index].data->id, request.other,
                                               SupervisorAction::leave, false});
            return hang_up(index);
        }
        default:
            return force(index, found->second, request);
    }
}

/// The supervisor's phone is rung first, unless it is in the call already.
std::optional<Error> Engine::Impl::observe(AgentIndex index, AgentIndex other,
                                           SupervisorAction action) {
    Call* call = find_call(agents_[other].call);
    const Member* watched = call != nullptr ? own_member(*call, other) : nullptr;
    if (watched == nullptr || watched->state != MemberState::up ||
        call->phase != CallPhase::talking || index == other)
        return Error{"conflict", "agent", "the agent talks to nobody"};
    if (call->phase == CallPhase::conference || call->phase == CallPhase::mailbox)
        return Error{"conflict", "agent",
                     call->mailbox ? "the agent hears or leaves voicemail"
                                   : "the agent is in a conference: join it instead"};
    asked_call_ = call->id;
    if (agents_[index].call == call->id) {
        Member* own = own_member(*call, index);
        if (own == nullptr || own->kind != LegKind::supervisor || own->state != MemberState::up)
            return Error{"conflict", "action", "the supervisor takes part in the call"};
        const bool steps_back =
            action == SupervisorAction::listen || action == SupervisorAction::whisper;
        const bool speaks = own->place == LegPlace::talk || own->place == LegPlace::aside;
        if (steps_back && speaks && people(*call) <= 2)
            return Error{"conflict", "action", "only the supervisor and the agent are left"};
        own->watched = watched->leg;
        apply_supervision(*call, *own, action);
        return std::nullopt;
    }
    const auto unreached = dial_agent(*call, index,
                                      {.target = {},
                                       .purpose = DialPurpose::supervise,
                                       .place = LegPlace::listening,
                                       .wanted = action,
                                       .watched = watched->leg});
    if (unreached) {
        return Error{unreached->error.code, "action",
                     "the supervisor's phone can't be rung: " + unreached->error.reason};
    }
    return std::nullopt;
}

void Engine::Impl::apply_supervision(Call& call, Member& supervisor, SupervisorAction action) {
    Member* watched = call.find(supervisor.watched);
    if (watched == nullptr || watched->agent == kNoAgent) {
        // The agent left while the supervisor's phone rang.
        const Member gone = supervisor;
        drop_member(call, gone.leg, "the agent left the call");
        agent_left(call, gone);
        return settle(call);
    }
    const bool is_told = tenants_.at(call.tenant)->tell_monitored;
    emit(call.tenant, SupervisorActed{call.id, agents_[supervisor.agent].data->id,
                                      agents_[watched->agent].data->id, action, is_told});
    switch (action) {
        case SupervisorAction::whisper:
            for (Member& member : call.members) {
                if (member.place == LegPlace::whispering) member.place = LegPlace::listening;
            }
            supervisor.place = LegPlace::whispering;
            break;
        case SupervisorAction::barge_in:
            supervisor.place = watched->place;
            break;
        case SupervisorAction::take_over:
            return take_over(call, supervisor);
        default:
            supervisor.place = LegPlace::listening;
            break;
    }
    const bool is_secret = action == SupervisorAction::listen;
    if (is_told && is_secret) {
        Play tone{
            call.worker, watched->leg, PlayId{next_id_++}, {std::string(ivr::kMonitorTone)}, false};
        tone.over_talk = true;
        act(std::move(tone));
    }
    settle(call);
}

/// The supervisor is the call's agent from here on; the agent is out.
void Engine::Impl::take_over(Call& call, Member& supervisor) {
    const LegId leg = supervisor.leg;
    const Member gone = *call.find(supervisor.watched);
    supervisor.watched = {};
    supervisor.kind = LegKind::agent;
    legs_.at(leg).kind = LegKind::agent;
    supervisor.place = LegPlace::talk;
    emit(call.tenant,
         CallTransferred{call.id,
                         agents_[supervisor.agent].data->id,
                         TransferKind::taken_over,
                         {TargetKind::agent, agents_[supervisor.agent].data->id.value, {}}});
    if (call.guest == gone.leg) call.guest = call.agent_leg;
    call.agent_leg = {};
    drop_member(call, gone.leg, {});
    if (people(call) < 2) {  // the caller had left: nobody is there to be taken over
        agent_left(call, gone);
        return end_call(call, Party::supervisor, EndCause::normal);
    }
    connect(call, leg);
    agent_left(call, gone);
}

std::optional<Error> Engine::Impl::force(AgentIndex index, AgentIndex other,
                                         const AgentRequest& request) {
    using Kind = AgentRequestKind;
    AgentSeat& seat = agents_[other];
    Call* call = find_call(seat.call);
    const SupervisorAction action =
        request.kind == Kind::forced_release    ? SupervisorAction::forced_release
        : request.kind == Kind::forced_sign_out ? SupervisorAction::forced_sign_out
        : request.kind == Kind::forced_busy     ? SupervisorAction::forced_busy
                                                : SupervisorAction::forced_idle;
    if (request.kind == Kind::forced_release && call == nullptr)
        return Error{"conflict", "agent", "the agent has no call"};
    if (request.kind != Kind::forced_release && seat.state == AgentState::signed_out)
        return Error{"conflict", "agent", "the agent is signed out"};
    if (request.kind == Kind::forced_busy) {
        if (auto error = check_reason(request.reason)) return error;
    }
    emit(seat.data->tenant,
         SupervisorActed{seat.call, agents_[index].data->id, seat.data->id, action, true});
    switch (request.kind) {
        case Kind::forced_release:
            asked_call_ = call->id;
            if (call->offer && call->offer->agent == other) {
                offer_failed(*call, OfferOutcome::withdrawn);
            } else {
                end_call(*call, Party::supervisor, EndCause::forced);
            }
            return std::nullopt;
        case Kind::forced_sign_out:
            return sign_out(other);
        case Kind::forced_busy:
            return go_busy(other, request.reason);
        default:
            return go_idle(other);
    }
}

}  // namespace seatline::core
