// What goes wrong below a call: media workers that come and go, and the restart of this process.
#include <algorithm>

#include "core/engine/engine_impl.h"

namespace seatline::core {

void Engine::Impl::on(const WorkerUp& input) {
    if (workers_.size() <= input.worker) workers_.resize(input.worker + 1);
    workers_[input.worker].up = true;
    emit(TenantId{}, WorkerStarted{input.worker, input.pid});
}

void Engine::Impl::on(const WorkerDown& input) {
    if (workers_.size() <= input.worker) return;
    workers_[input.worker].up = false;
    emit(TenantId{}, WorkerLost{input.worker, input.reason});
    // In order of call ids, so that a run can be repeated exactly.
    std::vector<CallId> lost;
    for (const auto& [id, call] : calls_) {
        if (call->worker == input.worker) lost.push_back(id);
    }
    std::ranges::sort(lost);
    for (auto& [id, leg] : legs_) {
        if (leg.worker == input.worker) leg.media_open = false;
    }
    for (const CallId id : lost) {
        Call& call = *calls_.at(id);
        call.record = RecordState::off;  // nobody is there to stop it
        end_call(call, Party::system, EndCause::media_failed);
    }
    recordings_lost(input.worker);
}

/// Recordings that a dead worker can't report any more end with what is in their files.
void Engine::Impl::recordings_lost(std::uint32_t worker) {
    std::vector<RecordingId> lost;
    for (const auto& [id, recording] : recordings_) {
        if (recording.worker == worker) lost.push_back(id);
    }
    std::ranges::sort(lost);
    for (const RecordingId id : lost) {
        const OpenRecording& recording = recordings_.at(id);
        emit(recording.tenant, RecordingFinished{recording.call,
                                                 recording.path,
                                                 {},
                                                 0,
                                                 "the media worker was lost",
                                                 id,
                                                 recording.kind});
        recordings_.erase(id);
    }
}

void Engine::Impl::shut_down() {
    closing_ = true;
    std::vector<CallId> open;
    for (const auto& [id, call] : calls_) open.push_back(id);
    std::ranges::sort(open);
    for (const CallId id : open) {
        // A call that ends may have freed an agent who was offered a later one: that one ends in
        // its turn.
        if (Call* call = find_call(id)) end_call(*call, Party::system, EndCause::shutdown);
    }
}

/// The worker with the fewest calls; empty when none is up.
std::optional<std::uint32_t> Engine::Impl::pick_worker() const {
    std::optional<std::uint32_t> best;
    for (std::uint32_t i = 0; i < workers_.size(); ++i) {
        if (workers_[i].up && (!best || workers_[i].calls < workers_[*best].calls)) best = i;
    }
    return best;
}

void Engine::Impl::recover(const std::vector<CallRecord>& calls,
                           const std::vector<AgentInterval>& agents) {
    for (const CallRecord& call : calls) recover_call(call);
    for (const AgentInterval& interval : agents) recover_agent(interval);
}

void Engine::Impl::recover_call(const CallRecord& record) {
    if (record.queue && record.queued_at && !record.left_queue_at) {
        for (const LegRecord& leg : record.legs) {
            if (leg.kind != LegKind::agent || leg.outcome || !leg.agent) continue;
            emit(record.tenant, OfferEnded{record.call, *record.queue, *leg.agent, leg.leg,
                                           OfferOutcome::withdrawn});
        }
        const auto waited = std::chrono::duration_cast<milliseconds>(now_ - *record.queued_at);
        emit(record.tenant,
             CallLeftQueue{record.call, *record.queue, QueueOutcome::fault, waited, false});
    }
    for (const LegRecord& leg : record.legs) {
        if (!leg.ended_at)
            emit(record.tenant,
                 LegFinished{record.call, leg.leg, leg.kind, 0, "control restarted"});
    }
    emit(record.tenant, CallEnded{record.call, Party::system, EndCause::control_restarted});
}

void Engine::Impl::recover_agent(const AgentInterval& interval) {
    const auto found = agent_by_id_.find(interval.agent);
    if (found == agent_by_id_.end()) return;
    AgentSeat& seat = agents_[found->second];
    seat.state = interval.state;
    seat.reason = interval.reason;
    seat.since = interval.from;
    seat.idle_rank = interval.from;
    if (interval.state == AgentState::signed_out) return;
    const bool was_in_call =
        interval.state != AgentState::idle && interval.state != AgentState::busy;
    if (seat.data->sign_in_on_register) {
        emit(seat.data->tenant,
             AgentStateChanged{
                 seat.data->id, seat.state, AgentState::signed_out, {}, interval.call, {}});
        seat.state = AgentState::signed_out;
    } else if (was_in_call) {
        emit(seat.data->tenant,
             AgentStateChanged{seat.data->id, seat.state, AgentState::idle, {}, interval.call, {}});
        seat.state = AgentState::idle;
    } else {
        return;
    }
    seat.reason.clear();
    seat.since = seat.idle_rank = now_;
}

}  // namespace seatline::core
