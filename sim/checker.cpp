#include "sim/checker.h"

namespace seatline::sim {

Checker::Checker(std::uint64_t agents, std::uint64_t queues, bool ordered)
    : ordered_(ordered), agents_(agents + 1), line_(queues + 1) {}

void Checker::watch(const core::Event& event) {
    SEATLINE_ASSERT(event.at >= last_);
    last_ = event.at;
    std::visit([&](const auto& body) { on(body, event.at); }, event.body);
    SEATLINE_ASSERT(totals_.offered ==
                    totals_.answered + totals_.abandoned + totals_.left_otherwise + waiting_);
}

void Checker::finish() const {
    SEATLINE_ASSERT(calls_.empty());
    SEATLINE_ASSERT(waiting_ == 0);
    SEATLINE_ASSERT(totals_.arrived == totals_.ended);
    for (const AgentView& agent : agents_) SEATLINE_ASSERT(!agent.call);
}

Checker::CallState& Checker::call(CallId id) {
    const auto found = calls_.find(id);
    SEATLINE_ASSERT(found != calls_.end());  // an event of a call that never came or has ended
    return found->second;
}

void Checker::on(const core::CallArrived& e, Instant) {
    ++totals_.arrived;
    SEATLINE_ASSERT(calls_.try_emplace(e.call).second);
}

void Checker::on(const core::CallRefused& e, Instant) {
    totals_.refused += e.count;
}

void Checker::on(const core::CallQueued& e, Instant at) {
    CallState& state = call(e.call);
    SEATLINE_ASSERT(state.stage == Stage::arrived);
    state = {Stage::queued, 0, static_cast<std::uint32_t>(e.queue.value), at, next_order_++};
    if (ordered_) line_[e.queue.value].emplace_back(e.call, state.order);
    ++totals_.offered;
    ++waiting_;
}

void Checker::on(const core::CallOffered& e, Instant) {
    CallState& state = call(e.call);
    SEATLINE_ASSERT(state.stage == Stage::queued && state.queue == e.queue.value);
    AgentView& agent = agents_[e.agent.value];
    SEATLINE_ASSERT(agent.state == core::AgentState::idle && !agent.call);
    state.stage = Stage::offered;
    state.agent = static_cast<std::uint32_t>(e.agent.value);
    agent.call = e.call;
    ++totals_.offers;
    if (!ordered_) return;
    auto& line = line_[e.queue.value];
    while (!line.empty()) {  // those who left the queue unserved are no longer in line
        const auto front = calls_.find(line.front().first);
        if (line.front().first == e.call) break;
        SEATLINE_ASSERT(front == calls_.end() ||
                        front->second.stage != Stage::queued);  // overtaken
        line.pop_front();
    }
    SEATLINE_ASSERT(!line.empty());
    line.pop_front();
}

void Checker::on(const core::OfferEnded& e, Instant) {
    CallState& state = call(e.call);
    SEATLINE_ASSERT(state.stage == Stage::offered && state.agent == e.agent.value);
    SEATLINE_ASSERT(agents_[e.agent.value].call == e.call);
    if (e.outcome == core::OfferOutcome::answered) {
        state.stage = Stage::answered;
    } else {
        state.stage = Stage::queued;
        state.agent = 0;
        agents_[e.agent.value].call = {};
    }
}

void Checker::on(const core::CallLeftQueue& e, Instant at) {
    CallState& state = call(e.call);
    SEATLINE_ASSERT(state.stage ==
                    (e.outcome == core::QueueOutcome::answered ? Stage::answered : Stage::queued));
    const microseconds waited = at - state.since;
    SEATLINE_ASSERT(std::chrono::duration_cast<milliseconds>(waited) == e.waited_ms);
    if (e.outcome != core::QueueOutcome::answered) state.stage = Stage::left;
    --waiting_;
    totals_.wait_all += waited;
    switch (e.outcome) {
        case core::QueueOutcome::answered:
            ++totals_.answered;
            totals_.answered_in_level += e.in_service_level;
            totals_.delayed += waited > 0us;
            totals_.wait_answered += waited;
            break;
        case core::QueueOutcome::abandoned:
            ++totals_.abandoned;
            break;
        default:
            ++totals_.left_otherwise;
            break;
    }
}

void Checker::on(const core::TalkStarted& e, Instant at) {
    CallState& state = call(e.call);
    SEATLINE_ASSERT(state.stage == Stage::answered && state.agent == e.agent.value);
    state.stage = Stage::talking;
    state.since = at;
    ++totals_.talks;
}

void Checker::on(const core::CallEnded& e, Instant at) {
    CallState& state = call(e.call);
    SEATLINE_ASSERT(state.stage != Stage::queued && state.stage != Stage::offered);
    if (state.stage == Stage::talking) totals_.talk += at - state.since;
    if (state.agent != 0) agents_[state.agent].call = {};
    ++totals_.ended;
    calls_.erase(e.call);
}

void Checker::on(const core::AgentStateChanged& e, Instant at) {
    AgentView& agent = agents_[e.agent.value];
    SEATLINE_ASSERT(agent.state == e.from);  // intervals join without gap
    const bool in_call = e.to == core::AgentState::ringing || e.to == core::AgentState::talking;
    SEATLINE_ASSERT(in_call == static_cast<bool>(agent.call));
    SEATLINE_ASSERT(!in_call || agent.call == e.call);
    agent.state = e.to;
    agent.since = at;
}

}  // namespace seatline::sim
