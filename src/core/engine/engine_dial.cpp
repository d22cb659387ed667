// Calling somebody into a call: agents at their phones, with forwarding, and numbers outside by the
// trunks that carry them; and the calls that agents make themselves.
#include <algorithm>

#include "base/json.h"
#include "core/agent/rights.h"
#include "core/engine/engine_impl.h"
#include "core/ivr/speech.h"

namespace seatline::core {
namespace {

constexpr std::uint8_t kMaxForwards = 3;

/// What another trunk may do better (RFC 3261 21.5), or a peer that never answered.
bool is_trunk_trouble(int sip_code, bool rang) {
    return sip_code == 0 || (sip_code >= 500 && sip_code < 600) || (sip_code == 408 && !rang);
}

EndCause cause_of(OfferOutcome outcome) {
    switch (outcome) {
        case OfferOutcome::busy:
            return EndCause::busy;
        case OfferOutcome::rejected:
            return EndCause::rejected;
        case OfferOutcome::no_answer:
            return EndCause::no_answer;
        default:
            return EndCause::unreachable;
    }
}

}  // namespace

// ---- the calls that phones make

/// An authenticated phone of ours calls: a colleague, a service number, a number outside; while it
/// is in a call already, for a consultation.
void Engine::Impl::phone_calls(const IncomingCall& input) {
    const auto found = agent_by_device_.find(input.device);
    if (found == agent_by_device_.end())
        return refuse(input, {}, 403, "this phone belongs to no agent");
    const AgentIndex index = found->second;
    AgentSeat& seat = agents_[index];
    const TenantId tenant = seat.data->tenant;
    if (closing_) return refuse(input, tenant, 503, "the system is being stopped");
    if (seat.state == AgentState::signed_out)
        return refuse(input, tenant, 403, "the agent is signed out: sign in first");
    const auto meant = dial_plan_.resolve(*seat.data, input.called);
    if (meant.has_error()) return refuse(input, tenant, 404, meant.error().reason);
    if (const auto* code = std::get_if<PickUpCode>(&*meant))
        return phone_picks_up(input, index, code->agent);
    const auto* listen = std::get_if<ListenToMailbox>(&*meant);
    if (listen != nullptr && (seat.call || !may_listen(index, listen->mailbox)))
        return refuse(input, tenant, seat.call ? 486 : 403,
                      "this mailbox can't be listened to from this phone now");
    const Target listened{TargetKind::mailbox, listen != nullptr ? listen->mailbox.value : 0, {}};
    const Target* target = listen != nullptr ? &listened : &std::get<Target>(*meant);
    Call* own = find_call(seat.call);
    const bool consults = own != nullptr;
    if (const auto error =
            listen != nullptr
                ? std::nullopt
                : refusal(*seat.data, consults ? AgentRequestKind::consult : AgentRequestKind::dial,
                          target->kind))
        return refuse(input, tenant, 403, error->reason);
    const bool may_consult = consults && own->phase == CallPhase::talking && !own->consulted &&
                             own->agent == index && own->agent_leg &&
                             seat.has_leg(own->agent_leg) && !seat.legs[1];
    if (consults && !may_consult)
        return refuse(input, tenant, 486, "the agent is busy with a call");
    if (!consults && !seat.has_free_phone())
        return refuse(input, tenant, 486, "the last call of this phone is not over");
    if (consults && target->kind != TargetKind::agent && target->kind != TargetKind::number)
        return refuse(input, tenant, 403, "only an agent or a number can be consulted");
    if (consults) return phone_consults(input, index, *own, *target);
    const auto worker = pick_worker(tenant);
    if (!worker) return refuse(input, tenant, 503, "no media worker");
    Call& call = new_call(
        tenant,
        target->kind == TargetKind::number ? CallDirection::outbound : CallDirection::internal,
        *worker);
    call.target = *target;
    call.listens = listen != nullptr;
    IncomingCall named = input;
    named.caller = seat.data->number;  // whatever the phone says of itself
    add_caller(call, named, LegKind::agent, index);
    call.agent = index;
    call.agent_leg = input.leg;
    if (call.direction == CallDirection::internal) call.customer = input.leg;
    reserve(index, call, input.leg, AgentState::dialing);
}

/// The phone's second call is the agent's consultation, a leg of the same call.
void Engine::Impl::phone_consults(const IncomingCall& input, AgentIndex index, Call& call,
                                  const Target& target) {
    add_member(call, {.leg = input.leg,
                      .kind = LegKind::agent,
                      .agent = index,
                      .is_caller = true,
                      .place = LegPlace::aside,
                      .purpose = DialPurpose::consult});
    agents_[index].add_leg(input.leg);
    call.target = target;
    emit(call.tenant, PartyDialed{call.id,
                                  input.leg,
                                  LegKind::agent,
                                  agents_[index].data->id,
                                  {},
                                  {},
                                  DialPurpose::consult});
    act(OpenMedia{call.worker, call.id, input.leg, input.remote, nullptr});
}

/// The media of a phone that calls stands.
void Engine::Impl::begin_phone_call(Call& call, Member& caller) {
    const LegId leg = caller.leg;
    const DialPurpose purpose = caller.purpose;
    if (purpose == DialPurpose::pick_up) return take_the_place(call, caller);
    caller.place = purpose == DialPurpose::consult ? LegPlace::aside : LegPlace::talk;
    const bool is_service =
        call.target.kind != TargetKind::agent && call.target.kind != TargetKind::number;
    if (is_service && purpose == DialPurpose::call) {
        answer_caller(call, caller);
        call.guest = leg;
        call.agent_leg = {};
        set_state(call.agent, AgentState::talking, {}, call.id);
        return send_to(call, call.target);
    }
    if (purpose == DialPurpose::call) {
        call.phase = CallPhase::dialing;
        deadlines_.rearm(call.phase_deadline, now_ + settings_.dial_limit,
                         {DeadlineKind::call_phase, call.id.value});
    }
    const auto unreached = dial(call, {call.target, purpose, caller.place});
    if (!unreached) return settle(call);
    if (purpose == DialPurpose::consult) {
        return refuse_member(call, leg, unreached->outcome == OfferOutcome::busy ? 486 : 480);
    }
    end_call(
        call, Party::system,
        unreached->error.code == "no_route" ? EndCause::no_route : cause_of(unreached->outcome));
}

// ---- calling

std::optional<Engine::Impl::Unreached> Engine::Impl::dial(Call& call, const Wish& wish) {
    if (wish.target.kind == TargetKind::number) {
        return dial_number(call, wish.target.number, wish);
    }
    if (wish.target.kind != TargetKind::agent) {
        return Unreached{OfferOutcome::unreachable,
                         Error{"invalid", "target", "this can't be called"}};
    }
    const auto found = agent_by_id_.find(AgentId{wish.target.id});
    if (found == agent_by_id_.end() || agents_[found->second].data->tenant != call.tenant) {
        return Unreached{OfferOutcome::unreachable,
                         Error{"not_found", "target", "there is no such agent"}};
    }
    return dial_agent(call, found->second, wish);
}

std::optional<Engine::Impl::Unreached> Engine::Impl::dial_agent(Call& call, AgentIndex index,
                                                                const Wish& wish) {
    AgentSeat& seat = agents_[index];
    const bool is_own_wish = wish.purpose == DialPurpose::click ||
                             wish.purpose == DialPurpose::supervise || wish.picks_up ||
                             wish.purpose == DialPurpose::take_back;
    if (!is_own_wish && !seat.forward.always.empty())
        return forward(call, seat.forward.always, *seat.data, wish);
    const std::string who = "agent " + seat.data->number;
    if (seat.state == AgentState::signed_out || seat.devices_up == 0) {
        if (!is_own_wish && !seat.forward.on_busy.empty())
            return forward(call, seat.forward.on_busy, *seat.data, wish);
        return Unreached{
            OfferOutcome::unreachable,
            Error{"conflict", "target",
                  who + (seat.devices_up == 0 ? " has no registered phone" : " is signed out")}};
    }
    const bool may_ring = seat.state == AgentState::idle || seat.state == AgentState::busy ||
                          (is_own_wish && seat.state == AgentState::wrap_up);
    if (!may_ring || seat.call || !seat.has_free_phone()) {
        if (!is_own_wish && !seat.forward.on_busy.empty())
            return forward(call, seat.forward.on_busy, *seat.data, wish);
        return Unreached{OfferOutcome::busy, Error{"conflict", "target", who + " is in a call"}};
    }
    const LegId leg{2 * next_id_++};
    Member& member = add_member(
        call,
        {.leg = leg,
         .kind = wish.purpose == DialPurpose::supervise ? LegKind::supervisor : LegKind::agent,
         .agent = index,
         .place = wish.place,
         .auto_answer = is_own_wish && wish.purpose != DialPurpose::take_back,
         .watched = wish.watched,
         .purpose = wish.purpose,
         .forwards = wish.forwards,
         .wanted = wish.wanted});
    emit(call.tenant, PartyDialed{call.id,
                                  leg,
                                  member.kind,
                                  seat.data->id,
                                  {},
                                  {},
                                  wish.picks_up       ? DialPurpose::pick_up
                                  : wish.forwards > 0 ? DialPurpose::forward
                                                      : wish.purpose});
    member.ring_deadline =
        deadlines_.arm(now_ + seat.data->direct_ring_s, {DeadlineKind::member_ring, leg.value});
    if (wish.purpose == DialPurpose::consult) call.consulted = leg;
    reserve(index, call, leg,
            wish.purpose == DialPurpose::click ? AgentState::dialing : AgentState::ringing);
    act(OpenMedia{call.worker, call.id, leg, nullptr, call.first_local, srtp_of(index)});
    return std::nullopt;
}

std::optional<Engine::Impl::Unreached> Engine::Impl::forward(Call& call, const std::string& to,
                                                             const Agent& from, Wish wish) {
    const auto target = dial_plan_.forward(from, to);
    const bool is_for_guest = wish.purpose == DialPurpose::call ||
                              wish.purpose == DialPurpose::transfer ||
                              wish.purpose == DialPurpose::flow;
    if (target.has_value() && target->kind == TargetKind::mailbox && is_for_guest) {
        emit(call.tenant, CallTransferred{call.id, from.id, TransferKind::forwarded, *target});
        leave_message(call, MailboxId{target->id});
        return std::nullopt;
    }
    const bool is_callable = target.has_value() && (target->kind == TargetKind::agent ||
                                                    target->kind == TargetKind::number);
    if (!is_callable || wish.forwards >= kMaxForwards) {
        return Unreached{OfferOutcome::unreachable,
                         Error{"conflict", "target",
                               "agent " + from.number + " forwards calls to where they can't go"}};
    }
    emit(call.tenant, CallTransferred{call.id, from.id, TransferKind::forwarded, *target});
    wish.target = *target;
    ++wish.forwards;
    return dial(call, wish);
}

std::optional<Engine::Impl::Unreached> Engine::Impl::dial_number(Call& call,
                                                                 const std::string& number,
                                                                 const Wish& wish) {
    auto trunks = trunk_choice_.candidates(call.tenant, number, [this](TrunkId id) {
        const TrunkEntry& trunk = trunks_.at(id);
        return TrunkLoad{trunk.calls, trunk.is_up};
    });
    if (trunks.has_error()) return Unreached{OfferOutcome::unreachable, trunks.error()};
    ring_trunk(call, {.kind = LegKind::outside,
                      .place = wish.place,
                      .purpose = wish.purpose,
                      .forwards = wish.forwards,
                      .number = number,
                      .trunks = std::move(*trunks)});
    return std::nullopt;
}

/// Tries the first of the trunks that are left.
void Engine::Impl::ring_trunk(Call& call, Member member) {
    member.leg = LegId{2 * next_id_++};
    member.trunk = member.trunks.front().trunk;
    const seconds ring_timeout = member.trunks.front().ring_timeout;
    if (member.purpose == DialPurpose::consult) call.consulted = member.leg;
    const bool is_customer =
        call.direction == CallDirection::outbound && member.purpose == DialPurpose::call;
    if (is_customer) call.customer = call.guest = member.leg;
    emit(call.tenant, PartyDialed{call.id,
                                  member.leg,
                                  LegKind::outside,
                                  {},
                                  member.trunk,
                                  member.number,
                                  member.forwards > 0 ? DialPurpose::forward : member.purpose});
    Member& added = add_member(call, std::move(member));
    added.ring_deadline =
        deadlines_.arm(now_ + ring_timeout, {DeadlineKind::member_ring, added.leg.value});
    act(OpenMedia{call.worker, call.id, added.leg, nullptr, call.first_local,
                  trunks_.at(added.trunk).data->srtp});
}

/// Its media leg stands: the INVITE goes out.
void Engine::Impl::invite(Call& call, Member& member, MediaPtr local) {
    if (member.kind == LegKind::outside) {
        const TrunkCandidate& trunk = member.trunks.front();
        const Agent* agent = call.agent_leg ? agents_[call.agent].data : nullptr;
        auto shown = caller_numbers_.choose(call.tenant, call.shown_number,
                                            agent != nullptr ? agent->caller_number : "");
        act(InviteTrunk{member.leg, trunk.trunk, trunk.number,
                        shown.has_value() ? *shown : std::string{}, call.hides_caller,
                        std::move(local), trunk.ring_timeout + 5s});
        return;
    }
    const AgentSeat& seat = agents_[member.agent];
    std::vector<std::string> devices = registered_devices(seat);
    std::string first = devices.empty() ? seat.data->device : devices.front();
    if (!devices.empty()) devices.erase(devices.begin());
    const bool is_offer = call.offer && call.offer->leg == member.leg;
    const bool shows_called = call.direction == CallDirection::outbound && !call.visit;
    std::string caller = shows_called ? call.called : call.caller;
    if (call.hides_caller) caller = "anonymous";
    const seconds ring =
        is_offer ? directory_.queues[call.queue].ring_timeout_s : seat.data->direct_ring_s;
    act(InviteDevice{member.leg, std::move(first), std::move(caller),
                     call.had_queue ? directory_.queues[call.queue].name : std::string{},
                     std::move(local), ring + 5s, std::move(devices), member.auto_answer});
}

void Engine::Impl::on(const LegRinging& input) {
    LegEntry* leg = find_leg(input.leg);
    Call* call = leg != nullptr ? find_call(leg->call) : nullptr;
    Member* member = call != nullptr ? call->find(input.leg) : nullptr;
    if (member == nullptr || member->is_caller || member->state == MemberState::up) return;
    const bool is_news = !std::exchange(member->alerted, true);
    if (call->offer && call->offer->leg == input.leg) {
        if (!std::exchange(call->offer->alerted, true))
            emit(call->tenant,
                 AgentAlerted{call->id, agents_[call->offer->agent].data->id, input.leg});
        return;
    }
    if (is_news) emit(call->tenant, PartyAlerted{call->id, input.leg});
    if (input.remote != nullptr && member->kind == LegKind::outside && !member->early_media) {
        act(SetRemote{leg->worker, input.leg, input.remote});
        member->early_media = true;
        settle(*call);
    }
    for (const Member& caller : call->members) {
        if (!caller.is_caller || caller.state != MemberState::ringing ||
            caller.place != member->place)
            continue;
        act(RingCaller{caller.leg, member->early_media ? legs_.at(caller.leg).local : MediaPtr{}});
    }
}

void Engine::Impl::on(const LegAnswered& input) {
    LegEntry* leg = find_leg(input.leg);
    Call* call = leg != nullptr ? find_call(leg->call) : nullptr;
    Member* member = call != nullptr ? call->find(input.leg) : nullptr;
    if (member == nullptr) return;  // the call ended meanwhile: HangUpLeg is on its way
    if (member->is_caller) {
        act(SetRemote{leg->worker, input.leg, input.remote});  // the answer to our delayed offer
    } else if (call->offer && call->offer->leg == input.leg) {
        agent_answered(*call, input.remote);
    } else if (member->state == MemberState::ringing) {
        member_answered(*call, *member, input.remote);
    }
}

void Engine::Impl::member_answered(Call& call, Member& member, MediaPtr remote) {
    deadlines_.cancel(member.ring_deadline);
    member.state = MemberState::up;
    member.early_media = false;
    emit(call.tenant, DialEnded{call.id, member.leg, OfferOutcome::answered});
    act(SetRemote{call.worker, member.leg, std::move(remote)});
    const LegId leg = member.leg;
    switch (member.purpose) {
        case DialPurpose::click:
            return click_answered(call);
        case DialPurpose::supervise:
            set_state(member.agent, AgentState::monitoring, {}, call.id);
            return apply_supervision(call, member, member.wanted);
        case DialPurpose::consult:
            if (member.agent != kNoAgent) set_state(member.agent, AgentState::talking, {}, call.id);
            answer_ringing_callers(call, LegPlace::aside);
            return settle(call);
        case DialPurpose::conference:
            return invited_answered(call, leg);
        default:
            return connect(call, leg);
    }
}

/// Callers of ours who wait for this answer have their own now.
void Engine::Impl::answer_ringing_callers(Call& call, LegPlace place) {
    for (Member& caller : call.members) {
        if (caller.is_caller && caller.state == MemberState::ringing && caller.place == place)
            answer_caller(call, caller);
    }
}

/// The called one and the guest, or the agent who called, talk.
void Engine::Impl::connect(Call& call, LegId leg) {
    call.transferred_by = kNoAgent;
    Member& member = *call.find(leg);
    member.place = LegPlace::talk;
    answer_ringing_callers(call, LegPlace::talk);
    if (member.agent != kNoAgent) {
        if (agents_[member.agent].state != AgentState::talking)
            set_state(member.agent, AgentState::talking, {}, call.id, queue_of(call));
        if (call.agent_leg && call.agent_leg != leg) {
            // An internal call: who called is led from here on like a caller.
            call.guest = call.agent_leg;
            Member& caller = *call.find(call.agent_leg);
            caller.talked = true;
            if (agents_[caller.agent].state == AgentState::dialing)
                set_state(caller.agent, AgentState::talking, {}, call.id);
        }
        call.agent = member.agent;
        call.agent_leg = leg;
    } else if (call.agent_leg) {
        call.guest = leg;
        if (agents_[call.agent].state == AgentState::dialing)
            set_state(call.agent, AgentState::talking, {}, call.id);
    }
    start_talk(call);
}

// ---- not reached

void Engine::Impl::member_ring_due(LegId leg) {
    LegEntry* entry = find_leg(leg);
    Call* call = entry != nullptr ? find_call(entry->call) : nullptr;
    Member* member = call != nullptr ? call->find(leg) : nullptr;
    if (member == nullptr) return;
    member->ring_deadline = {};
    dial_failed(*call, leg, OfferOutcome::no_answer, 408);
}

void Engine::Impl::dial_failed(Call& call, LegId leg, OfferOutcome outcome, int sip_code) {
    Member failed = *call.find(leg);
    emit(call.tenant, DialEnded{call.id, leg, outcome});
    if (call.consulted == leg) call.consulted = {};
    drop_member(call, leg, std::string(enum_name(outcome)));
    if (failed.agent != kNoAgent) {
        agent_left(call, failed);
        const AgentForwardSet& forwards = agents_[failed.agent].forward;
        const std::string& to = outcome == OfferOutcome::no_answer ? forwards.on_no_answer
                                : outcome == OfferOutcome::busy    ? forwards.on_busy
                                                                   : std::string{};
        const bool is_for_agent =
            failed.purpose == DialPurpose::call || failed.purpose == DialPurpose::flow ||
            failed.purpose == DialPurpose::transfer || failed.purpose == DialPurpose::consult;
        if (!to.empty() && is_for_agent &&
            !forward(call, to, *agents_[failed.agent].data,
                     {{}, failed.purpose, failed.place, failed.forwards}))
            return settle(call);
    } else if (failed.trunks.size() > 1 && is_trunk_trouble(sip_code, failed.alerted)) {
        Member next{.kind = LegKind::outside,
                    .place = failed.place,
                    .purpose = failed.purpose,
                    .forwards = failed.forwards,
                    .number = failed.number};
        next.trunks.assign(failed.trunks.begin() + 1, failed.trunks.end());
        ring_trunk(call, std::move(next));
        return settle(call);
    }
    nobody_reached(call, failed, outcome);
}

void Engine::Impl::nobody_reached(Call& call, const Member& failed, OfferOutcome outcome) {
    switch (failed.purpose) {
        case DialPurpose::supervise:
            return settle(call);
        case DialPurpose::consult:
            // The agent decides how it goes on; the caller hears music meanwhile.
            for (const Member& member : call.members) {
                if (member.is_caller && member.state == MemberState::ringing &&
                    member.purpose == DialPurpose::consult)
                    return refuse_member(call, member.leg,
                                         outcome == OfferOutcome::busy ? 486 : 480);
            }
            settle(call);
            if (call.agent_leg)
                act(Play{call.worker, call.agent_leg, PlayId{next_id_++},
                         ivr::say_failure(cause_of(outcome)), false});
            return;
        case DialPurpose::click:
            return end_call(call, Party::system, EndCause::no_answer);
        case DialPurpose::conference:
            return end_call(call, Party::system, cause_of(outcome));
        case DialPurpose::call:
            break;
        default:
            return transfer_failed(call, outcome);
    }
    Member* caller = call.find(call.agent_leg);
    if (caller == nullptr || caller->state != MemberState::up)
        return end_call(call, Party::system, cause_of(outcome));
    call.guest = caller->leg;  // the agent hears why
    start_closing(call, cause_of(outcome));
}

/// A phone's second call comes to nothing: its first goes on as it was.
void Engine::Impl::refuse_member(Call& call, LegId leg, int sip_code) {
    const Parted parted{*call.find(leg), leg == call.agent_leg, leg == call.guest};
    drop_member(call, leg, {}, sip_code);
    agent_left(call, parted.member);
    regroup(call, parted);
}

/// The agent is this call's from here on; what it was before comes back afterwards.
void Engine::Impl::reserve(AgentIndex index, const Call& call, LegId leg, AgentState state) {
    AgentSeat& seat = agents_[index];
    if (seat.state == AgentState::busy && seat.after_call == AfterCall::nothing) {
        seat.after_call = AfterCall::busy;
        seat.after_call_reason = seat.reason;
    }
    seat.call = call.id;
    const bool had_place = seat.add_leg(leg);
    SEATLINE_ASSERT(had_place);
    set_state(index, state, {}, call.id, queue_of(call));
}

QueueId Engine::Impl::queue_of(const Call& call) const {
    return call.had_queue ? directory_.queues[call.queue].id : QueueId{};
}

SrtpUse Engine::Impl::srtp_of(AgentIndex index) const {
    const auto found = srtp_by_device_.find(agents_[index].data->device);
    return found == srtp_by_device_.end() ? SrtpUse::off : found->second;
}

void Engine::Impl::on(const TrunkState& input) {
    const auto found = trunks_.find(input.trunk);
    if (found == trunks_.end() || found->second.is_up == input.up) return;
    found->second.is_up = input.up;
    emit(TenantId{}, TrunkStateChanged{input.trunk, input.up, input.reason});
}

}  // namespace seatline::core
