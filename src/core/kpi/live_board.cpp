#include "core/kpi/live_board.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>

namespace seatline::core {
namespace {

constexpr std::size_t kStates = 6;

struct QueueState {
    const Queue* queue = nullptr;
    std::set<std::pair<Instant, CallId>> waiting;
    std::array<std::uint64_t, kStates> agents{};  ///< those who serve it, by state
    QueueCounters today;
};

struct AgentEntry {
    const Agent* agent = nullptr;
    AgentView view;
};

struct CallState {
    std::string caller;
    std::string called;
    QueueId queue;
    std::optional<Instant> queued_at;
    bool is_waiting = false;
    std::optional<Instant> talk_started_at;
    AgentId agent;  ///< who talks
};

std::uint64_t ms_between(Instant from, Instant to) {
    return static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, std::chrono::duration_cast<milliseconds>(to - from).count()));
}

bool is_with_call(AgentState state) {
    return state == AgentState::ringing || state == AgentState::talking ||
           state == AgentState::wrap_up;
}

/// One tenant's part; no other tenant's events or questions ever reach it.
struct TenantBoard {
    std::map<QueueId, QueueState> queues;
    std::map<AgentId, AgentEntry> agents;
    std::vector<AgentId> agents_by_number;
    std::unordered_map<CallId, CallState> calls;
    std::map<std::string, AgentId> devices;
    std::set<QueueId> changed_queues;
    std::set<AgentId> changed_agents;

    QueueState* queue(QueueId id) {
        const auto found = queues.find(id);
        if (found == queues.end()) return nullptr;
        changed_queues.insert(id);
        return &found->second;
    }
    AgentEntry* agent(AgentId id) {
        const auto found = agents.find(id);
        if (found == agents.end()) return nullptr;
        changed_agents.insert(id);
        return &found->second;
    }
    CallState* call(CallId id) {
        const auto found = calls.find(id);
        return found == calls.end() ? nullptr : &found->second;
    }

    void leave_queue(CallId id, CallState& call, const CallLeftQueue& left);
    void change_state(AgentEntry& entry, AgentState to);
    void offer(CallId id, AgentId agent, QueueId queue, Instant at);
    void set_device(const std::string& device, bool registered);
};

