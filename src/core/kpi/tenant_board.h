#pragma once
// The inside of the live board: one tenant's queues, agents, calls and conferences as its events
// make them. No other tenant's events or questions ever reach it. Used by live_board.cpp only.
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include "core/engine/directory.h"
#include "core/kpi/live_views.h"

namespace seatline::core {

inline constexpr std::size_t kAgentStates = static_cast<std::size_t>(AgentState::monitoring) + 1;

struct QueueState {
    const Queue* queue = nullptr;
    std::set<std::pair<Instant, CallId>> waiting;
    std::array<std::uint64_t, kAgentStates> agents{};  ///< those who serve it, by state
    QueueCounters today;
};

struct AgentEntry {
    const Agent* agent = nullptr;
    AgentView view;  ///< but for what view_of() takes from the call
};

/// Somebody listens to an agent.
struct Monitor {
    AgentId supervisor;
    AgentId agent;
    bool told = false;
};

struct CallState {
    std::string caller;
    std::string called;
    CallDirection direction = CallDirection::inbound;
    QueueId queue;
    std::optional<Instant> queued_at;
    bool is_waiting = false;
    std::optional<Instant> talk_started_at;
    std::vector<PartyView> parties;  ///< a handful: names are filled in when they are read
    std::vector<std::pair<AgentId, Instant>> talkers;  ///< since when, until they leave
    std::vector<AgentId> counted;                      ///< had it counted as answered
    std::vector<Monitor> monitors;
    std::set<AgentId> shown_by;  ///< whose view has this call
    RecordingState recording = RecordingState::none;
    RecordingId recording_id;
    std::vector<NamedValue> flow_results;
    CallId conference;
};

struct ConferenceState {
    ConferenceView view;  ///< without members
    std::map<CallId, ConferenceMemberView> members;
};

struct TenantBoard {
    std::map<QueueId, QueueState> queues;
    std::map<AgentId, AgentEntry> agents;
    std::vector<AgentId> agents_by_number;
    std::unordered_map<CallId, CallState> calls;
    std::map<std::string, AgentId> devices;
    std::map<ConferenceId, const ConferenceRoom*> rooms;
    std::map<CallId, ConferenceState> conferences;
    std::map<ConferenceId, CallId> conference_calls;
    std::set<QueueId> changed_queues;
    std::set<AgentId> changed_agents;
    std::set<ConferenceId> changed_conferences;

    /// These mark what they find as changed; null: there is none.
    QueueState* queue(QueueId id);
    AgentEntry* agent(AgentId id);
    ConferenceState* conference(CallId call);
    CallState* call(CallId id);  ///< marks nothing

    void leave_queue(CallId id, CallState& call, const CallLeftQueue& left);
    void change_state(AgentEntry& entry, AgentState to);
    /// The agent's view has this call from now on.
    void show_call(CallId id, AgentId agent, QueueId queue, Instant at);
    /// ... and has it no more, if it is still this one.
    void hide_call(CallId id, AgentId agent);
    /// The parties or what else views take from the call have changed.
    void mark_views(const CallState& call);
    void leave_conference(CallId conference, CallId member);

    [[nodiscard]] AgentView view_of(const AgentEntry& entry) const;
    [[nodiscard]] ConferenceView view_of(const ConferenceState& state) const;
};

[[nodiscard]] QueueView view_of(const QueueState& state);
[[nodiscard]] bool is_with_call(AgentState state);
[[nodiscard]] PartyView* find_party(CallState& call, LegId leg);

/// Advances the board by one event of its tenant.
void apply_event(TenantBoard& board, const Event& event);

}  // namespace seatline::core
