#include "core/kpi/tenant_board.h"

#include <algorithm>

namespace seatline::core {
namespace {

/// Supervisors who listen or whisper are hidden from all but themselves, unless the agent is told.
bool may_see(const CallState& call, AgentId viewer, const PartyView& party) {
    if (party.kind != LegKind::supervisor || party.agent == viewer) return true;
    if (party.place == LegPlace::talk) return true;
    return std::any_of(call.monitors.begin(), call.monitors.end(), [&](const Monitor& m) {
        return m.supervisor == party.agent && m.agent == viewer && m.told;
    });
}

void fill_in(AgentCallView& view, AgentId viewer, const CallState& call) {
    view.recording = call.recording;
    view.monitored = std::any_of(call.monitors.begin(), call.monitors.end(),
                                 [&](const Monitor& m) { return m.agent == viewer && m.told; });
    for (const PartyView& party : call.parties) {
        const bool is_customer =
            party.kind == LegKind::caller ||
            (party.kind == LegKind::outside && call.direction != CallDirection::inbound);
        if (is_customer && party.place == LegPlace::held) view.held = true;
        if (party.agent == viewer && party.place == LegPlace::aside) view.consulting = true;
        if (may_see(call, viewer, party)) view.parties.push_back(party);
    }
}

}  // namespace

bool is_with_call(AgentState state) {
    return state == AgentState::ringing || state == AgentState::talking ||
           state == AgentState::wrap_up || state == AgentState::dialing ||
           state == AgentState::monitoring;
}

PartyView* find_party(CallState& call, LegId leg) {
    const auto found = std::find_if(call.parties.begin(), call.parties.end(),
                                    [leg](const PartyView& p) { return p.leg == leg; });
    return found == call.parties.end() ? nullptr : &*found;
}

QueueState* TenantBoard::queue(QueueId id) {
    const auto found = queues.find(id);
    if (found == queues.end()) return nullptr;
    changed_queues.insert(id);
    return &found->second;
}

AgentEntry* TenantBoard::agent(AgentId id) {
    const auto found = agents.find(id);
    if (found == agents.end()) return nullptr;
    changed_agents.insert(id);
    return &found->second;
}

ConferenceState* TenantBoard::conference(CallId call_id) {
    const auto found = conferences.find(call_id);
    if (found == conferences.end()) return nullptr;
    changed_conferences.insert(found->second.view.conference);
    return &found->second;
}

CallState* TenantBoard::call(CallId id) {
    const auto found = calls.find(id);
    return found == calls.end() ? nullptr : &found->second;
}

void TenantBoard::leave_queue(CallId id, CallState& call_state, const CallLeftQueue& left) {
    if (!call_state.is_waiting) return;
    call_state.is_waiting = false;
    QueueState* state = queue(call_state.queue);
    if (state == nullptr) return;
    state->waiting.erase({*call_state.queued_at, id});
    QueueCounters& today = state->today;
    today.wait_ms += static_cast<std::uint64_t>(std::max<std::int64_t>(0, left.waited_ms.count()));
    switch (left.outcome) {
        case QueueOutcome::answered:
            ++today.answered;
            today.answered_in_level += left.in_service_level ? 1 : 0;
            break;
        case QueueOutcome::abandoned:
            ++today.abandoned;
            break;
        default:
            ++today.left_otherwise;
    }
}

void TenantBoard::change_state(AgentEntry& entry, AgentState to) {
    for (const QueueId id : entry.view.queues) {
        QueueState& state = *queue(id);
        --state.agents[static_cast<std::size_t>(entry.view.state)];
        ++state.agents[static_cast<std::size_t>(to)];
    }
    entry.view.state = to;
}

void TenantBoard::show_call(CallId id, AgentId agent_id, QueueId queue_id, Instant at) {
    AgentEntry* entry = agent(agent_id);
    CallState* state = call(id);
    if (entry == nullptr || state == nullptr) return;
    if (entry->view.call) hide_call(entry->view.call->call, agent_id);
    state->shown_by.insert(agent_id);
    AgentCallView& view = entry->view.call.emplace();
    view.call = id;
    view.queue = queue_id;
    if (const auto found = queues.find(queue_id); found != queues.end())
        view.queue_name = found->second.queue->name;
    view.caller = state->caller;
    view.called = state->called;
    view.direction = state->direction;
    view.flow_results = state->flow_results;
    view.offered_at = at;
    if (state->queued_at)
        view.waited_ms = std::chrono::duration_cast<milliseconds>(at - *state->queued_at);
}

void TenantBoard::hide_call(CallId id, AgentId agent_id) {
    if (CallState* state = call(id)) state->shown_by.erase(agent_id);
    AgentEntry* entry = agent(agent_id);
    if (entry != nullptr && entry->view.call && entry->view.call->call == id)
        entry->view.call.reset();
}

void TenantBoard::mark_views(const CallState& state) {
    changed_agents.insert(state.shown_by.begin(), state.shown_by.end());
}

void TenantBoard::leave_conference(CallId conference_call, CallId member) {
    if (ConferenceState* state = conference(conference_call)) state->members.erase(member);
}

AgentView TenantBoard::view_of(const AgentEntry& entry) const {
    AgentView view = entry.view;
    if (!view.call || view.call->ended_at) return view;
    const auto state = calls.find(view.call->call);
    if (state == calls.end()) return view;
    fill_in(*view.call, view.id, state->second);
    for (PartyView& party : view.call->parties) {
        const auto found = agents.find(party.agent);
        if (found == agents.end()) continue;
        party.number = found->second.view.number;
        party.name = found->second.view.name;
    }
    return view;
}

ConferenceView TenantBoard::view_of(const ConferenceState& state) const {
    ConferenceView view = state.view;
    if (const auto room = rooms.find(view.conference); room != rooms.end())
        view.name = room->second->name;
    if (const auto found = calls.find(view.call); found != calls.end())
        view.recording = found->second.recording;
    for (const auto& [id, member] : state.members) view.members.push_back(member);
    std::stable_sort(view.members.begin(), view.members.end(),
                     [](const ConferenceMemberView& a, const ConferenceMemberView& b) {
                         return a.joined_at < b.joined_at;
                     });
    return view;
}

QueueView view_of(const QueueState& state) {
    const auto count = [&](AgentState s) { return state.agents[static_cast<std::size_t>(s)]; };
    QueueView view;
    view.id = state.queue->id;
    view.name = state.queue->name;
    view.waiting = state.waiting.size();
    if (!state.waiting.empty()) view.longest_waiting_since = state.waiting.begin()->first;
    for (const std::uint64_t in_state : state.agents) view.agents_signed_in += in_state;
    view.agents_signed_in -= count(AgentState::signed_out);
    view.agents_idle = count(AgentState::idle);
    view.agents_talking = count(AgentState::talking);
    view.service_level_s = state.queue->service_level_s;
    view.today = state.today;
    if (const auto counted = state.today.answered + state.today.abandoned; counted > 0) {
        view.service_level_today = 100.0 * static_cast<double>(state.today.answered_in_level) /
                                   static_cast<double>(counted);
    }
    return view;
}

}  // namespace seatline::core
