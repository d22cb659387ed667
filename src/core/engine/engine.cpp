#include "core/engine/engine.h"

#include <algorithm>

#include "core/engine/engine_impl.h"

namespace seatline::core {

Engine::Engine(const Directory& directory, EngineSettings settings)
    : impl_(std::make_unique<Impl>(directory, settings)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;

void Engine::recover(const std::vector<CallRecord>& open_calls,
                     const std::vector<AgentInterval>& open_agents, Instant now, Effects& out,
                     const Remembered& remembered) {
    impl_->begin(now, out);
    impl_->remember(remembered);
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
    : directory_(directory),
      settings_(settings),
      next_id_(settings.id_base),
      dial_plan_(directory),
      trunk_choice_(directory),
      caller_numbers_(directory),
      record_choice_(directory) {
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
        AgentSeat& seat = agents_.emplace_back();
        seat.data = &agent;
        seat.forward = {agent.id, agent.forward_always, agent.forward_on_busy,
                        agent.forward_on_no_answer};
        agent_by_id_[agent.id] = index;
        agent_by_device_[agent.device] = index;
        for (const std::string& device : agent.other_devices) agent_by_device_[device] = index;
    }
    for (const Flow& flow : directory_.flows) {
        flows_.push_back(std::make_unique<ivr::CompiledFlow>(ivr::compile(flow)));
        flow_by_id_[flow.id] = flows_.back().get();
    }
    for (const Number& number : directory_.numbers) {
        numbers_[number.number] = {number.tenant, flow_by_id_.at(number.flow)};
    }
    for (const Trunk& trunk : directory_.trunks) trunks_[trunk.id].data = &trunk;
    for (const Tenant& tenant : directory_.tenants) tenants_[tenant.id] = &tenant;
    for (const ConferenceRoom& room : directory_.conferences) {
        rooms_[room.id] = &room;
        homes_.try_emplace(room.tenant);
    }
    add_mailboxes();
    for (const Device& device : directory_.devices) srtp_by_device_[device.user] = device.srtp;
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
            agents_[index].legs = {};
            return update_ready(index);
        }
        case DeadlineKind::leg_linger: {
            const LegId id{what.id};
            LegEntry& leg = legs_.at(id);
            leg.linger = {};
            if (leg.sip_open) emit(leg.tenant, LegFinished{leg.call, id, leg.kind, 0, "no report"});
            leg.sip_open = leg.media_open = false;
            return forget_leg_if_done(id, leg);
        }
        case DeadlineKind::member_ring:
            return member_ring_due(LegId{what.id});
        case DeadlineKind::trunk_refusals:
            return refusals_due(TrunkId{what.id});
    }
}

void Engine::Impl::call_phase_due(Call& call) {
    switch (call.phase) {
        case CallPhase::opening:
            return end_call(call, Party::system, EndCause::media_failed);
        case CallPhase::dialing:
            return end_call(call, Party::system, EndCause::no_answer);
        case CallPhase::flow:
            return flow_due(call);
        case CallPhase::queued:
            return start_closing(call, EndCause::max_wait);
        case CallPhase::announcing:
            return start_talk(call);
        case CallPhase::talking:
            return end_call(call, Party::system, EndCause::max_duration);
        case CallPhase::conference:
            if (!call.visit->is_inside) return pin_typed(call);
            return end_call(call, Party::system, EndCause::max_duration);
        case CallPhase::mailbox:
            return mailbox_due(call);
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
        check_call(*call);
        if (call->phase == CallPhase::queued && !call->offer) ++waiting;
    }
    SEATLINE_ASSERT(waiting == counts().waiting);
    for (AgentIndex i = 0; i < agents_.size(); ++i) check_agent(i);
    check_conferences();
    check_mailboxes();
    for (QueueIndex q = 0; q < directory_.queues.size(); ++q) {
        // Nobody waits while somebody who may serve is idle.
        SEATLINE_ASSERT(distributor_.waiting(q) == 0 || distributor_.ready_agents(q) == 0);
    }
    Map<TrunkId, std::uint32_t> lines;
    for (const auto& [id, leg] : legs_) {
        SEATLINE_ASSERT(calls_.contains(leg.call) || leg.linger);
        if (leg.trunk) ++lines[leg.trunk];
    }
    for (const auto& [id, trunk] : trunks_) SEATLINE_ASSERT(trunk.calls == lines[id]);
}

void Engine::Impl::check_call(const Call& call) const {
    SEATLINE_ASSERT(call.phase_deadline);
    SEATLINE_ASSERT(!call.members.empty());
    SEATLINE_ASSERT(!call.offer || call.phase == CallPhase::queued);
    const auto has = [&](LegId leg) {
        return std::ranges::find(call.members, leg, &Member::leg) != call.members.end();
    };
    for (const Member& member : call.members) {
        SEATLINE_ASSERT(legs_.contains(member.leg));
        SEATLINE_ASSERT(legs_.at(member.leg).call == call.id);
        SEATLINE_ASSERT(!member.ring_deadline || member.state != MemberState::up);
        if (member.agent == kNoAgent) continue;
        const AgentSeat& seat = agents_[member.agent];
        SEATLINE_ASSERT(seat.call == call.id);
        SEATLINE_ASSERT(seat.has_leg(member.leg));
    }
    SEATLINE_ASSERT(!call.guest || has(call.guest));
    SEATLINE_ASSERT(!call.agent_leg || has(call.agent_leg));
    SEATLINE_ASSERT(!call.consulted || has(call.consulted));
    SEATLINE_ASSERT(!call.flow_for || has(call.flow_for));
    if (call.offer) {
        SEATLINE_ASSERT(call.offer_deadline && has(call.offer->leg));
        SEATLINE_ASSERT(agents_[call.offer->agent].state == AgentState::ringing);
    }
    if (call.phase == CallPhase::talking) SEATLINE_ASSERT(people(call) >= 2);
    if (call.phase != CallPhase::dialing && call.phase != CallPhase::opening)
        SEATLINE_ASSERT(call.guest);
}

void Engine::Impl::check_agent(AgentIndex index) const {
    const AgentSeat& seat = agents_[index];
    const bool in_call = seat.state == AgentState::ringing || seat.state == AgentState::talking ||
                         seat.state == AgentState::dialing || seat.state == AgentState::monitoring;
    SEATLINE_ASSERT(in_call == static_cast<bool>(seat.call));
    SEATLINE_ASSERT(!in_call || calls_.contains(seat.call));
    SEATLINE_ASSERT(!in_call ||
                    std::ranges::find(calls_.at(seat.call)->members, index, &Member::agent) !=
                        calls_.at(seat.call)->members.end());
    SEATLINE_ASSERT((seat.state == AgentState::wrap_up) ==
                    static_cast<bool>(seat.wrap_up_deadline));
    SEATLINE_ASSERT(distributor_.is_ready(index) == seat.available());
    SEATLINE_ASSERT(seat.has_free_phone() || in_call || seat.settle_deadline);
}

}  // namespace seatline::core
