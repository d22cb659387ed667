#include "core/engine/engine.h"

#include <algorithm>

#include "core/engine/engine_impl.h"

namespace seatline::core {

Engine::Engine(const Directory& directory, EngineSettings settings)
    : impl_(std::make_unique<Impl>(directory, settings)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;

void Engine::recover(const std::vector<CallRecord>& open_calls,
                     const std::vector<AgentInterval>& open_agents, Instant now, Effects& out) {
    impl_->begin(now, out);
    impl_->recover(open_calls, open_agents);
}

void Engine::handle(const Input& input, Instant now, Effects& out) {
    impl_->begin(now, out);
    impl_->dispatch(input);
}

void Engine::tick(Instant now, Effects& out) {
    impl_->begin(now, out);
    impl_->run_deadlines();
}

void Engine::shut_down(Instant now, Effects& out) {
    impl_->begin(now, out);
    impl_->shut_down();
}

std::optional<Instant> Engine::next_deadline() const {
    return impl_->next_deadline();
}
EngineCounts Engine::counts() const {
    return impl_->counts();
}
void Engine::check_invariants() const {
    impl_->check_invariants();
}

Engine::Impl::Impl(const Directory& directory, EngineSettings settings)
    : directory_(directory), settings_(settings), next_id_(settings.id_base) {
    for (const Queue& queue : directory_.queues) {
        queue_by_id_[queue.id] = distributor_.add_queue(queue.priority);
    }
    for (const Agent& agent : directory_.agents) {
        std::vector<QueueIndex> queues;
        for (QueueIndex q = 0; q < directory_.queues.size(); ++q) {
            const Queue& queue = directory_.queues[q];
            if (queue.tenant == agent.tenant &&
                std::ranges::find(agent.skills, queue.skill) != agent.skills.end()) {
                queues.push_back(q);
            }
        }
        const AgentIndex index = distributor_.add_agent(std::move(queues));
        agents_.emplace_back().data = &agent;
        agent_by_id_[agent.id] = index;
        agent_by_device_[agent.device] = index;
    }
    Map<FlowId, const ivr::CompiledFlow*> flow_by_id;
    for (const Flow& flow : directory_.flows) {
        flows_.push_back(std::make_unique<ivr::CompiledFlow>(ivr::compile(flow)));
        flow_by_id[flow.id] = flows_.back().get();
    }
    for (const Number& number : directory_.numbers) {
        numbers_[number.number] = {number.tenant, flow_by_id.at(number.flow)};
    }
    for (const Trunk& trunk : directory_.trunks) trunks_[trunk.id].data = &trunk;
}

void Engine::Impl::dispatch(const Input& input) {
    std::visit([this](const auto& in) { on(in); }, input);
}

void Engine::Impl::run_deadlines() {
    while (const auto what = deadlines_.pop_due(now_)) due(*what);
}

void Engine::Impl::due(const DeadlineOf& what) {
    switch (what.kind) {
        case DeadlineKind::call_phase: {
            Call& call = *calls_.at(CallId{what.id});
            call.phase_deadline = {};
            return call_phase_due(call);
        }
        case DeadlineKind::call_announce: {
            Call& call = *calls_.at(CallId{what.id});
            call.announce_deadline = {};
            return announce_due(call);
        }
        case DeadlineKind::call_offer: {
            Call& call = *calls_.at(CallId{what.id});
            call.offer_deadline = {};
            return offer_due(call);
        }
        case DeadlineKind::agent_wrap_up: {
            const auto index = static_cast<AgentIndex>(what.id);
            agents_[index].wrap_up_deadline = {};
            return finish_work(index);
        }
        case DeadlineKind::agent_settle: {
            const auto index = static_cast<AgentIndex>(what.id);
            agents_[index].settle_deadline = {};
            return release_phone(index, agents_[index].leg);
        }
        case DeadlineKind::leg_linger: {
            const LegId id{what.id};
            LegEntry& leg = legs_.at(id);
            leg.linger = {};
            if (leg.sip_open) emit(leg.tenant, LegFinished{leg.call, id, leg.kind, 0, "no report"});
            leg.sip_open = leg.media_open = false;
            return forget_leg_if_done(id, leg);
        }
        case DeadlineKind::trunk_refusals:
            return refusals_due(TrunkId{what.id});
    }
}

void Engine::Impl::call_phase_due(Call& call) {
    switch (call.phase) {
        case CallPhase::opening:
            return end_call(call, Party::system, EndCause::media_failed);
        case CallPhase::flow: {
            const ivr::Node& node = call.flow->nodes[call.node];
            if (call.node_played) return run_flow(call, ivr::on_timeout(node, call.memory));
            call.node_played = true;  // prompts without an end: as if they were over
            stop_play(call);
            return run_flow(call, ivr::on_played(node, call.memory));
        }
        case CallPhase::queued:
            return start_closing(call, EndCause::max_wait);
        case CallPhase::announcing:
            return start_talk(call);
        case CallPhase::talking:
            return end_call(call, Party::system, EndCause::max_duration);
        case CallPhase::closing:
            return end_call(call, Party::system, call.closing_cause);
    }
}

Call* Engine::Impl::find_call(CallId id) {
    const auto found = calls_.find(id);
    return found == calls_.end() ? nullptr : found->second.get();
}

Engine::Impl::LegEntry* Engine::Impl::find_leg(LegId id) {
    const auto found = legs_.find(id);
    return found == legs_.end() ? nullptr : &found->second;
}

void Engine::Impl::forget_leg_if_done(LegId id, LegEntry& leg) {
    if (leg.sip_open || leg.media_open) return;
    deadlines_.cancel(leg.linger);
    legs_.erase(id);
}

EngineCounts Engine::Impl::counts() const {
    EngineCounts counts{calls_.size(), legs_.size(), deadlines_.size(), 0, recordings_.size()};
    for (QueueIndex q = 0; q < directory_.queues.size(); ++q)
        counts.waiting += distributor_.waiting(q);
    return counts;
}

void Engine::Impl::check_invariants() const {
    std::size_t waiting = 0;
    for (const auto& [id, call] : calls_) {
        SEATLINE_ASSERT(call->id == id);
        SEATLINE_ASSERT(call->phase_deadline);
        SEATLINE_ASSERT(legs_.contains(call->caller_leg));
        SEATLINE_ASSERT(!call->offer || call->phase == CallPhase::queued);
        if (call->phase == CallPhase::queued && !call->offer) ++waiting;
        if (call->offer) {
            SEATLINE_ASSERT(call->offer_deadline);
            const AgentSeat& seat = agents_[call->offer->agent];
            SEATLINE_ASSERT(seat.state == AgentState::ringing && seat.call == id &&
                            seat.leg == call->offer->leg);
        }
        if (call->phase == CallPhase::announcing || call->phase == CallPhase::talking) {
            const AgentSeat& seat = agents_[call->agent];
            SEATLINE_ASSERT(seat.state == AgentState::talking && seat.call == id &&
                            seat.leg == call->agent_leg);
        }
    }
    SEATLINE_ASSERT(waiting == counts().waiting);
    for (AgentIndex i = 0; i < agents_.size(); ++i) {
        const AgentSeat& seat = agents_[i];
        const bool in_call = seat.state == AgentState::ringing || seat.state == AgentState::talking;
        SEATLINE_ASSERT(in_call == static_cast<bool>(seat.call));
        SEATLINE_ASSERT(!in_call || calls_.contains(seat.call));
        SEATLINE_ASSERT((seat.state == AgentState::wrap_up) ==
                        static_cast<bool>(seat.wrap_up_deadline));
        SEATLINE_ASSERT(distributor_.is_ready(i) == seat.available());
        SEATLINE_ASSERT(!seat.leg || in_call || seat.settle_deadline);
    }
    for (QueueIndex q = 0; q < directory_.queues.size(); ++q) {
        // Nobody waits while somebody who may serve is idle.
        SEATLINE_ASSERT(distributor_.waiting(q) == 0 || distributor_.ready_agents(q) == 0);
    }
    for (const auto& [id, leg] : legs_) {
        SEATLINE_ASSERT(calls_.contains(leg.call) || leg.linger);
    }
}

}  // namespace seatline::core
