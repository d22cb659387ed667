// The IVR: the guest is led through the nodes of a flow (core/ivr), and what plays to the guest.
#include "core/engine/engine_impl.h"

namespace seatline::core {
namespace {

/// More nodes than this in one step without a prompt or a wait: the flow runs in a circle.
constexpr int kMaxHops = 64;

/// More keys than any menu path is long: what comes after is dropped.
constexpr std::size_t kMaxTypedAhead = 32;

}  // namespace

void Engine::Impl::start_flow(Call& call, const ivr::CompiledFlow& flow) {
    call.flow = &flow;
    call.phase = CallPhase::flow;
    run_flow(call, {ivr::GoTo{flow.start}, false, {}, false});
}

void Engine::Impl::run_flow(Call& call, ivr::Outcome outcome) {
    for (int hops = 0; hops < kMaxHops; ++hops) {
        if (outcome.collected) {
            call.collected.push_back({outcome.collected->name, outcome.collected->shown()});
        }
        if (outcome.took_input) {
            emit(call.tenant,
                 DigitsTaken{call.id, call.flow->nodes[call.node].data->id, outcome.digits});
        }
        if (const auto* step = std::get_if<ivr::GoTo>(&outcome.step)) {
            if (step->node == ivr::kNoNode) return flow_over(call);
            enter_node(call, step->node, outcome);
            continue;
        }
        if (auto* step = std::get_if<ivr::PlayPrompts>(&outcome.step)) {
            call.node_played = false;
            call.flow_jumps = 0;
            play(call, std::move(step->prompts), false);
            deadlines_.rearm(call.phase_deadline, now_ + settings_.prompt_limit,
                             {DeadlineKind::call_phase, call.id.value});
        } else if (const auto* wait = std::get_if<ivr::WaitForDigit>(&outcome.step)) {
            if (!call.typed_ahead.empty()) {
                const char digit = call.typed_ahead.front();
                call.typed_ahead.erase(0, 1);
                outcome = ivr::on_digit(call.flow->nodes[call.node], call.memory, digit);
                continue;
            }
            stop_play(call);  // a key ended the prompts
            call.node_played = true;
            deadlines_.rearm(call.phase_deadline, now_ + wait->timeout,
                             {DeadlineKind::call_phase, call.id.value});
        } else if (const auto* queue = std::get_if<ivr::EnterQueue>(&outcome.step)) {
            release_waiting_agent(call);
            enter_queue(call, queue->queue);
        } else if (const auto* transfer = std::get_if<ivr::TransferTo>(&outcome.step)) {
            const Target target = transfer->target;
            if (++call.flow_jumps > kMaxHops) return flow_over(call);
            release_waiting_agent(call);
            send_to(call, target);
        } else if (std::holds_alternative<ivr::GiveBack>(outcome.step) ||
                   std::holds_alternative<ivr::HangUp>(outcome.step)) {
            flow_over(call);
        }
        return;
    }
    flow_over(call);
}

/// The flow has nothing more to do: back to the agent who waits for its result, else the end.
void Engine::Impl::flow_over(Call& call) {
    if (!call.flow_for) return end_call(call, Party::system, EndCause::flow_end);
    const LegId agent = std::exchange(call.flow_for, LegId{});
    emit(call.tenant, FlowReturned{call.id, agents_[call.find(agent)->agent].data->id,
                                   call.flow->data->id, std::exchange(call.collected, {})});
    start_talk(call);
}

/// The flow passes the guest on for good: nobody waits for it any more.
void Engine::Impl::release_waiting_agent(Call& call) {
    if (!call.flow_for) return;
    const Member waiting = *call.find(std::exchange(call.flow_for, LegId{}));
    call.agent_leg = {};
    drop_member(call, waiting.leg, {});
    agent_left(call, waiting);
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

void Engine::Impl::flow_due(Call& call) {
    const ivr::Node& node = call.flow->nodes[call.node];
    if (call.node_played) return run_flow(call, ivr::on_timeout(node, call.memory));
    call.node_played = true;  // prompts without an end: as if they were over
    stop_play(call);
    run_flow(call, ivr::on_played(node, call.memory));
}

void Engine::Impl::play(Call& call, std::vector<std::string> prompts, bool loop) {
    call.play = PlayId{next_id_++};
    act(Play{call.worker, call.guest, call.play, std::move(prompts), loop});
}

void Engine::Impl::stop_play(Call& call) {
    if (!call.play) return;
    call.play = {};
    call.music_playing = false;
    act(StopPlay{call.worker, call.guest});
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
        case CallPhase::conference:
            return conference_said(*call);
        case CallPhase::mailbox:
            return mailbox_said(*call);
        case CallPhase::opening:
        case CallPhase::dialing:
        case CallPhase::talking:
            return;
    }
}

void Engine::Impl::on(const DigitPressed& input) {
    LegEntry* leg = find_leg(input.leg);
    Call* call = leg != nullptr ? find_call(leg->call) : nullptr;
    if (call == nullptr || call->guest != input.leg) return;
    if (call->phase == CallPhase::conference) return conference_digit(*call, input.digit);
    if (call->phase == CallPhase::mailbox) return mailbox_digit(*call, input.digit);
    if (call->phase != CallPhase::flow) return;
    ivr::Outcome outcome = ivr::on_digit(call->flow->nodes[call->node], call->memory, input.digit);
    if (outcome.keep_digit && call->typed_ahead.size() < kMaxTypedAhead)
        call->typed_ahead += input.digit;
    run_flow(*call, std::move(outcome));
}

}  // namespace seatline::core
