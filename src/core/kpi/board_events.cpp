// Which event changes what of a tenant's board: one overload a type of event.
#include <algorithm>

#include "core/kpi/tenant_board.h"

namespace seatline::core {
namespace {

std::uint64_t ms_between(Instant from, Instant to) {
    return static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, std::chrono::duration_cast<milliseconds>(to - from).count()));
}

struct Step {
    TenantBoard& board;
    const Instant at;

    // ---- calls and queues

    void operator()(const CallArrived& e) {
        CallState& call = board.calls[e.call];
        call.caller = e.caller;
        call.called = e.called;
        call.direction = e.direction;
        if (e.leg) {
            PartyView& party = add_party(call, e.leg, e.agent ? LegKind::agent : LegKind::caller);
            party.agent = e.agent;
            if (!e.agent) party.number = e.caller;
        }
        if (e.agent) board.show_call(e.call, e.agent, {}, at);
    }
    void operator()(const CallQueued& e) {
        CallState* call = board.call(e.call);
        QueueState* queue = board.queue(e.queue);
        if (call == nullptr || queue == nullptr) return;
        board.leave_queue(e.call, *call, {e.call, call->queue, QueueOutcome::fault, {}, false});
        call->queue = e.queue;
        call->queued_at = at;
        call->is_waiting = true;
        queue->waiting.emplace(at, e.call);
        ++queue->today.offered;
    }
    void operator()(const CallOffered& e) {
        board.show_call(e.call, e.agent, e.queue, at);
        if (CallState* call = board.call(e.call)) {
            PartyView& party = add_party(*call, e.leg, LegKind::agent);
            party.agent = e.agent;
            party.place = LegPlace::ringing;
        }
    }
    void operator()(const OfferEnded& e) {
        if (e.outcome == OfferOutcome::answered) return;
        remove_party(e.call, e.leg);
        board.hide_call(e.call, e.agent);
    }
    void operator()(const CallLeftQueue& e) {
        if (CallState* call = board.call(e.call)) board.leave_queue(e.call, *call, e);
    }
    void operator()(const TalkStarted& e) {
        CallState* call = board.call(e.call);
        AgentEntry* entry = board.agent(e.agent);
        if (call == nullptr || entry == nullptr) return;
        if (!call->talk_started_at) call->talk_started_at = at;
        if (!entry->view.call || entry->view.call->call != e.call)
            board.show_call(e.call, e.agent, call->queue, at);
        if (!entry->view.call->talk_started_at) entry->view.call->talk_started_at = at;
        const auto is_agent = [&](const auto& talker) { return talker.first == e.agent; };
        if (std::none_of(call->talkers.begin(), call->talkers.end(), is_agent))
            call->talkers.emplace_back(e.agent, at);
        // Who comes back to a call (a transfer that failed) has answered it once.
        auto& counted = call->counted;
        if (std::find(counted.begin(), counted.end(), e.agent) != counted.end()) return;
        counted.push_back(e.agent);
        ++entry->view.answered_today;
    }
    void operator()(const CallEnded& e) {
        CallState* call = board.call(e.call);
        if (call == nullptr) return;
        // Ended without a word of the queue: the sums must still agree.
        board.leave_queue(e.call, *call, {e.call, call->queue, QueueOutcome::fault, {}, false});
        if (call->talk_started_at) {
            if (QueueState* queue = board.queue(call->queue))
                queue->today.talk_ms += ms_between(*call->talk_started_at, at);
        }
        while (!call->talkers.empty()) end_talk(*call, call->talkers.front().first);
        for (const AgentId id : call->shown_by) end_view(e.call, id);
        if (call->conference) board.leave_conference(call->conference, e.call);
        if (ConferenceState* conference = board.conference(e.call)) {
            board.conference_calls.erase(conference->view.conference);
            board.conferences.erase(e.call);
        }
        board.calls.erase(e.call);
    }

    // ---- who is in a call, and where

