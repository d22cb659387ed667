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
    for (auto& [id, conference] : conferences_) {
        if (conference.worker != input.worker) continue;
        conference.is_recorded = false;
        conference.is_ending = true;
        conference.cause = EndCause::media_failed;
    }
    for (const CallId id : lost) {
        Call& call = *calls_.at(id);
        call.record = RecordState::off;  // nobody is there to stop it
        if (call.mailbox) call.mailbox->recording = {};
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
        const OpenRecording recording = recordings_.at(id);
        recordings_.erase(id);
        emit(recording.tenant, RecordingFinished{recording.call,
                                                 recording.path,
                                                 {},
                                                 0,
                                                 "the media worker was lost",
                                                 id,
                                                 recording.kind});
        // How much of the message there is, the file says (app/control.cpp): it is kept.
        if (recording.kind == RecordingKind::voicemail) message_recorded(recording, id, 1s);
    }
}

void Engine::Impl::shut_down() {
    closing_ = true;
    for (auto& [id, conference] : conferences_) {
        conference.is_ending = true;
        conference.cause = EndCause::shutdown;
    }
    std::vector<CallId> open;
    for (const auto& [id, call] : calls_) open.push_back(id);
    std::ranges::sort(open);
    for (const CallId id : open) {
        // A call that ends may have freed an agent who was offered a later one: that one ends in
        // its turn.
        if (Call* call = find_call(id)) end_call(*call, Party::system, EndCause::shutdown);
    }
}

/// The worker for a new call of the tenant; empty when none is up. The one with the fewest calls;
/// but a tenant with conference rooms has all its calls on one worker as long as that is up, since
/// any of them may end up in a room, and a circle is one worker's.
std::optional<std::uint32_t> Engine::Impl::pick_worker(TenantId tenant) {
    const auto home = homes_.find(tenant);
    const bool has_rooms = home != homes_.end();
    if (has_rooms && home->second && workers_[*home->second].up) return home->second;
    const auto load = [&](std::uint32_t worker) {
        const auto others =
            has_rooms ? std::ranges::count_if(
                            homes_, [&](const auto& entry) { return entry.second == worker; })
                      : 0;
        return std::pair{others, workers_[worker].calls};
    };
    std::optional<std::uint32_t> best;
    for (std::uint32_t i = 0; i < workers_.size(); ++i) {
        if (workers_[i].up && (!best || load(i) < load(*best))) best = i;
    }
    if (has_rooms) home->second = best;
    return best;
}

void Engine::Impl::remember(const Remembered& remembered) {
    for (const AgentForwardSet& forward : remembered.forwards) {
        if (const auto found = agent_by_id_.find(forward.agent); found != agent_by_id_.end())
            agents_[found->second].forward = forward;
    }
    for (const VoicemailRecord& message : remembered.voicemails) {
        const auto box = mailboxes_.find(message.mailbox);
        if (box == mailboxes_.end()) continue;
        box->second.messages.push_back(
            {message.message, message.path, message.heard_at.has_value()});
    }
    for (auto& [id, box] : mailboxes_) std::ranges::sort(box.messages, {}, &Message::id);
}

void Engine::Impl::recover(const std::vector<CallRecord>& calls,
                           const std::vector<AgentInterval>& agents) {
    for (const CallRecord& call : calls) {
        if (call.direction == CallDirection::conference) {
            recover_conference(call, calls);
        } else {
            recover_call(call);
        }
    }
    for (const AgentInterval& interval : agents) recover_agent(interval);
}

/// Its legs are those of the calls that were in it, which end in their turn.
void Engine::Impl::recover_conference(const CallRecord& record,
                                      const std::vector<CallRecord>& calls) {
    for (const LegRecord& leg : record.legs) {
        if (leg.ended_at) continue;
        const auto member = std::ranges::find_if(calls, [&](const CallRecord& call) {
            return call.conference == record.call &&
                   std::ranges::find(call.legs, leg.leg, &LegRecord::leg) != call.legs.end();
        });
        if (member != calls.end())
            emit(record.tenant, ConferenceLeft{record.call, member->call, leg.leg});
    }
    emit(record.tenant, CallEnded{record.call, Party::system, EndCause::control_restarted});
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
