// What is done to a conference, by a moderator's keys or by API: muting, locking, putting out,
// calling in, recording, ending.
#include <algorithm>

#include "core/engine/engine_impl.h"
#include "core/ivr/speech.h"

namespace seatline::core {
namespace {

using ivr::ConferenceSpeech;

Error conflict(std::string reason) {
    return Error{"conflict", "action", std::move(reason)};
}

}  // namespace

void Engine::Impl::on(const ConferenceRequest& input) {
    asked_call_ = {};
    auto error = moderate(input);
    act(Reply{input.request, std::move(error), asked_call_});
}

std::optional<Error> Engine::Impl::moderate(const ConferenceRequest& request) {
    using Kind = ConferenceRequestKind;
    const auto room = rooms_.find(request.conference);
    if (room == rooms_.end() || room->second->tenant != request.tenant)
        return Error{"not_found", "conference", "there is no such conference"};
    if (request.kind == Kind::dial_out) return dial_out(*room->second, request.number);
    Conference* conference = find_conference(request.conference);
    if (conference == nullptr) return conflict("nobody is in the conference");
    asked_call_ = conference->call;
    const bool is_muting = request.kind == Kind::mute || request.kind == Kind::unmute;
    const bool is_of_member = request.kind == Kind::kick || (is_muting && request.member);
    const auto who = std::ranges::find(conference->members, request.member, &Participant::call);
    if (is_of_member && who == conference->members.end())
        return Error{"not_found", "member", "this call is not in the conference"};
    switch (request.kind) {
        case Kind::mute:
        case Kind::unmute: {
            const bool muted = request.kind == Kind::mute;
            if (is_of_member) {
                mute(*conference, *who, muted, {});
            } else {
                mute_all(*conference, muted, {});
            }
            return std::nullopt;
        }
        case Kind::kick:
            emit(request.tenant, ConferenceChanged{conference->call, who->call,
                                                   ConferenceChange::kicked, CallId{}});
            end_call(*calls_.at(who->call), Party::supervisor, EndCause::kicked);
            return std::nullopt;
        case Kind::lock:
        case Kind::unlock:
            lock(*conference, request.kind == Kind::lock, {});
            return std::nullopt;
        case Kind::record:
        case Kind::stop_record: {
            const bool on = request.kind == Kind::record;
            if (on == conference->is_recorded)
                return conflict(on ? "the conference is being recorded already"
                                   : "the conference is not being recorded");
            record_conference(*conference, on, {});
            return std::nullopt;
        }
        case Kind::end:
            end_conference(*conference, {});
            return std::nullopt;
        case Kind::dial_out:
            break;
    }
    return std::nullopt;
}

void Engine::Impl::mute(Conference& conference, Participant& who, bool muted, CallId by) {
    if (who.muted == muted) return;
    emit(conference.room->tenant,
         ConferenceChanged{conference.call, who.call,
                           muted ? ConferenceChange::muted : ConferenceChange::unmuted, by});
    apply_mute(conference, who, muted);
}

void Engine::Impl::apply_mute(const Conference& conference, Participant& who, bool muted) {
    if (std::exchange(who.muted, muted) == muted) return;
    place_in_conference(conference, who);
    if (!conference.has_begun) return;
    say_over_talk(*calls_.at(who.call),
                  ivr::say_conference(muted ? ConferenceSpeech::muted : ConferenceSpeech::unmuted));
}

/// All but moderators, also those who come later. One event says it of all.
void Engine::Impl::mute_all(Conference& conference, bool muted, CallId by) {
    conference.all_muted = muted;
    emit(conference.room->tenant,
         ConferenceChanged{conference.call, CallId{},
                           muted ? ConferenceChange::muted : ConferenceChange::unmuted, by});
    for (Participant& who : conference.members) {
        if (!who.moderator) apply_mute(conference, who, muted);
    }
}

void Engine::Impl::lock(Conference& conference, bool locked, CallId by) {
    if (std::exchange(conference.locked, locked) == locked) return;
    emit(conference.room->tenant,
         ConferenceChanged{conference.call, CallId{},
                           locked ? ConferenceChange::locked : ConferenceChange::unlocked, by});
}

/// All are told, then their calls end; who is still being called in is not called any more.
void Engine::Impl::end_conference(Conference& conference, CallId by) {
    const ConferenceId id = conference.room->id;
    emit(conference.room->tenant,
         ConferenceChanged{conference.call, CallId{}, ConferenceChange::ended, by});
    conference.is_ending = true;
    const std::vector<Participant> members = conference.members;
    for (const Participant& who : members) {
        close_saying(*calls_.at(who.call), ivr::say_conference(ConferenceSpeech::ending),
                     EndCause::conference_ended);
    }
    std::vector<CallId> called;
    for (const auto& [call_id, call] : calls_) {
        if (call->phase == CallPhase::dialing && call->visit && call->visit->room == id)
            called.push_back(call_id);
    }
    std::ranges::sort(called);
    for (const CallId call : called)
        end_call(*calls_.at(call), Party::supervisor, EndCause::conference_ended);
}

// ---- recording

void Engine::Impl::record_conference(Conference& conference, bool on, CallId by) {
    emit(conference.room->tenant,
         ConferenceChanged{conference.call, CallId{},
                           on ? ConferenceChange::record : ConferenceChange::stop_record, by});
    on ? start_conference_recording(conference) : stop_conference_recording(conference);
}

/// Mono: all who may speak. Begun again after a stop, it is another file.
void Engine::Impl::start_conference_recording(Conference& conference) {
    conference.is_recorded = true;
    conference.recording = RecordingId{next_id_++};
    const TenantId tenant = conference.room->tenant;
    std::string path = "conferences/" + std::to_string(tenant.value) + "/" +
                       format_rfc3339(now_).substr(0, 10) + "/" +
                       std::to_string(conference.call.value);
    if (++conference.recordings > 1) path += "-" + std::to_string(conference.recordings);
    path += ".wav";
    recordings_[conference.recording] = {conference.call, tenant, conference.worker, path,
                                         RecordingKind::conference};
    emit(tenant,
         RecordingStarted{conference.call, path, conference.recording, RecordingKind::conference});
    conference.recorded.clear();
    for (const Participant& who : conference.members) {
        const Member& guest = *calls_.at(who.call)->find(who.leg);
        if (guest.view.speaks_in == Circle::conference) conference.recorded.push_back(who.leg);
    }
    StartRecording start{
        conference.worker, conference.recording, std::move(path), conference.recorded, {}};
    start.mono = true;
    act(std::move(start));
}

void Engine::Impl::stop_conference_recording(Conference& conference) {
    if (!std::exchange(conference.is_recorded, false)) return;
    act(StopRecording{conference.worker, conference.recording});
}

/// As they come, go and are muted.
void Engine::Impl::record_who_speaks(Conference& conference) {
    if (!conference.is_recorded) return;
    conference.recorded_now.clear();
    for (const Participant& who : conference.members) {
        const Member& guest = *calls_.at(who.call)->find(who.leg);
        if (guest.view.speaks_in == Circle::conference) conference.recorded_now.push_back(who.leg);
    }
    if (conference.recorded_now == conference.recorded) return;
    conference.recorded = conference.recorded_now;
    act(SetRecording{conference.worker, conference.recording, conference.recorded, {}});
}

// ---- calling in

/// A colleague or a number outside; a call of its own, which joins when it is answered.
std::optional<Error> Engine::Impl::dial_out(const ConferenceRoom& room, const std::string& number) {
    if (closing_) return Error{"unavailable", "action", "the system is being stopped"};
    const Conference* conference = find_conference(room.id);
    if (conference != nullptr && conference->members.size() >= room.max_members)
        return conflict("the conference is full");
    Agent nobody;  // the plan of the tenant, without anybody's feature codes
    nobody.tenant = room.tenant;
    const auto meant = dial_plan_.resolve(nobody, number);
    if (meant.has_error()) return Error{meant.error().code, "number", meant.error().reason};
    const auto* target = std::get_if<Target>(&*meant);
    if (target == nullptr ||
        (target->kind != TargetKind::agent && target->kind != TargetKind::number))
        return invalid("number", "only an agent or an outside number can be called in");
    if (target->kind == TargetKind::number) {
        const auto trunks = trunk_choice_.candidates(room.tenant, target->number, [&](TrunkId id) {
            return TrunkLoad{trunks_.at(id).calls, trunks_.at(id).is_up};
        });
        if (trunks.has_error()) return Error{trunks.error().code, "number", trunks.error().reason};
    }
    const auto worker = pick_worker(room.tenant);
    if (!worker) return Error{"unavailable", "action", "no media worker is up"};
    Call& call = new_call(room.tenant, CallDirection::outbound, *worker);
    call.caller = room.number;
    call.called = number;
    call.phase = CallPhase::dialing;
    call.visit = ConferenceVisit{room.id, false, true, false};
    const LegId leg{2 * next_id_};  // the next that dial() gives out
    emit(call.tenant,
         CallArrived{call.id, leg, {}, call.caller, call.called, {}, call.direction, {}, {}});
    if (auto unreached = dial(call, {*target, DialPurpose::conference, LegPlace::apart})) {
        emit(call.tenant, CallEnded{call.id, Party::system, EndCause::unreachable});
        destroy_call(call);
        return unreached->error;
    }
    deadlines_.rearm(call.phase_deadline, now_ + settings_.dial_limit,
                     {DeadlineKind::call_phase, call.id.value});
    asked_call_ = call.id;
    return std::nullopt;
}

void Engine::Impl::invited_answered(Call& call, LegId leg) {
    call.guest = leg;
    call.phase = CallPhase::conference;
    emit(call.tenant, CallAnswered{call.id});
    const AgentIndex agent = call.find(leg)->agent;
    if (agent != kNoAgent) set_state(agent, AgentState::talking, {}, call.id);
    join_conference(call, false);
}

}  // namespace seatline::core