    void operator()(const PartyDialed& e) {
        CallState* call = board.call(e.call);
        if (call == nullptr) return;
        PartyView& party = add_party(*call, e.leg, e.kind);
        party.agent = e.agent;
        party.number = e.number;
        party.place = LegPlace::ringing;
        party.purpose = e.purpose;
        const auto entry = board.agents.find(e.agent);
        const bool is_new = entry != board.agents.end() &&
                            (!entry->second.view.call || entry->second.view.call->call != e.call);
        if (is_new) board.show_call(e.call, e.agent, {}, at);
    }
    void operator()(const DialEnded& e) {
        if (e.outcome == OfferOutcome::answered) return;
        const AgentId agent = remove_party(e.call, e.leg);
        CallState* call = board.call(e.call);
        if (agent && call != nullptr && !is_in(*call, agent)) board.hide_call(e.call, agent);
    }
    void operator()(const LegPlaced& e) {
        CallState* call = board.call(e.call);
        if (call == nullptr) return;
        PartyView* party = find_party(*call, e.leg);
        if (party == nullptr) return;
        party->place = e.place;
        party->since = at;
        board.mark_views(*call);
    }
    void operator()(const LegFinished& e) {
        CallState* call = board.call(e.call);
        if (call == nullptr) return;
        const AgentId agent = remove_party(e.call, e.leg);
        if (!agent || is_in(*call, agent)) return;
        std::erase_if(call->monitors, [&](const Monitor& m) { return m.supervisor == agent; });
        end_talk(*call, agent);
        end_view(e.call, agent);
    }
    void operator()(const SupervisorActed& e) {
        CallState* call = board.call(e.call);
        if (call == nullptr) return;
        std::erase_if(call->monitors,
                      [&](const Monitor& m) { return m.supervisor == e.supervisor; });
        const bool listens = e.action == SupervisorAction::listen ||
                             e.action == SupervisorAction::whisper ||
                             e.action == SupervisorAction::barge_in;
        if (listens) call->monitors.push_back({e.supervisor, e.agent, e.told});
        board.mark_views(*call);
    }
    void operator()(const FlowReturned& e) {
        CallState* call = board.call(e.call);
        if (call == nullptr) return;
        call->flow_results = e.results;
        for (const AgentId id : call->shown_by) {
            if (AgentEntry* entry = board.agent(id)) entry->view.call->flow_results = e.results;
        }
    }

    // ---- recordings

    void operator()(const RecordingStarted& e) {
        if (e.kind == RecordingKind::voicemail) return;
        if (CallState* call = board.call(e.call)) call->recording_id = e.recording;
        set_recording(e.call, e.recording, RecordingState::on);
    }
    void operator()(const RecordingPaused& e) {
        set_recording(e.call, e.recording, RecordingState::paused);
    }
    void operator()(const RecordingResumed& e) {
        set_recording(e.call, e.recording, RecordingState::on);
    }
    void operator()(const RecordingFinished& e) {
        set_recording(e.call, e.recording, RecordingState::none);
    }

    // ---- conferences

    void operator()(const ConferenceJoined& e) {
        ConferenceState& state = board.conferences[e.call];
        state.view.call = e.call;
        state.view.conference = e.conference;
        board.conference_calls[e.conference] = e.call;
        board.changed_conferences.insert(e.conference);
        state.members[e.member] = {e.member, e.leg, e.number, e.moderator, false, at};
        if (CallState* call = board.call(e.member)) call->conference = e.call;
    }
    void operator()(const ConferenceLeft& e) {
        board.leave_conference(e.call, e.member);
        CallState* call = board.call(e.member);
        if (call != nullptr && call->conference == e.call) call->conference = {};
    }
    void operator()(const ConferenceChanged& e) {
        ConferenceState* state = board.conference(e.call);
        if (state == nullptr) return;
        switch (e.change) {
            case ConferenceChange::muted:
            case ConferenceChange::unmuted:
                return mute(*state, e.member, e.change == ConferenceChange::muted);
            case ConferenceChange::locked:
            case ConferenceChange::unlocked:
                state->view.locked = e.change == ConferenceChange::locked;
                return;
            default:  // events of their own follow: ConferenceLeft, RecordingStarted, CallEnded ...
                return;
        }
    }

