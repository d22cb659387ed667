// A call from its arrival through the flow to its end.
#include "base/json.h"
#include "core/engine/engine_impl.h"

namespace seatline::core {
namespace {

/// More nodes than this in one step without a prompt or a wait: the flow runs in a circle.
constexpr int kMaxHops = 64;

/// More keys than any menu path is long: what comes after is dropped.
constexpr std::size_t kMaxTypedAhead = 32;

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

}  // namespace

void Engine::Impl::on(const IncomingCall& input) {
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
    const auto worker = pick_worker();
    if (!worker) return refuse(input, tenant, 503, "no media worker");
    ++trunk->second.calls;
    Call& call = create_call(input, number->second, *worker);
    act(OpenMedia{call.worker, call.id, call.caller_leg, input.remote, nullptr});
    deadlines_.rearm(call.phase_deadline, now_ + settings_.media_timeout,
                     {DeadlineKind::call_phase, call.id.value});
}

Call& Engine::Impl::create_call(const IncomingCall& input, const NumberEntry& number,
                                std::uint32_t worker) {
    std::unique_ptr<Call> call;
    if (call_pool_.empty()) {
        call = std::make_unique<Call>();
    } else {
        call = std::move(call_pool_.back());
        call_pool_.pop_back();
        *call = Call{};
    }
    call->id = CallId{next_id_++};
    call->tenant = number.tenant;
    call->trunk = input.trunk;
    call->worker = worker;
    call->caller = input.caller;
    call->called = input.called;
    call->arrived_at = now_;
    call->caller_leg = input.leg;
    call->flow = number.flow;
    ++workers_[worker].calls;
    LegEntry& leg = legs_[input.leg];
    leg = LegEntry{.call = call->id,
                   .tenant = call->tenant,
                   .kind = LegKind::caller,
                   .worker = worker,
                   .sip_open = true};
    emit(call->tenant, CallArrived{call->id, input.leg, input.trunk, input.caller, input.called,
                                   input.sip_call_id});
    Call& created = *call;
    calls_[created.id] = std::move(call);
    return created;
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
    if (call == nullptr) return;  // ended meanwhile: CloseMedia is on its way
    leg->local = input.local;
    if (leg->kind == LegKind::caller) {
        if (call->phase == CallPhase::opening) answer_caller(*call, input.local);
    } else if (call->offer && call->offer->leg == input.leg) {
        const Queue& queue = directory_.queues[call->queue];
        leg->sip_open = true;
        act(InviteDevice{input.leg, agents_[call->offer->agent].data->device, call->caller,
                         queue.name, input.local, queue.ring_timeout_s + 5s});
    }
}

void Engine::Impl::answer_caller(Call& call, MediaPtr local) {
    call.caller_local = local;
    act(AnswerCall{call.caller_leg, std::move(local)});
    emit(call.tenant, CallAnswered{call.id});
    call.phase = CallPhase::flow;
    run_flow(call, {ivr::GoTo{call.flow->start}, false, {}, false});
}

void Engine::Impl::run_flow(Call& call, ivr::Outcome outcome) {
    for (int hops = 0; hops < kMaxHops; ++hops) {
        if (outcome.took_input) {
            emit(call.tenant,
                 DigitsTaken{call.id, call.flow->nodes[call.node].data->id, outcome.digits});
        }
        if (const auto* step = std::get_if<ivr::GoTo>(&outcome.step)) {
            if (step->node == ivr::kNoNode)
                return end_call(call, Party::system, EndCause::flow_end);
            enter_node(call, step->node, outcome);
            continue;
        }
        if (auto* step = std::get_if<ivr::PlayPrompts>(&outcome.step)) {
            call.node_played = false;
            play(call, std::move(step->prompts), false);
            deadlines_.rearm(call.phase_deadline, now_ + settings_.prompt_limit,
                             {DeadlineKind::call_phase, call.id.value});
        } else if (const auto* wait = std::get_if<ivr::WaitForDigit>(&outcome.step)) {
            deadlines_.rearm(call.phase_deadline, now_ + wait->timeout,
                             {DeadlineKind::call_phase, call.id.value});
        } else if (const auto* queue = std::get_if<ivr::EnterQueue>(&outcome.step)) {
            enter_queue(call, queue->queue);
        } else if (std::holds_alternative<ivr::HangUp>(outcome.step)) {
            end_call(call, Party::system, EndCause::flow_end);
        }
        return;
    }
    end_call(call, Party::system, EndCause::flow_end);
}

void Engine::Impl::enter_node(Call& call, ivr::NodeIndex node, ivr::Outcome& outcome) {
    call.node = node;
    call.memory = {};
    call.node_played = false;
    const ivr::Node& entered = call.flow->nodes[node];
    emit(call.tenant, NodeEntered{call.id, call.flow->data->id, entered.data->id});
    outcome = ivr::enter(entered, call.memory);
    if (call.typed_ahead.empty()) return;
    // A key that was pressed before: the node takes it at once, passes it on (a prompt that is
    // skipped), or it is void.
    ivr::Outcome typed = ivr::on_digit(entered, call.memory, call.typed_ahead.front());
    if (std::holds_alternative<ivr::StayHere>(typed.step)) return call.typed_ahead.clear();
    if (!typed.keep_digit) call.typed_ahead.erase(0, 1);
    outcome = std::move(typed);
}

void Engine::Impl::play(Call& call, std::vector<std::string> prompts, bool loop) {
    call.play = PlayId{next_id_++};
    act(Play{call.worker, call.caller_leg, call.play, std::move(prompts), loop});
}

void Engine::Impl::stop_play(Call& call) {
    if (!call.play) return;
    call.play = {};
    call.music_playing = false;
    act(StopPlay{call.worker, call.caller_leg});
}

void Engine::Impl::on(const PlayEnded& input) {
    LegEntry* leg = find_leg(input.leg);
    Call* call = leg != nullptr ? find_call(leg->call) : nullptr;
    if (call == nullptr || call->play != input.play) return;  // an older play
    call->play = {};
    switch (call->phase) {
        case CallPhase::flow:
            if (call->node_played) return;
            call->node_played = true;
            return run_flow(*call, ivr::on_played(call->flow->nodes[call->node], call->memory));
        case CallPhase::queued:
            return play_waiting(*call, false);
        case CallPhase::announcing:
            return start_talk(*call);
        case CallPhase::closing:
            return end_call(*call, Party::system, call->closing_cause);
        case CallPhase::opening:
        case CallPhase::talking:
            return;
    }
}

void Engine::Impl::on(const DigitPressed& input) {
    LegEntry* leg = find_leg(input.leg);
    Call* call = leg != nullptr ? find_call(leg->call) : nullptr;
    if (call == nullptr || leg->kind != LegKind::caller || call->phase != CallPhase::flow) return;
    ivr::Outcome outcome = ivr::on_digit(call->flow->nodes[call->node], call->memory, input.digit);
    if (outcome.keep_digit && call->typed_ahead.size() < kMaxTypedAhead)
        call->typed_ahead += input.digit;
    run_flow(*call, std::move(outcome));
}

void Engine::Impl::on(const LegMediaChanged& input) {
    LegEntry* leg = find_leg(input.leg);
    if (leg == nullptr || !leg->sip_open) return;
    act(SetRemote{leg->worker, input.leg, input.remote});
    leg->may_be_silent = input.remote->direction == MediaDirection::recvonly ||
                         input.remote->direction == MediaDirection::inactive;
    if (leg->local == nullptr) return;
    // The address stays; only the direction follows the far end's. The worker keeps one port for a
    // leg's life.
    auto local = std::make_shared<MediaDescription>(*leg->local);
    local->direction = answer_direction(input.remote->direction);
    act(AcceptMedia{input.leg, std::move(local)});
}

void Engine::Impl::on(const RtpSilent& input) {
    LegEntry* leg = find_leg(input.leg);
    Call* call = leg != nullptr ? find_call(leg->call) : nullptr;
    if (call == nullptr || leg->may_be_silent || call->phase == CallPhase::opening) return;
    if (call->offer && call->offer->leg == input.leg) return;  // a phone that rings sends nothing
    end_call(*call, Party::system, EndCause::rtp_silence);
}

void Engine::Impl::on(const MediaFailed& input) {
    LegEntry* leg = find_leg(input.leg);
    if (leg == nullptr) return;
    leg->media_open = false;
    Call* call = find_call(leg->call);
    if (call == nullptr) return forget_leg_if_done(input.leg, *leg);
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

void Engine::Impl::on(const RecordingEnded& input) {
    const auto found = recordings_.find(CallId{input.result.recording.value});
    if (found == recordings_.end()) return;
    RecordingFinished result = input.result;
    result.call = found->first;
    emit(found->second.tenant, std::move(result));
    recordings_.erase(found);
}

void Engine::Impl::on(const LegEnded& input) {
    LegEntry* leg = find_leg(input.leg);
    if (leg == nullptr || !leg->sip_open) return;
    leg->sip_open = false;
    const LegKind kind = leg->kind;
    const AgentIndex agent = leg->agent;
    emit(leg->tenant, LegFinished{leg->call, input.leg, kind, input.sip_code, input.text});
    if (Call* call = find_call(leg->call); call == nullptr) {
        forget_leg_if_done(input.leg, *leg);
    } else if (kind == LegKind::caller) {
        caller_gone(*call, input);
    } else if (call->offer && call->offer->leg == input.leg) {
        const bool busy = input.sip_code == 486 || input.sip_code == 600;
        const bool rejected = input.sip_code == 603 || input.sip_code == 403;
        const bool silent = input.sip_code == 408 || input.sip_code == 487;
        offer_failed(*call, busy       ? OfferOutcome::busy
                            : rejected ? OfferOutcome::rejected
                            : silent   ? OfferOutcome::no_answer
                                       : OfferOutcome::unreachable);
    } else if (call->agent_leg == input.leg) {
        end_call(*call, input.network ? Party::system : Party::agent,
                 input.network ? EndCause::network : EndCause::normal);
    } else {
        forget_leg_if_done(input.leg, *leg);  // of an earlier offer of this call
    }
    if (kind == LegKind::agent) release_phone(agent, input.leg);
}

void Engine::Impl::caller_gone(Call& call, const LegEnded& input) {
    if (input.network) return end_call(call, Party::system, EndCause::network);
    switch (call.phase) {
        case CallPhase::opening:
        case CallPhase::flow:
            return end_call(call, Party::caller, EndCause::left_in_ivr);
        case CallPhase::queued:
            return end_call(call, Party::caller, EndCause::abandoned);
        case CallPhase::announcing:
        case CallPhase::talking:
            return end_call(call, Party::caller, EndCause::normal);
        case CallPhase::closing:
            return end_call(call, Party::caller, call.closing_cause);
    }
}

void Engine::Impl::end_call(Call& call, Party by, EndCause cause) {
    const bool had_agent = call.phase == CallPhase::announcing || call.phase == CallPhase::talking;
    const AgentIndex agent = call.agent;
    const QueueIndex queue = call.queue;
    const CallId id = call.id;
    std::optional<AgentIndex> offered;
    if (call.phase == CallPhase::queued) {
        if (call.offer) {
            offered = call.offer->agent;
            end_offer(call,
                      by == Party::caller ? OfferOutcome::caller_left : OfferOutcome::withdrawn);
        } else {
            const bool waited = distributor_.leave(call.queue, call.wait_key);
            SEATLINE_ASSERT(waited);
        }
        emit_left_queue(
            call, cause == EndCause::abandoned ? QueueOutcome::abandoned : QueueOutcome::fault);
    }
    emit(call.tenant, CallEnded{id, by, cause});
    close_call_legs(call, cause);
    destroy_call(call);
    if (had_agent) call_finished(agent, id, queue);
    if (offered) finish_work(*offered);
}

void Engine::Impl::close_call_legs(Call& call, EndCause cause) {
    if (call.recording) act(StopRecording{call.worker, RecordingId{call.id.value}});
    const int code = cause == EndCause::no_common_codec ? 488
                     : cause == EndCause::media_failed  ? 500
                                                        : 0;
    const std::string reason{cause == EndCause::normal ? std::string_view{} : enum_name(cause)};
    close_leg(call.caller_leg, code, reason);
    if (call.agent_leg) close_leg(call.agent_leg, 0, {});
}

void Engine::Impl::close_leg(LegId id, int sip_code, const std::string& reason) {
    LegEntry* leg = find_leg(id);
    if (leg == nullptr) return;
    if (leg->sip_open) act(HangUpLeg{id, sip_code, reason});
    if (leg->media_open) act(CloseMedia{leg->worker, id});
    leg->linger = deadlines_.arm(now_ + settings_.leg_linger, {DeadlineKind::leg_linger, id.value});
    forget_leg_if_done(id, *leg);
}

void Engine::Impl::destroy_call(Call& call) {
    deadlines_.cancel(call.phase_deadline);
    deadlines_.cancel(call.announce_deadline);
    deadlines_.cancel(call.offer_deadline);
    --trunks_.at(call.trunk).calls;
    --workers_[call.worker].calls;
    const auto found = calls_.find(call.id);
    if (call_pool_.size() < 1024) call_pool_.push_back(std::move(found->second));
    calls_.erase(found);
}

}  // namespace seatline::core
