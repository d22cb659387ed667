// What is recorded: by rule, on demand, paused. One recording a call, through holds and transfers:
// the customer on the left channel, everybody else who speaks on the right.
#include "core/engine/engine_impl.h"
#include "core/record/record_choice.h"

namespace seatline::core {

void Engine::Impl::record_by_rule(Call& call) {
    if (call.recording || !call.customer) return;
    RecordFacts facts;
    facts.tenant = call.tenant;
    facts.call = call.id;
    facts.direction = call.direction;
    facts.trunk = call.trunk;
    if (call.had_queue) facts.queue = directory_.queues[call.queue].id;
    if (call.agent_leg) facts.agent = agents_[call.agent].data->id;
    call.may_record = record_choice_.mode(facts);
    if (call.may_record == RecordMode::always) start_recording(call);
}

void Engine::Impl::start_recording(Call& call) {
    call.record = RecordState::on;
    call.recording = RecordingId{next_id_++};
    const std::string day = format_rfc3339(now_).substr(0, 10);
    std::string path = "recordings/" + std::to_string(call.tenant.value) + "/" + day + "/" +
                       std::to_string(call.id.value) + ".wav";
    recordings_[call.recording] = {call.id, call.tenant, call.worker, path, RecordingKind::call};
    emit(call.tenant, RecordingStarted{call.id, path, call.recording, RecordingKind::call});
    who_speaks(call, call.recorded);
    act(StartRecording{call.worker, call.recording, std::move(path), call.recorded[0],
                       call.recorded[1]});
}

void Engine::Impl::stop_recording(Call& call) {
    if (call.record == RecordState::off) return;
    call.record = RecordState::off;
    act(StopRecording{call.worker, call.recording});
}

/// The legs whose voices belong on the left and on the right channel now: who talks to somebody.
/// Who is on hold, or waits for an answer, is not recorded.
void Engine::Impl::who_speaks(const Call& call, std::array<std::vector<LegId>, 2>& sides) const {
    sides[0].clear();
    sides[1].clear();
    if (call.record != RecordState::on) return;
    for (const Member& member : call.members) {
        const LegPlace shown = member.view.shown;
        if (shown != LegPlace::talk && shown != LegPlace::aside) continue;
        sides[member.leg == call.customer ? 0 : 1].push_back(member.leg);
    }
}

void Engine::Impl::record_who_speaks(Call& call) {
    if (call.record == RecordState::off) return;
    who_speaks(call, recorded_now_);
    if (recorded_now_ == call.recorded) return;
    call.recorded = recorded_now_;
    act(SetRecording{call.worker, call.recording, call.recorded[0], call.recorded[1]});
}

std::optional<Error> Engine::Impl::record_command(Call& call, const AgentRequest& request) {
    const AgentId agent = agents_[agent_by_id_.at(request.agent)].data->id;
    switch (request.kind) {
        case AgentRequestKind::record:
            if (call.record != RecordState::off)
                return Error{"conflict", "action", "the call is being recorded already"};
            if (call.phase != CallPhase::talking)
                return Error{"conflict", "action", "only a conversation can be recorded"};
            if (call.may_record == RecordMode::never)
                return Error{"not_allowed", "action",
                             "a rule of the center forbids to record this call"};
            if (call.recording)
                return Error{"conflict", "action",
                             "the call's recording was stopped; a call has one recording"};
            start_recording(call);
            return std::nullopt;
        case AgentRequestKind::stop_record:
            if (call.record == RecordState::off)
                return Error{"conflict", "action", "the call is not being recorded"};
            if (call.may_record == RecordMode::always)
                return Error{"not_allowed", "action",
                             "this call is recorded by a rule of the center: pause instead"};
            stop_recording(call);
            return std::nullopt;
        case AgentRequestKind::pause_record:
            if (call.record != RecordState::on)
                return Error{"conflict", "action", "the call is not being recorded"};
            call.record = RecordState::paused;
            emit(call.tenant, RecordingPaused{call.id, call.recording, agent});
            break;
        case AgentRequestKind::resume_record:
            if (call.record != RecordState::paused)
                return Error{"conflict", "action", "the recording is not paused"};
            call.record = RecordState::on;
            emit(call.tenant, RecordingResumed{call.id, call.recording, agent});
            break;
        default:
            break;
    }
    record_who_speaks(call);
    return std::nullopt;
}

void Engine::Impl::on(const RecordingEnded& input) {
    const auto found = recordings_.find(input.result.recording);
    if (found == recordings_.end()) return;
    RecordingFinished result = input.result;
    result.call = found->second.call;
    result.kind = found->second.kind;
    if (result.path.empty()) result.path = found->second.path;
    const OpenRecording recording = std::move(found->second);
    recordings_.erase(found);
    const milliseconds length = result.length_ms;
    emit(recording.tenant, std::move(result));
    if (recording.kind == RecordingKind::voicemail)
        message_recorded(recording, input.result.recording, length);
}

void Engine::Impl::on(const ArchiveReport& input) {
    std::visit([&](const auto& what) { emit(input.tenant, what); }, input.what);
}

}  // namespace seatline::core
