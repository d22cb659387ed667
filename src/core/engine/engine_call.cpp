// A call from its arrival to its end, and what is told of its legs.
#include <algorithm>

#include "base/json.h"
#include "core/engine/engine_impl.h"

namespace seatline::core {
namespace {

/// RFC 3264: the answer's direction to an offer's.
MediaDirection answer_direction(MediaDirection offered) {
    switch (offered) {
        case MediaDirection::sendonly:
            return MediaDirection::recvonly;
        case MediaDirection::recvonly:
            return MediaDirection::sendonly;
        default:
            return offered;
    }
}

/// What a caller who was not answered yet is told, RFC 3261 21.4.
int refusal_code(EndCause cause) {
    switch (cause) {
        case EndCause::no_common_codec:
            return 488;
        case EndCause::media_failed:
            return 500;
        case EndCause::busy:
            return 486;
        case EndCause::rejected:
            return 603;
        case EndCause::no_answer:
        case EndCause::unreachable:
            return 480;
        case EndCause::no_route:
            return 404;
        default:
            return 0;
    }
}

OfferOutcome outcome_of(int sip_code) {
    switch (sip_code) {
        case 486:
        case 600:
            return OfferOutcome::busy;
        case 603:
        case 403:
            return OfferOutcome::rejected;
        case 408:
        case 487:
            return OfferOutcome::no_answer;
        default:
            return OfferOutcome::unreachable;
    }
}

}  // namespace

void Engine::Impl::on(const IncomingCall& input) {
    if (input.replaces) return phone_replaces(input);
    if (!input.device.empty()) return phone_calls(input);
    const auto number = numbers_.find(input.called);
    const TenantId tenant = number == numbers_.end() ? TenantId{} : number->second.tenant;
    const auto trunk = trunks_.find(input.trunk);
    if (!input.trunk || trunk == trunks_.end())
        return refuse(input, tenant, 403, "calls out are not allowed here");
    if (number == numbers_.end()) return refuse(input, tenant, 404, "no such number");
    if (closing_) return refuse(input, tenant, 503, "the system is being stopped");
    if (trunk->second.calls >= trunk->second.data->max_calls) {
        return refuse(input, tenant, 503, "the trunk's limit of simultaneous calls is reached");
    }
    const auto worker = pick_worker(tenant);
    if (!worker) return refuse(input, tenant, 503, "no media worker");
    Call& call = new_call(tenant, CallDirection::inbound, *worker);
    call.trunk = input.trunk;
    call.flow = number->second.flow;
    add_caller(call, input, LegKind::caller, kNoAgent);
    call.guest = call.customer = input.leg;
}

Call& Engine::Impl::new_call(TenantId tenant, CallDirection direction, std::uint32_t worker) {
    std::unique_ptr<Call> call;
    if (call_pool_.empty()) {
        call = std::make_unique<Call>();
        call->members.reserve(4);
    } else {
        call = std::move(call_pool_.back());
        call_pool_.pop_back();
        std::vector<Member> members = std::move(call->members);  // its memory is used again
        members.clear();
        *call = Call{};
        call->members = std::move(members);
    }
    call->id = CallId{next_id_++};
    call->tenant = tenant;
    call->direction = direction;
    call->worker = worker;
    call->arrived_at = now_;
    ++workers_[worker].calls;
    Call& created = *call;
    calls_[created.id] = std::move(call);
    return created;
}

/// The leg that comes in with a new call.
Member& Engine::Impl::add_caller(Call& call, const IncomingCall& input, LegKind kind,
                                 AgentIndex agent) {
    call.caller = input.caller;
    call.called = input.called;
    call.hides_caller = input.hides_caller;
    Member& caller = add_member(
        call,
        {.leg = input.leg, .kind = kind, .agent = agent, .is_caller = true, .trunk = input.trunk});
    emit(call.tenant,
         CallArrived{call.id, input.leg, input.trunk, input.caller, input.called, input.sip_call_id,
                     call.direction, agent == kNoAgent ? AgentId{} : agents_[agent].data->id,
                     input.diverted_from});
    act(OpenMedia{call.worker, call.id, input.leg, input.remote, nullptr});
    deadlines_.rearm(call.phase_deadline, now_ + settings_.media_timeout,
                     {DeadlineKind::call_phase, call.id.value});
    return caller;
}

void Engine::Impl::refuse(const IncomingCall& input, TenantId tenant, int sip_code,
                          std::string reason) {
    act(RejectCall{input.leg, sip_code, reason, sip_code == 503 ? seconds{5} : seconds{0}});
    TrunkEntry& trunk = trunks_[input.trunk];
    const std::uint32_t summed = trunk.refused_deadline ? trunk.refused.count : 0;
    trunk.refused = {input.trunk, input.caller,      input.called,
                     sip_code,    std::move(reason), summed + 1};
    trunk.refused_tenant = tenant;
    if (!trunk.refused_deadline) refusals_due(input.trunk);
}

void Engine::Impl::refusals_due(TrunkId id) {
    TrunkEntry& trunk = trunks_[id];
    trunk.refused_deadline = {};
    if (trunk.refused.count == 0) return;
    emit(trunk.refused_tenant, trunk.refused);
    trunk.refused.count = 0;
    trunk.refused_deadline = deadlines_.arm(now_ + 1s, {DeadlineKind::trunk_refusals, id.value});
}

void Engine::Impl::on(const MediaOpened& input) {
    LegEntry* leg = find_leg(input.leg);
    Call* call = leg != nullptr ? find_call(leg->call) : nullptr;
    Member* member = call != nullptr ? call->find(input.leg) : nullptr;
    if (member == nullptr) return;  // ended meanwhile: CloseMedia is on its way
    leg->local = input.local;
    if (call->first_local == nullptr) call->first_local = input.local;
    if (member->state != MemberState::opening) return;
    member->state = MemberState::ringing;
    if (member->is_caller) return caller_opened(*call, *member);
    leg->sip_open = true;
    invite(*call, *member, input.local);
}

/// The media of who calls us stands: what the call is for may begin.
void Engine::Impl::caller_opened(Call& call, Member& caller) {
    if (caller.kind != LegKind::caller) return begin_phone_call(call, caller);
    answer_caller(call, caller);
    start_flow(call, *call.flow);
}

void Engine::Impl::answer_caller(Call& call, Member& caller) {
    caller.state = MemberState::up;
    act(AnswerCall{caller.leg, legs_.at(caller.leg).local});
    emit(call.tenant, CallAnswered{call.id});
}

void Engine::Impl::on(const LegMediaChanged& input) {
    LegEntry* leg = find_leg(input.leg);
    if (leg == nullptr || !leg->sip_open) return;
    act(SetRemote{leg->worker, input.leg, input.remote});
    const MediaDirection direction = input.remote->direction;
    leg->may_be_silent = direction == MediaDirection::recvonly ||
                         direction == MediaDirection::inactive ||
                         (direction == MediaDirection::sendonly && leg->agent != kNoAgent);
    if (leg->local == nullptr) return;
    // The address stays; only the direction follows the far end's. The worker keeps one port for a
    // leg's life.
    auto local = std::make_shared<MediaDescription>(*leg->local);
    local->direction = answer_direction(direction);
    act(AcceptMedia{input.leg, std::move(local)});
    // A phone of ours that holds: the others hear our music, whatever the phone would send them. An
    // outside party that holds may play its own, but not to a whole conference.
    Call* call = find_call(leg->call);
    Member* member = call != nullptr ? call->find(input.leg) : nullptr;
    if (member == nullptr) return;
    const bool away = direction == MediaDirection::inactive ||
                      (direction == MediaDirection::sendonly &&
                       (leg->agent != kNoAgent || call->phase == CallPhase::conference));
    if (member->away == away) return;
    member->away = away;
    settle(*call);
}

void Engine::Impl::on(const RtpSilent& input) {
    LegEntry* leg = find_leg(input.leg);
    Call* call = leg != nullptr ? find_call(leg->call) : nullptr;
    if (call == nullptr || leg->may_be_silent || call->phase == CallPhase::opening) return;
    const Member* member = call->find(input.leg);
    if (member == nullptr || member->state != MemberState::up || member->away)
        return;  // a phone that rings or holds sends nothing
    end_call(*call, Party::system, EndCause::rtp_silence);
}

void Engine::Impl::on(const MediaFailed& input) {
    LegEntry* leg = find_leg(input.leg);
    if (leg == nullptr) return;
    leg->media_open = false;
    Call* call = find_call(leg->call);
    Member* member = call != nullptr ? call->find(input.leg) : nullptr;
    if (member == nullptr) return forget_leg_if_done(input.leg, *leg);
    const bool is_called = !member->is_caller && member->state != MemberState::up;
    if (is_called && !(call->offer && call->offer->leg == input.leg)) {
        return dial_failed(*call, input.leg, OfferOutcome::unreachable, 0);
    }
    end_call(*call, Party::system,
             input.no_common_codec ? EndCause::no_common_codec : EndCause::media_failed);
}

void Engine::Impl::on(const MediaClosed& input) {
    LegEntry* leg = find_leg(input.quality.leg);
    if (leg == nullptr || !leg->media_open) return;
    LegQuality quality = input.quality;
    quality.call = leg->call;
    emit(leg->tenant, quality);
    leg->media_open = false;
    forget_leg_if_done(input.quality.leg, *leg);
}

void Engine::Impl::on(const LegEnded& input) {
    LegEntry* leg = find_leg(input.leg);
    if (leg == nullptr || !leg->sip_open) return;
    leg->sip_open = false;
    free_line(*leg);
    const AgentIndex agent = leg->agent;
    emit(leg->tenant, LegFinished{leg->call, input.leg, leg->kind, input.sip_code, input.text});
    Call* call = find_call(leg->call);
    Member* member = call != nullptr ? call->find(input.leg) : nullptr;
    if (member == nullptr) {
        forget_leg_if_done(input.leg, *leg);
    } else if (call->offer && call->offer->leg == input.leg) {
        offer_failed(*call, outcome_of(input.sip_code));
    } else if (!member->is_caller && member->state != MemberState::up) {
        dial_failed(*call, input.leg, outcome_of(input.sip_code), input.sip_code);
    } else {
        member_left(*call, input.leg, input.network);
    }
    if (agent != kNoAgent) release_phone(agent, input.leg);
}

void Engine::Impl::end_call(Call& call, Party by, EndCause cause) {
    const CallId id = call.id;
    std::optional<AgentIndex> offered;
    if (call.phase == CallPhase::queued) {
        if (call.offer) {
            offered = end_offer(
                call, by == Party::caller ? OfferOutcome::caller_left : OfferOutcome::withdrawn);
        } else {
            const bool waited = distributor_.leave(call.queue, call.wait_key);
            SEATLINE_ASSERT(waited);
        }
        emit_left_queue(
            call, cause == EndCause::abandoned ? QueueOutcome::abandoned : QueueOutcome::fault);
    }
    for (const Member& member : call.members) {
        if (member.state == MemberState::up || member.is_caller) continue;
        emit(call.tenant,
             DialEnded{id, member.leg,
                       by == Party::system ? OfferOutcome::withdrawn : OfferOutcome::caller_left});
    }
    leave_conference(call);
    leave_mailbox(call);
    emit(call.tenant, CallEnded{id, by, cause});
    stop_recording(call);
    std::vector<Member> members;
    members.swap(call.members);
    for (Member& member : members) {
        const bool is_refused = member.is_caller && member.state != MemberState::up;
        const bool tells_why = member.is_caller && cause != EndCause::normal;
        deadlines_.cancel(member.ring_deadline);
        close_leg(member.leg, is_refused ? refusal_code(cause) : 0,
                  tells_why ? std::string(enum_name(cause)) : std::string{});
    }
    for (const Member& member : members) agent_left(call, member);
    members.swap(call.members);  // its memory is used again
    destroy_call(call);
    if (offered) finish_work(*offered);
}

void Engine::Impl::close_leg(LegId id, int sip_code, const std::string& reason) {
    LegEntry* leg = find_leg(id);
    if (leg == nullptr) return;
    free_line(*leg);
    if (leg->sip_open) act(HangUpLeg{id, sip_code, reason});
    if (leg->media_open) act(CloseMedia{leg->worker, id});
    leg->linger = deadlines_.arm(now_ + settings_.leg_linger, {DeadlineKind::leg_linger, id.value});
    forget_leg_if_done(id, *leg);
}

void Engine::Impl::free_line(LegEntry& leg) {
    if (leg.trunk) --trunks_.at(leg.trunk).calls;
    leg.trunk = {};
}

void Engine::Impl::destroy_call(Call& call) {
    deadlines_.cancel(call.phase_deadline);
    deadlines_.cancel(call.announce_deadline);
    deadlines_.cancel(call.offer_deadline);
    --workers_[call.worker].calls;
    const auto found = calls_.find(call.id);
    if (call_pool_.size() < 1024) call_pool_.push_back(std::move(found->second));
    calls_.erase(found);
}

}  // namespace seatline::core
