// Waiting in a queue and offers to agents.
#include "base/json.h"
#include "core/engine/engine_impl.h"
#include "core/ivr/speech.h"

namespace seatline::core {

void Engine::Impl::enter_queue(Call& call, QueueId id) {
    call.queue = queue_by_id_.at(id);
    call.had_queue = true;
    const Queue& queue = directory_.queues[call.queue];
    emit(call.tenant, CallQueued{call.id, id});
    if (distributor_.waiting(call.queue) >= queue.max_waiting) {
        call.wait_key = {};
        call.wait_key.since = now_;
        emit_left_queue(call, QueueOutcome::queue_full);
        return start_closing(call, EndCause::queue_full);
    }
    call.phase = CallPhase::queued;
    call.wait_key = distributor_.join(call.queue, call.id, now_);
    deadlines_.rearm(call.phase_deadline, now_ + queue.max_wait_s,
                     {DeadlineKind::call_phase, call.id.value});
    if (queue.announce_every_s > 0s) {
        call.announce_deadline = deadlines_.arm(now_ + queue.announce_every_s,
                                                {DeadlineKind::call_announce, call.id.value});
    }
    match_queue(call.queue);
    play_waiting(call, queue.announce_every_s > 0s && !call.offer);
    settle(call);
}

/// What a waiting caller hears: the position first if asked, else music.
void Engine::Impl::play_waiting(Call& call, bool say_position) {
    const Queue& queue = directory_.queues[call.queue];
    call.music_playing = !say_position && !queue.music.empty();
    if (say_position) {
        play(call, ivr::say_position(distributor_.ahead(call.queue, call.wait_key)), false);
    } else if (call.music_playing) {
        play(call, {queue.music}, true);
    } else {
        stop_play(call);
    }
}

void Engine::Impl::announce_due(Call& call) {
    const Queue& queue = directory_.queues[call.queue];
    call.announce_deadline =
        deadlines_.arm(now_ + queue.announce_every_s, {DeadlineKind::call_announce, call.id.value});
    if (!call.offer) play_waiting(call, true);
}

/// The guest is told why nobody comes, then the call ends.
void Engine::Impl::start_closing(Call& call, EndCause cause) {
    const bool is_of_queue = cause == EndCause::max_wait || cause == EndCause::queue_full;
    close_saying(call, is_of_queue ? ivr::say_sorry_busy() : ivr::say_failure(cause), cause);
}

/// The guest hears the prompts, then the call ends. Leaves the queue, conference or mailbox first
/// if it is in one.
void Engine::Impl::close_saying(Call& call, std::vector<std::string> prompts, EndCause cause) {
    std::optional<AgentIndex> offered;
    if (call.phase == CallPhase::queued) {
        if (call.offer) {
            offered = end_offer(call, OfferOutcome::withdrawn);
        } else {
            const bool waited = distributor_.leave(call.queue, call.wait_key);
            SEATLINE_ASSERT(waited);
        }
        emit_left_queue(call, QueueOutcome::max_wait);
    }
    leave_conference(call);
    leave_mailbox(call);
    deadlines_.cancel(call.announce_deadline);
    call.phase = CallPhase::closing;
    call.closing_cause = cause;
    if (Member* guest = call.find(call.guest)) guest->place = LegPlace::apart;
    settle(call);
    play(call, std::move(prompts), false);
    deadlines_.rearm(call.phase_deadline, now_ + settings_.announcement_limit,
                     {DeadlineKind::call_phase, call.id.value});
    if (offered) finish_work(*offered);
}

void Engine::Impl::match_queue(QueueIndex queue) {
    while (const auto match = distributor_.match_queue(queue)) offer(*match);
}

void Engine::Impl::offer(const Match& match) {
    Call& call = *calls_.at(match.caller.call);
    SEATLINE_ASSERT(agents_[match.agent].available());
    offer_to(call, match.agent, false);
}

/// Rings an agent for a caller who waits; both are out of the distributor.
void Engine::Impl::offer_to(Call& call, AgentIndex index, bool auto_answer) {
    AgentSeat& seat = agents_[index];
    SEATLINE_ASSERT(call.phase == CallPhase::queued && !call.offer && !seat.call);
    const Queue& queue = directory_.queues[call.queue];
    const LegId leg{2 * next_id_++};
    call.offer = Offer{index, leg, seat.idle_rank, false};
    add_member(call,
               {.leg = leg, .kind = LegKind::agent, .agent = index, .auto_answer = auto_answer});
    emit(call.tenant, CallOffered{call.id, queue.id, seat.data->id, leg});
    reserve(index, call, leg, AgentState::ringing);
    act(OpenMedia{call.worker, call.id, leg, nullptr, call.first_local, srtp_of(index)});
    call.offer_deadline =
        deadlines_.arm(now_ + queue.ring_timeout_s, {DeadlineKind::call_offer, call.id.value});
}

void Engine::Impl::offer_due(Call& call) {
    offer_failed(call, OfferOutcome::no_answer);
}

/// The agent did not take it: the agent is set busy with the reason, the caller goes to the next,
/// at the old place.
void Engine::Impl::offer_failed(Call& call, OfferOutcome outcome) {
    const AgentIndex agent = end_offer(call, outcome);
    AgentSeat& seat = agents_[agent];
    if (seat.after_call == AfterCall::sign_out) {
        finish_work(agent);
    } else {
        seat.after_call = AfterCall::nothing;
        set_state(agent, AgentState::busy, std::string(enum_name(outcome)));
    }
    distributor_.rejoin(call.queue, call.wait_key);
    match_queue(call.queue);
}

/// Takes the offer back on both sides; the caller is in no tree afterwards, and the agent still
/// "ringing" without a call: the caller of this function gives it its next state.
AgentIndex Engine::Impl::end_offer(Call& call, OfferOutcome outcome) {
    const Offer offer = *call.offer;
    call.offer.reset();
    deadlines_.cancel(call.offer_deadline);
    AgentSeat& seat = agents_[offer.agent];
    emit(call.tenant,
         OfferEnded{call.id, directory_.queues[call.queue].id, seat.data->id, offer.leg, outcome});
    seat.call = {};
    drop_member(call, offer.leg, std::string(enum_name(outcome)));
    free_phone(offer.agent);
    return offer.agent;
}

void Engine::Impl::agent_answered(Call& call, MediaPtr remote) {
    const Offer offer = *call.offer;
    const Queue& queue = directory_.queues[call.queue];
    AgentSeat& seat = agents_[offer.agent];
    call.offer.reset();
    deadlines_.cancel(call.offer_deadline);
    deadlines_.cancel(call.announce_deadline);
    call.agent = offer.agent;
    call.agent_leg = offer.leg;
    Member& answered = *call.find(offer.leg);
    answered.state = MemberState::up;
    answered.talked = true;
    emit(call.tenant,
         OfferEnded{call.id, queue.id, seat.data->id, offer.leg, OfferOutcome::answered});
    emit_left_queue(call, QueueOutcome::answered);
    set_state(offer.agent, AgentState::talking, {}, call.id, queue.id);
    act(SetRemote{call.worker, offer.leg, std::move(remote)});
    if (!queue.announce_agent_number) return start_talk(call);
    call.phase = CallPhase::announcing;
    call.music_playing = false;
    play(call, ivr::say_agent_number(seat.data->number), false);
    deadlines_.rearm(call.phase_deadline, now_ + settings_.announcement_limit,
                     {DeadlineKind::call_phase, call.id.value});
}

void Engine::Impl::emit_left_queue(Call& call, QueueOutcome outcome) {
    const Queue& queue = directory_.queues[call.queue];
    const auto waited = std::chrono::duration_cast<milliseconds>(now_ - call.wait_key.since);
    const bool in_level =
        outcome == QueueOutcome::answered && now_ - call.wait_key.since <= queue.service_level_s;
    emit(call.tenant, CallLeftQueue{call.id, queue.id, outcome, waited, in_level});
}

}  // namespace seatline::core
