#include "core/kpi/live_board.h"

#include <algorithm>
#include <tuple>

#include "core/kpi/tenant_board.h"

namespace seatline::core {

struct LiveBoard::State {
    /// Copies: the board does not depend on the life of the directory that it was made from.
    std::vector<Queue> queues;
    std::vector<Agent> agents;
    std::vector<ConferenceRoom> rooms;
    std::map<TrunkId, std::pair<Trunk, TrunkView>> trunks;
    std::set<TrunkId> changed_trunks;
    std::map<TenantId, TenantBoard> tenants;
    std::map<QueueId, TenantId> tenant_of_queue;
    std::map<AgentId, TenantId> tenant_of_agent;

    void add_agent(const Agent& agent) {
        TenantBoard& board = tenants[agent.tenant];
        tenant_of_agent[agent.id] = agent.tenant;
        AgentEntry& entry = board.agents[agent.id];
        entry.agent = &agent;
        entry.view.id = agent.id;
        entry.view.number = agent.number;
        entry.view.name = agent.name;
        for (auto& [id, state] : board.queues) {
            const auto& skills = agent.skills;
            if (std::find(skills.begin(), skills.end(), state.queue->skill) == skills.end())
                continue;
            entry.view.queues.push_back(id);
            ++state.agents[static_cast<std::size_t>(AgentState::signed_out)];
        }
        board.agents_by_number.push_back(agent.id);
        if (!agent.device.empty()) board.devices[agent.device] = agent.id;
        for (const std::string& device : agent.other_devices) board.devices[device] = agent.id;
    }