    // ---- agents

    void operator()(const AgentStateChanged& e) {
        AgentEntry* entry = board.agent(e.agent);
        if (entry == nullptr) return;
        AgentView& view = entry->view;
        if (view.state == AgentState::wrap_up && view.call) {
            if (QueueState* queue = board.queue(view.call->queue))
                queue->today.wrap_up_ms += ms_between(*view.since, at);
        }
        board.change_state(*entry, e.to);
        view.reason = e.reason;
        view.since = at;
        view.wrap_up_until.reset();
        if (!is_with_call(e.to) && view.call) board.hide_call(view.call->call, e.agent);
        const bool is_in_other =
            e.call && is_with_call(e.to) && (!view.call || view.call->call != e.call);
        if (is_in_other) board.show_call(e.call, e.agent, e.queue, at);
        if (e.to != AgentState::wrap_up) return;
        const QueueId id = e.queue ? e.queue : view.call ? view.call->queue : QueueId{};
        const auto found = board.queues.find(id);
        if (found != board.queues.end()) view.wrap_up_until = at + found->second.queue->wrap_up_s;
    }
    void operator()(const DeviceAvailable& e) { set_device(e.device, true); }
    void operator()(const DeviceGone& e) { set_device(e.device, false); }
    template <class Other>
    void operator()(const Other&) {}

private:
    PartyView& add_party(CallState& call, LegId leg, LegKind kind) {
        PartyView* party = find_party(call, leg);
        if (party == nullptr) party = &call.parties.emplace_back();
        party->leg = leg;
        party->kind = kind;
        party->since = at;
        board.mark_views(call);
        return *party;
    }
    /// Answers whose leg it was; 0: no agent's.
    AgentId remove_party(CallId id, LegId leg) {
        CallState* call = board.call(id);
        PartyView* party = call == nullptr ? nullptr : find_party(*call, leg);
        if (party == nullptr) return {};
        const AgentId agent = party->agent;
        call->parties.erase(call->parties.begin() + (party - call->parties.data()));
        board.mark_views(*call);
        return agent;
    }
    /// True while the agent has another leg in the call: several devices ring together.
    static bool is_in(const CallState& call, AgentId agent) {
        return std::any_of(call.parties.begin(), call.parties.end(),
                           [agent](const PartyView& p) { return p.agent == agent; });
    }
    void end_talk(CallState& call, AgentId agent) {
        const auto talker = std::find_if(call.talkers.begin(), call.talkers.end(),
                                         [agent](const auto& t) { return t.first == agent; });
        if (talker == call.talkers.end()) return;
        if (AgentEntry* entry = board.agent(agent))
            entry->view.talk_today_ms += ms_between(talker->second, at);
        call.talkers.erase(talker);
    }
    /// The agent's view keeps what the call was, without the people in it.
    void end_view(CallId id, AgentId agent) {
        AgentEntry* entry = board.agent(agent);
        if (entry == nullptr || !entry->view.call || entry->view.call->call != id) return;
        if (!entry->view.call->ended_at) entry->view.call->ended_at = at;
    }
    void set_recording(CallId id, RecordingId recording, RecordingState to) {
        CallState* call = board.call(id);
        // A late word of one that was stopped says nothing of the one that runs.
        if (call == nullptr || call->recording_id != recording) return;
        call->recording = to;
        board.mark_views(*call);
        (void)board.conference(id);
    }
    static void mute(ConferenceState& state, CallId member, bool muted) {
        for (auto& [id, one] : state.members) {
            const bool is_meant = member ? id == member : !one.moderator;
            if (is_meant) one.muted = muted;
        }
    }
    void set_device(const std::string& device, bool registered) {
        const auto found = board.devices.find(device);
        if (found != board.devices.end())
            board.agent(found->second)->view.device_registered = registered;
    }
};

}  // namespace

void apply_event(TenantBoard& board, const Event& event) {
    std::visit(Step{board, event.at}, event.body);
}

}  // namespace seatline::core