void TenantBoard::leave_queue(CallId id, CallState& call, const CallLeftQueue& left) {
    if (!call.is_waiting) return;
    call.is_waiting = false;
    QueueState* state = queue(call.queue);
    if (state == nullptr) return;
    state->waiting.erase({*call.queued_at, id});
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

void TenantBoard::offer(CallId id, AgentId agent_id, QueueId queue_id, Instant at) {
    AgentEntry* entry = agent(agent_id);
    const CallState* state = call(id);
    if (entry == nullptr || state == nullptr) return;
    AgentCallView& view = entry->view.call.emplace();
    view.call = id;
    view.queue = queue_id;
    if (const auto found = queues.find(queue_id); found != queues.end())
        view.queue_name = found->second.queue->name;
    view.caller = state->caller;
    view.called = state->called;
    view.offered_at = at;
    if (state->queued_at)
        view.waited_ms = std::chrono::duration_cast<milliseconds>(at - *state->queued_at);
}

void TenantBoard::set_device(const std::string& device, bool registered) {
    const auto found = devices.find(device);
    if (found != devices.end()) agent(found->second)->view.device_registered = registered;
}

/// One overload a type of event that the board shows; the others change nothing.
struct Step {
    TenantBoard& board;
    const Instant at;

    void operator()(const CallArrived& e) {
        CallState& call = board.calls[e.call];
        call.caller = e.caller;
        call.called = e.called;
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
    void operator()(const CallOffered& e) { board.offer(e.call, e.agent, e.queue, at); }
    void operator()(const OfferEnded& e) {
        if (e.outcome == OfferOutcome::answered) return;
        AgentEntry* entry = board.agent(e.agent);
        if (entry != nullptr && entry->view.call && entry->view.call->call == e.call)
            entry->view.call.reset();
    }
    void operator()(const CallLeftQueue& e) {
        if (CallState* call = board.call(e.call)) board.leave_queue(e.call, *call, e);
    }
    void operator()(const TalkStarted& e) {
        CallState* call = board.call(e.call);
        AgentEntry* entry = board.agent(e.agent);
        if (call == nullptr || entry == nullptr) return;
        if (!call->talk_started_at) call->talk_started_at = at;
        call->agent = e.agent;
        if (!entry->view.call || entry->view.call->call != e.call)
            board.offer(e.call, e.agent, call->queue, at);
        entry->view.call->talk_started_at = at;
        ++entry->view.answered_today;
    }
    void operator()(const CallEnded& e) {
        CallState* call = board.call(e.call);
        if (call == nullptr) return;
        // Ended without a word of the queue: the sums must still agree.
        board.leave_queue(e.call, *call, {e.call, call->queue, QueueOutcome::fault, {}, false});
        if (call->talk_started_at) end_talk(e.call, *call);
        board.calls.erase(e.call);
    }
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
        if (!is_with_call(e.to)) view.call.reset();
        if (e.to != AgentState::wrap_up) return;
        const QueueId id = e.queue ? e.queue : view.call ? view.call->queue : QueueId{};
        const auto found = board.queues.find(id);
        if (found != board.queues.end()) view.wrap_up_until = at + found->second.queue->wrap_up_s;
    }
    void operator()(const DeviceAvailable& e) { board.set_device(e.device, true); }
    void operator()(const DeviceGone& e) { board.set_device(e.device, false); }
    template <class Other>
    void operator()(const Other&) {}

private:
    void end_talk(CallId id, const CallState& call) {
        const std::uint64_t talk_ms = ms_between(*call.talk_started_at, at);
        if (QueueState* queue = board.queue(call.queue)) queue->today.talk_ms += talk_ms;
        AgentEntry* entry = board.agent(call.agent);
        if (entry == nullptr) return;
        entry->view.talk_today_ms += talk_ms;
        if (entry->view.call && entry->view.call->call == id) entry->view.call->ended_at = at;
    }
};

QueueView view_of(const QueueState& state) {
    const auto count = [&](AgentState s) { return state.agents[static_cast<std::size_t>(s)]; };
    QueueView view;
    view.id = state.queue->id;
    view.name = state.queue->name;
    view.waiting = state.waiting.size();
    if (!state.waiting.empty()) view.longest_waiting_since = state.waiting.begin()->first;
    for (std::size_t s = 0; s < kStates; ++s) view.agents_signed_in += state.agents[s];
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

}  // namespace

struct LiveBoard::State {
    /// Copies: the board does not depend on the life of the directory that it was made from.
    std::vector<Queue> queues;
    std::vector<Agent> agents;
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

void LiveBoard::seed(const CallRecord& open_call) {
    TenantBoard* board = state_->find(open_call.tenant);
    if (board == nullptr) return;
    CallState& call = board->calls[open_call.call];
    call.caller = open_call.caller;
    call.called = open_call.called;
    call.queue = open_call.queue.value_or(QueueId{});
    call.queued_at = open_call.queued_at;
    call.talk_started_at = open_call.talk_started_at;
    call.agent = open_call.agent.value_or(AgentId{});
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
    if (TenantBoard* board = state_->find(event.tenant))
        std::visit(Step{*board, event.at}, event.body);
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
        view.agents.push_back(board->agents.at(id).view);
    view.calls_in_progress = board->calls.size();
    return view;
}

std::optional<AgentView> LiveBoard::agent(TenantId tenant, AgentId agent) const {
    const TenantBoard* board = state_->find(tenant);
    if (board == nullptr) return std::nullopt;
    const auto found = board->agents.find(agent);
    return found == board->agents.end() ? std::nullopt : std::optional(found->second.view);
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

LiveBoard::Changes LiveBoard::take_changes() {
    Changes changes;
    for (auto& [tenant, board] : state_->tenants) {
        for (const QueueId id : board.changed_queues) changes.queues.emplace(tenant, id);
        for (const AgentId id : board.changed_agents) changes.agents.emplace(tenant, id);
        board.changed_queues.clear();
        board.changed_agents.clear();
    }
    return changes;
}

}  // namespace seatline::core