    TenantBoard* find(TenantId id) {
        const auto found = tenants.find(id);
        return found == tenants.end() ? nullptr : &found->second;
    }
};

LiveBoard::LiveBoard(const Directory& directory) : state_(std::make_unique<State>()) {
    state_->queues = directory.queues;
    state_->agents = directory.agents;
    for (const Queue& queue : state_->queues) {
        state_->tenants[queue.tenant].queues[queue.id].queue = &queue;
        state_->tenant_of_queue[queue.id] = queue.tenant;
    }
    for (const Agent& agent : state_->agents) state_->add_agent(agent);
    state_->rooms = directory.conferences;
    for (const ConferenceRoom& room : state_->rooms)
        state_->tenants[room.tenant].rooms[room.id] = &room;
    for (const Trunk& trunk : directory.trunks)
        state_->trunks[trunk.id] = {trunk, {trunk.id, trunk.name, true, "", {}}};
    for (auto& [id, board] : state_->tenants) {
        // "9" before "10": shorter numbers first, then by digits.
        const auto key = [&board](AgentId agent) {
            const std::string& number = board.agents.at(agent).view.number;
            return std::tuple(number.size(), std::string_view(number), agent);
        };
        std::sort(board.agents_by_number.begin(), board.agents_by_number.end(),
                  [&](AgentId a, AgentId b) { return key(a) < key(b); });
    }
}

LiveBoard::~LiveBoard() = default;
LiveBoard::LiveBoard(LiveBoard&&) noexcept = default;
LiveBoard& LiveBoard::operator=(LiveBoard&&) noexcept = default;

void LiveBoard::seed(QueueId queue, const QueueCounters& today) {
    const auto tenant = state_->tenant_of_queue.find(queue);
    if (tenant != state_->tenant_of_queue.end())
        state_->tenants.at(tenant->second).queue(queue)->today = today;
}

void LiveBoard::seed(AgentId agent, std::uint64_t answered_today, std::uint64_t talk_today_ms) {
    const auto tenant = state_->tenant_of_agent.find(agent);
    if (tenant == state_->tenant_of_agent.end()) return;
    AgentView& view = state_->tenants.at(tenant->second).agent(agent)->view;
    view.answered_today = answered_today;
    view.talk_today_ms = talk_today_ms;
}

namespace {

/// Who is in the call, and where, as its record says it.
void seed_parties(const CallRecord& record, CallState& call) {
    for (const LegRecord& leg : record.legs) {
        if (leg.ended_at) continue;
        PartyView& party = call.parties.emplace_back();
        party.leg = leg.leg;
        party.kind = leg.kind;
        party.agent = leg.agent.value_or(AgentId{});
        party.number = leg.kind == LegKind::caller ? record.caller : leg.number;
        party.place = leg.answered_at ? LegPlace::apart : LegPlace::ringing;
        party.since = leg.started_at;
        party.purpose = leg.purpose;
    }
    for (const PlaceRecord& stay : record.time_line) {
        PartyView* party = find_party(call, stay.leg);
        if (party == nullptr || stay.to) continue;
        party->place = stay.place;
        party->since = stay.from;
    }
}

}  // namespace

void LiveBoard::seed(const CallRecord& open_call) {
    TenantBoard* board = state_->find(open_call.tenant);
    if (board == nullptr) return;
    CallState& call = board->calls[open_call.call];
    call.caller = open_call.caller;
    call.called = open_call.called;
    call.queue = open_call.queue.value_or(QueueId{});
    call.queued_at = open_call.queued_at;
    call.talk_started_at = open_call.talk_started_at;
    call.direction = open_call.direction;
    call.flow_results = open_call.flow_results;
    call.conference = open_call.conference.value_or(CallId{});
    if (open_call.talk_started_at && open_call.agent) {
        call.talkers.emplace_back(*open_call.agent, *open_call.talk_started_at);
        call.counted.push_back(*open_call.agent);
    }
    for (const RecordingRecord& r : open_call.recordings) {
        if (r.kind == RecordingKind::voicemail || r.octets > 0 || !r.error.empty()) continue;
        call.recording_id = r.recording;
        const bool is_paused = !r.pauses.empty() && !r.pauses.back().to;
        call.recording = is_paused ? RecordingState::paused : RecordingState::on;
    }
    seed_parties(open_call, call);
    QueueState* queue = board->queue(call.queue);
    call.is_waiting = queue != nullptr && call.queued_at && !open_call.left_queue_at;
    if (call.is_waiting) queue->waiting.emplace(*call.queued_at, open_call.call);
}

void LiveBoard::seed(const AgentInterval& open_interval, const CallRecord* call) {
    const auto tenant = state_->tenant_of_agent.find(open_interval.agent);
    if (tenant == state_->tenant_of_agent.end()) return;
    TenantBoard& board = state_->tenants.at(tenant->second);
    AgentEntry& entry = *board.agent(open_interval.agent);
    AgentView& view = entry.view;
    board.change_state(entry, open_interval.state);
    view.reason = open_interval.reason;
    view.since = open_interval.from;
    if (call == nullptr || !is_with_call(view.state)) return;
    AgentCallView& with = view.call.emplace();
    with.call = call->call;
    with.queue = call->queue.value_or(QueueId{});
    with.caller = call->caller;
    with.called = call->called;
    with.offered_at = *view.since;
    for (const LegRecord& leg : call->legs) {
        if (leg.agent == view.id) with.offered_at = leg.started_at;
    }
    with.direction = call->direction;
    with.flow_results = call->flow_results;
    if (CallState* state = board.call(call->call)) state->shown_by.insert(view.id);
    with.talk_started_at = call->talk_started_at;
    with.ended_at = call->ended_at;
    if (call->queued_at)
        with.waited_ms =
            std::chrono::duration_cast<milliseconds>(with.offered_at - *call->queued_at);
    const auto queue = board.queues.find(with.queue);
    if (queue == board.queues.end()) return;
    with.queue_name = queue->second.queue->name;
    if (view.state == AgentState::wrap_up)
        view.wrap_up_until = *view.since + queue->second.queue->wrap_up_s;
}

void LiveBoard::apply(const Event& event) {
    if (const auto* trunk = std::get_if<TrunkStateChanged>(&event.body)) {
        const auto found = state_->trunks.find(trunk->trunk);
        if (found == state_->trunks.end()) return;
        TrunkView& view = found->second.second;
        view.up = trunk->up;
        view.reason = trunk->reason;
        view.since = event.at;
        state_->changed_trunks.insert(trunk->trunk);
    } else if (TenantBoard* board = state_->find(event.tenant)) {
        apply_event(*board, event);
    }
}

void LiveBoard::roll_day(TenantId tenant) {
    TenantBoard* board = state_->find(tenant);
    if (board == nullptr) return;
    for (auto& [id, queue] : board->queues) {
        queue.today = {};
        queue.today.offered = queue.waiting.size();
        board->changed_queues.insert(id);
    }
    for (auto& [id, entry] : board->agents) {
        entry.view.answered_today = 0;
        entry.view.talk_today_ms = 0;
        board->changed_agents.insert(id);
    }
}

BoardView LiveBoard::board(TenantId tenant, Instant now) const {
    BoardView view;
    view.now = now;
    const TenantBoard* board = state_->find(tenant);
    if (board == nullptr) return view;
    for (const auto& [id, queue] : board->queues) view.queues.push_back(view_of(queue));
    for (const AgentId id : board->agents_by_number)
        view.agents.push_back(board->view_of(board->agents.at(id)));
    view.calls_in_progress = board->calls.size();
    return view;
}

std::optional<AgentView> LiveBoard::agent(TenantId tenant, AgentId agent) const {
    const TenantBoard* board = state_->find(tenant);
    if (board == nullptr) return std::nullopt;
    const auto found = board->agents.find(agent);
    return found == board->agents.end() ? std::nullopt
                                        : std::optional(board->view_of(found->second));
}

std::optional<QueueView> LiveBoard::queue(TenantId tenant, QueueId queue) const {
    const TenantBoard* board = state_->find(tenant);
    if (board == nullptr) return std::nullopt;
    const auto found = board->queues.find(queue);
    return found == board->queues.end() ? std::nullopt : std::optional(view_of(found->second));
}

std::vector<WaitingView> LiveBoard::waiting(TenantId tenant) const {
    std::vector<WaitingView> views;
    const TenantBoard* board = state_->find(tenant);
    if (board == nullptr) return views;
    for (const auto& [id, queue] : board->queues) {
        for (const auto& [since, call] : queue.waiting) {
            views.push_back({call, id, board->calls.at(call).caller, since});
        }
    }
    std::sort(views.begin(), views.end(), [](const WaitingView& a, const WaitingView& b) {
        return std::tie(a.since, a.call) < std::tie(b.since, b.call);
    });
    return views;
}

std::optional<ConferenceView> LiveBoard::conference(TenantId tenant, ConferenceId id) const {
    const TenantBoard* board = state_->find(tenant);
    if (board == nullptr) return std::nullopt;
    const auto room = board->rooms.find(id);
    if (room == board->rooms.end()) return std::nullopt;
    const auto call = board->conference_calls.find(id);
    if (call != board->conference_calls.end())
        return board->view_of(board->conferences.at(call->second));
    ConferenceView empty;
    empty.conference = id;
    empty.name = room->second->name;
    return empty;
}

std::vector<ConferenceView> LiveBoard::conferences(TenantId tenant) const {
    std::vector<ConferenceView> views;
    const TenantBoard* board = state_->find(tenant);
    if (board == nullptr) return views;
    for (const auto& [id, call] : board->conference_calls)
        views.push_back(board->view_of(board->conferences.at(call)));
    return views;
}

std::vector<TrunkView> LiveBoard::trunks(TenantId tenant) const {
    std::vector<TrunkView> views;
    for (const auto& [id, trunk] : state_->trunks) {
        const auto& tenants = trunk.first.tenants;
        const bool may_use =
            tenants.empty() || std::find(tenants.begin(), tenants.end(), tenant) != tenants.end();
        if (may_use) views.push_back(trunk.second);
    }
    return views;
}

LiveBoard::Changes LiveBoard::take_changes() {
    Changes changes;
    changes.trunks.swap(state_->changed_trunks);
    for (auto& [tenant, board] : state_->tenants) {
        for (const QueueId id : board.changed_queues) changes.queues.emplace(tenant, id);
        for (const AgentId id : board.changed_agents) changes.agents.emplace(tenant, id);
        for (const ConferenceId id : board.changed_conferences)
            changes.conferences.emplace(tenant, id);
        board.changed_conferences.clear();
        board.changed_queues.clear();
        board.changed_agents.clear();
    }
    return changes;
}

}  // namespace seatline::core
