// Waiting in a queue, offers to agents, and the talk that follows.
#include "base/json.h"
#include "core/engine/engine_impl.h"
#include "core/ivr/speech.h"

namespace seatline::core {

void Engine::Impl::enter_queue(Call& call, QueueId id) {
    call.queue = queue_by_id_.at(id);
    const Queue& queue = directory_.queues[call.queue];
    emit(call.tenant, CallQueued{call.id, id});
    if (distributor_.waiting(call.queue) >= queue.max_waiting) {
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

/// The caller gets no agent: hears so, then the call ends. Leaves the queue first if it is in one.
void Engine::Impl::start_closing(Call& call, EndCause cause) {
    std::optional<AgentIndex> offered;
    if (call.phase == CallPhase::queued) {
        if (call.offer) {
            offered = call.offer->agent;
            end_offer(call, OfferOutcome::withdrawn);
        } else {
            const bool waited = distributor_.leave(call.queue, call.wait_key);
            SEATLINE_ASSERT(waited);
        }
        emit_left_queue(call, QueueOutcome::max_wait);
    }
    deadlines_.cancel(call.announce_deadline);
    call.phase = CallPhase::closing;
    call.closing_cause = cause;
    play(call, ivr::say_sorry_busy(), false);
    deadlines_.rearm(call.phase_deadline, now_ + settings_.announcement_limit,
                     {DeadlineKind::call_phase, call.id.value});
    if (offered) finish_work(*offered);
}

void Engine::Impl::match_queue(QueueIndex queue) {
    while (const auto match = distributor_.match_queue(queue)) offer(*match);
}

void Engine::Impl::offer(const Match& match) {
    Call& call = *calls_.at(match.caller.call);
    AgentSeat& seat = agents_[match.agent];
    SEATLINE_ASSERT(call.phase == CallPhase::queued && !call.offer && seat.available() &&
                    !seat.call);
    const Queue& queue = directory_.queues[match.queue];
    const LegId leg{2 * next_id_++};
    call.offer = Offer{match.agent, leg, seat.idle_rank, false};
    seat.call = call.id;
    seat.leg = leg;
    legs_[leg] = LegEntry{.call = call.id,
                          .tenant = call.tenant,
                          .kind = LegKind::agent,
                          .agent = match.agent,
                          .worker = call.worker};
    emit(call.tenant, CallOffered{call.id, queue.id, seat.data->id, leg});
    set_state(match.agent, AgentState::ringing, {}, call.id, queue.id);
    act(OpenMedia{call.worker, call.id, leg, nullptr, call.caller_local});
    call.offer_deadline =
        deadlines_.arm(now_ + queue.ring_timeout_s, {DeadlineKind::call_offer, call.id.value});
}

void Engine::Impl::on(const LegRinging& input) {
    LegEntry* leg = find_leg(input.leg);
    Call* call = leg != nullptr ? find_call(leg->call) : nullptr;
    if (call == nullptr || !call->offer || call->offer->leg != input.leg || call->offer->alerted)
        return;
    call->offer->alerted = true;
    emit(call->tenant, AgentAlerted{call->id, agents_[call->offer->agent].data->id, input.leg});
}

void Engine::Impl::on(const LegAnswered& input) {
    LegEntry* leg = find_leg(input.leg);
    Call* call = leg != nullptr ? find_call(leg->call) : nullptr;
    if (call == nullptr) return;  // the caller left meanwhile: HangUpLeg is on its way
    if (leg->kind == LegKind::caller) {
        act(SetRemote{leg->worker, input.leg, input.remote});  // the answer to our delayed offer
    } else if (call->offer && call->offer->leg == input.leg) {
        agent_answered(*call, input.remote);
    }
}

void Engine::Impl::offer_due(Call& call) {
    offer_failed(call, OfferOutcome::no_answer);
}

/// The agent did not take it: the agent is set busy with the reason, the caller goes to the next,
/// at the old place.
void Engine::Impl::offer_failed(Call& call, OfferOutcome outcome) {
    const AgentIndex agent = call.offer->agent;
    end_offer(call, outcome);
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
void Engine::Impl::end_offer(Call& call, OfferOutcome outcome) {
    const Offer offer = *call.offer;
    call.offer.reset();
    deadlines_.cancel(call.offer_deadline);
    AgentSeat& seat = agents_[offer.agent];
    emit(call.tenant,
         OfferEnded{call.id, directory_.queues[call.queue].id, seat.data->id, offer.leg, outcome});
    seat.call = {};
    close_leg(offer.leg, 0, std::string(enum_name(outcome)));
    LegEntry* leg = find_leg(offer.leg);
    if (leg == nullptr || !leg->sip_open) {
        seat.leg = {};
    } else {
        deadlines_.rearm(seat.settle_deadline, now_ + settings_.device_settle,
                         {DeadlineKind::agent_settle, offer.agent});
    }
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

void Engine::Impl::start_talk(Call& call) {
    stop_play(call);
    call.phase = CallPhase::talking;
    deadlines_.rearm(call.phase_deadline, now_ + settings_.max_talk,
                     {DeadlineKind::call_phase, call.id.value});
    const CircleId circle{call.id.value};
    act(Place{call.worker, call.caller_leg, circle, {circle}});
    act(Place{call.worker, call.agent_leg, circle, {circle}});
    emit(call.tenant, TalkStarted{call.id, agents_[call.agent].data->id, call.agent_leg});
    if (!directory_.queues[call.queue].record) return;
    call.recording = true;
    const std::string day = format_rfc3339(now_).substr(0, 10);
    std::string path = "recordings/" + std::to_string(call.tenant.value) + "/" + day + "/" +
                       std::to_string(call.id.value) + ".wav";
    const RecordingId recording{call.id.value};
    recordings_[call.id] = {call.tenant, call.worker, path};
    emit(call.tenant, RecordingStarted{call.id, path, recording, RecordingKind::call});
    act(StartRecording{
        call.worker, recording, std::move(path), {call.caller_leg}, {call.agent_leg}});
}

void Engine::Impl::emit_left_queue(Call& call, QueueOutcome outcome) {
    const Queue& queue = directory_.queues[call.queue];
    const auto waited = std::chrono::duration_cast<milliseconds>(now_ - call.wait_key.since);
    const bool in_level =
        outcome == QueueOutcome::answered && now_ - call.wait_key.since <= queue.service_level_s;
    emit(call.tenant, CallLeftQueue{call.id, queue.id, outcome, waited, in_level});
}

}  // namespace seatline::core
