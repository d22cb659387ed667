#pragma once
// The engine's inside, shared by its files: engine.cpp (dispatch, deadlines, invariants),
// engine_call.cpp (arrival, flow, end), engine_queue.cpp (waiting, offers, talk), engine_agent.cpp
// (states, requests, phones), engine_fault.cpp (workers, recovery).
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <string>
#include <vector>

#include "core/agent/agent.h"
#include "core/call/call.h"
#include "core/engine/engine.h"

namespace seatline::core {

class Engine::Impl {
public:
    Impl(const Directory& directory, EngineSettings settings);

    void recover(const std::vector<CallRecord>& calls, const std::vector<AgentInterval>& agents);
    void shut_down();
    void dispatch(const Input& input);
    void run_deadlines();

    /// Sets the step's time and output; every entry from outside begins with it.
    void begin(Instant now, Effects& out) {
        SEATLINE_ASSERT(now >= now_);
        now_ = now;
        out_ = &out;
    }

    [[nodiscard]] std::optional<Instant> next_deadline() const { return deadlines_.next(); }
    [[nodiscard]] EngineCounts counts() const;
    void check_invariants() const;

private:
    template <class K, class V>
    using Map = boost::unordered_flat_map<K, V, std::hash<K>>;

    struct LegEntry {
        CallId call;
        TenantId tenant;
        LegKind kind = LegKind::caller;
        AgentIndex agent = 0;
        std::uint32_t worker = 0;
        bool sip_open = false;
        bool media_open = true;
        MediaPtr local = {};         ///< our side, once the worker gave it
        bool may_be_silent = false;  ///< on hold by the far end: no RTP is expected
        DeadlineHandle linger = {};
    };
    struct TrunkEntry {
        const Trunk* data = nullptr;
        std::uint32_t calls = 0;
        CallRefused refused;  ///< summed up since the last event; count 0: none
        TenantId refused_tenant;
        DeadlineHandle refused_deadline;  ///< armed: an event was written less than a second ago
    };
    struct NumberEntry {
        TenantId tenant;
        const ivr::CompiledFlow* flow = nullptr;
    };
    struct OpenRecording {
        TenantId tenant;
        std::uint32_t worker = 0;
        std::string path;
    };
    struct WorkerEntry {
        bool up = false;
        std::uint32_t calls = 0;
    };

    // engine.cpp
    void due(const DeadlineOf& what);
    void call_phase_due(Call& call);
    template <class Body>
    void emit(TenantId tenant, Body body) {
        out_->events.push_back(Event{0, now_, tenant, std::move(body)});
    }
    template <class A>
    void act(A action) {
        out_->actions.emplace_back(std::move(action));
    }
    [[nodiscard]] Call* find_call(CallId id);
    [[nodiscard]] LegEntry* find_leg(LegId id);
    void forget_leg_if_done(LegId id, LegEntry& leg);

    // engine_call.cpp
    void on(const IncomingCall& input);
    void on(const LegMediaChanged& input);
    void on(const LegEnded& input);
    void on(const DigitPressed& input);
    void on(const MediaOpened& input);
    void on(const MediaFailed& input);
    void on(const MediaClosed& input);
    void on(const PlayEnded& input);
    void on(const RtpSilent& input);
    void on(const RecordingEnded& input);
    template <class NotYet>
    void on(const NotYet&) {}
    void refuse(const IncomingCall& input, TenantId tenant, int sip_code, std::string reason);
    void refusals_due(TrunkId trunk);
    Call& create_call(const IncomingCall& input, const NumberEntry& number, std::uint32_t worker);
    void answer_caller(Call& call, MediaPtr local);
    void run_flow(Call& call, ivr::Outcome outcome);
    void enter_node(Call& call, ivr::NodeIndex node, ivr::Outcome& outcome);
    void play(Call& call, std::vector<std::string> prompts, bool loop);
    void stop_play(Call& call);
    void caller_gone(Call& call, const LegEnded& input);
    void end_call(Call& call, Party by, EndCause cause);
    void leave_queue_unanswered(Call& call, EndCause cause);
    void close_call_legs(Call& call, EndCause cause);
    void close_leg(LegId id, int sip_code, const std::string& reason);
    void destroy_call(Call& call);

    // engine_queue.cpp
    void on(const LegRinging& input);
    void on(const LegAnswered& input);
    void enter_queue(Call& call, QueueId queue);
    void start_closing(Call& call, EndCause cause);
    void play_waiting(Call& call, bool say_position);
    void announce_due(Call& call);
    void offer(const Match& match);
    void offer_due(Call& call);
    void end_offer(Call& call, OfferOutcome outcome);
    void offer_failed(Call& call, OfferOutcome outcome);
    void agent_answered(Call& call, MediaPtr remote);
    void start_talk(Call& call);
    void emit_left_queue(Call& call, QueueOutcome outcome);
    void match_queue(QueueIndex queue);

    // engine_agent.cpp
    void on(const DeviceUp& input);
    void on(const DeviceDown& input);
    void on(const AgentRequest& input);
    [[nodiscard]] std::optional<Error> perform(AgentIndex index, const AgentRequest& request);
    [[nodiscard]] std::optional<Error> sign_in(AgentIndex index);
    [[nodiscard]] std::optional<Error> sign_out(AgentIndex index);
    [[nodiscard]] std::optional<Error> go_idle(AgentIndex index);
    [[nodiscard]] std::optional<Error> go_busy(AgentIndex index, const std::string& reason);
    [[nodiscard]] std::optional<Error> hang_up(AgentIndex index);
    void set_state(AgentIndex index, AgentState state, std::string reason = {}, CallId call = {},
                   QueueId queue = {});
    void update_ready(AgentIndex index);
    void call_finished(AgentIndex index, CallId call, QueueIndex queue);
    void finish_work(AgentIndex index);
    void release_phone(AgentIndex index, LegId leg);

    // engine_fault.cpp
    void on(const WorkerUp& input);
    void on(const WorkerDown& input);
    void recordings_lost(std::uint32_t worker);
    void recover_call(const CallRecord& record);
    void recover_agent(const AgentInterval& interval);
    [[nodiscard]] std::optional<std::uint32_t> pick_worker() const;

    Directory directory_;
    EngineSettings settings_;
    Instant now_{};
    Effects* out_ = nullptr;
    std::uint64_t next_id_;
    bool closing_ = false;

    Deadlines<DeadlineOf> deadlines_;
    Distributor distributor_;
    Map<CallId, std::unique_ptr<Call>> calls_;
    std::vector<std::unique_ptr<Call>> call_pool_;
    Map<LegId, LegEntry> legs_;
    Map<CallId, OpenRecording> recordings_;  ///< whose end the worker has not reported yet
    std::vector<AgentSeat> agents_;
    Map<AgentId, AgentIndex> agent_by_id_;
    Map<std::string, AgentIndex> agent_by_device_;
    Map<QueueId, QueueIndex> queue_by_id_;
    std::vector<std::unique_ptr<ivr::CompiledFlow>> flows_;
    Map<std::string, NumberEntry> numbers_;
    Map<TrunkId, TrunkEntry> trunks_;
    std::vector<WorkerEntry> workers_;
};

}  // namespace seatline::core
