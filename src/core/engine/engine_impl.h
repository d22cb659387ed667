#pragma once
// The engine's inside, shared by its files: engine.cpp (dispatch, deadlines, invariants),
// engine_call.cpp (arrival, legs, end), engine_flow.cpp (the IVR), engine_queue.cpp (waiting,
// offers), engine_room.cpp (who stands where, talk), engine_dial.cpp (calling somebody into a
// call), engine_desk.cpp (what agents do with their call), engine_transfer.cpp (blind transfers,
// REFER, pick-up), engine_supervise.cpp, engine_record.cpp, engine_agent.cpp (states, requests,
// phones), engine_conference.cpp, engine_moderate.cpp (conference rooms), engine_voicemail.cpp,
// engine_listen.cpp (mailboxes), engine_fault.cpp (workers, recovery).
#include <boost/unordered/unordered_flat_map.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/agent/agent.h"
#include "core/call/call.h"
#include "core/engine/engine.h"
#include "core/record/record_choice.h"
#include "core/route/dial_plan.h"
#include "core/route/trunk_choice.h"

namespace seatline::core {

class Engine::Impl {
public:
    Impl(const Directory& directory, EngineSettings settings);

    void recover(const std::vector<CallRecord>& calls, const std::vector<AgentInterval>& agents);
    void remember(const Remembered& remembered);
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
        AgentIndex agent = kNoAgent;
        std::uint32_t worker = 0;
        TrunkId trunk = {};  ///< whose line it takes
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
        bool is_up = true;
    };
    struct NumberEntry {
        TenantId tenant;
        const ivr::CompiledFlow* flow = nullptr;
    };
    struct OpenRecording {
        CallId call;
        TenantId tenant;
        std::uint32_t worker = 0;
        std::string path;
        RecordingKind kind = RecordingKind::call;
        MailboxId mailbox = {};   ///< voicemail
        std::string caller = {};  ///< voicemail
    };
    struct MailboxEntry {
        const Mailbox* data = nullptr;
        std::vector<AgentIndex> owners;
        std::vector<Message> messages;  ///< by age
        std::uint32_t coming = 0;  ///< being left, or the worker has not reported their end yet
    };
    struct WorkerEntry {
        bool up = false;
        std::uint32_t calls = 0;
    };

    // engine.cpp
    void check_call(const Call& call) const;
    void check_agent(AgentIndex index) const;
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
    void on(const MediaOpened& input);
    void on(const MediaFailed& input);
    void on(const MediaClosed& input);
    void on(const RtpSilent& input);
    void refuse(const IncomingCall& input, TenantId tenant, int sip_code, std::string reason);
    void refusals_due(TrunkId trunk);
    Call& new_call(TenantId tenant, CallDirection direction, std::uint32_t worker);
    Member& add_caller(Call& call, const IncomingCall& input, LegKind kind, AgentIndex agent);
    void caller_opened(Call& call, Member& caller);
    void answer_caller(Call& call, Member& caller);
    void end_call(Call& call, Party by, EndCause cause);
    void close_leg(LegId id, int sip_code, const std::string& reason);
    void free_line(LegEntry& leg);
    void destroy_call(Call& call);

    // engine_flow.cpp
    void on(const DigitPressed& input);
    void on(const PlayEnded& input);
    void start_flow(Call& call, const ivr::CompiledFlow& flow);
    void run_flow(Call& call, ivr::Outcome outcome);
    void enter_node(Call& call, ivr::NodeIndex node, ivr::Outcome& outcome);
    void flow_due(Call& call);
    void flow_over(Call& call);
    void release_waiting_agent(Call& call);
    void play(Call& call, std::vector<std::string> prompts, bool loop);
    void stop_play(Call& call);

    // engine_queue.cpp
    void enter_queue(Call& call, QueueId queue);
    void leave_queue(Call& call, QueueOutcome outcome);
    void start_closing(Call& call, EndCause cause);
    void close_saying(Call& call, std::vector<std::string> prompts, EndCause cause);
    void play_waiting(Call& call, bool say_position);
    void announce_due(Call& call);
    void offer(const Match& match);
    void offer_to(Call& call, AgentIndex agent, bool auto_answer);
    void offer_due(Call& call);
    AgentIndex end_offer(Call& call, OfferOutcome outcome);
    void offer_failed(Call& call, OfferOutcome outcome);
    void agent_answered(Call& call, MediaPtr remote);
    void emit_left_queue(Call& call, QueueOutcome outcome);
    void match_queue(QueueIndex queue);

    // engine_room.cpp
    Member& add_member(Call& call, Member member);
    void settle(Call& call);
    void show(Call& call, Member& member, const RoomView& view);
    [[nodiscard]] CircleId circle_id(const Call& call, Circle circle) const;
    void start_talk(Call& call);
    void member_left(Call& call, LegId leg, bool network);
    [[nodiscard]] bool goes_on_without(const Call& call, const Member& gone) const;
    /// A leg that is out of the call, and what it was there.
    struct Parted {
        Member member;
        bool was_agent = false;
        bool was_guest = false;
    };
    void regroup(Call& call, const Parted& parted);
    void hand_over(Call& call, Member& consulted);
    void drop_member(Call& call, LegId leg, const std::string& reason, int sip_code = 0);
    void agent_left(Call& call, const Member& gone);
    [[nodiscard]] static std::size_t people(const Call& call);

    // engine_record.cpp
    void on(const RecordingEnded& input);
    void on(const ArchiveReport& input);
    void record_by_rule(Call& call);
    void start_recording(Call& call);
    void stop_recording(Call& call);
    void record_who_speaks(Call& call);
    void who_speaks(const Call& call, std::array<std::vector<LegId>, 2>& sides) const;
    [[nodiscard]] std::optional<Error> record_command(Call& call, const AgentRequest& request);

    // engine_dial.cpp
    struct Wish {
        Target target;
        DialPurpose purpose = DialPurpose::call;
        LegPlace place = LegPlace::talk;
        std::uint8_t forwards = 0;
        SupervisorAction wanted = SupervisorAction::listen;
        LegId watched = {};
        bool picks_up = false;  ///< the agent asked for what rang elsewhere
    };
    /// Why nobody can be called.
    struct Unreached {
        OfferOutcome outcome = OfferOutcome::unreachable;
        Error error;
    };
    void on(const LegRinging& input);
    void on(const LegAnswered& input);
    void on(const TrunkState& input);
    void phone_calls(const IncomingCall& input);
    void phone_consults(const IncomingCall& input, AgentIndex index, Call& call,
                        const Target& target);
    void begin_phone_call(Call& call, Member& caller);
    [[nodiscard]] std::optional<Unreached> dial(Call& call, const Wish& wish);
    [[nodiscard]] std::optional<Unreached> dial_agent(Call& call, AgentIndex agent,
                                                      const Wish& wish);
    [[nodiscard]] std::optional<Unreached> dial_number(Call& call, const std::string& number,
                                                       const Wish& wish);
    [[nodiscard]] std::optional<Unreached> forward(Call& call, const std::string& to,
                                                   const Agent& from, Wish wish);
    void ring_trunk(Call& call, Member member);
    void invite(Call& call, Member& member, MediaPtr local);
    void member_answered(Call& call, Member& member, MediaPtr remote);
    void answer_ringing_callers(Call& call, LegPlace place);
    void connect(Call& call, LegId leg);
    void member_ring_due(LegId leg);
    void dial_failed(Call& call, LegId leg, OfferOutcome outcome, int sip_code);
    void refuse_member(Call& call, LegId leg, int sip_code);
    void nobody_reached(Call& call, const Member& failed, OfferOutcome outcome);
    void reserve(AgentIndex index, const Call& call, LegId leg, AgentState state);
    [[nodiscard]] QueueId queue_of(const Call& call) const;
    [[nodiscard]] SrtpUse srtp_of(AgentIndex index) const;

    // engine_desk.cpp
    [[nodiscard]] std::optional<Error> desk(AgentIndex index, const AgentRequest& request);
    [[nodiscard]] std::optional<Error> hang_up(AgentIndex index);
    [[nodiscard]] std::optional<Error> hold(Call& call, Member& own);
    [[nodiscard]] std::optional<Error> resume(Call& call, Member& own);
    [[nodiscard]] std::optional<Error> consult(Call& call, AgentIndex index, const Target& target);
    [[nodiscard]] std::optional<Error> swap(Call& call, AgentIndex index);
    [[nodiscard]] std::optional<Error> complete(Call& call, AgentIndex index);
    [[nodiscard]] std::optional<Error> cancel_consult(Call& call, AgentIndex index);
    [[nodiscard]] std::optional<Error> join(Call& call, AgentIndex index);
    [[nodiscard]] std::optional<Error> to_flow(Call& call, AgentIndex index, FlowId flow);
    [[nodiscard]] std::optional<Error> click_to_dial(AgentIndex index, const Target& target);
    void click_answered(Call& call);
    [[nodiscard]] Result<Target> resolve(const Agent& agent, const Target& target) const;
    [[nodiscard]] std::string text_of(const Target& target) const;
    [[nodiscard]] Target target_of(const Member& member) const;
    [[nodiscard]] Member* own_member(Call& call, AgentIndex index) const;

    // engine_transfer.cpp
    void on(const TransferAsked& input);
    [[nodiscard]] std::optional<Error> transfer(Call& call, AgentIndex by, const Target& target);
    [[nodiscard]] std::optional<Error> can_take(const Call& call, const Target& target) const;
    void send_to(Call& call, const Target& target);
    void transfer_failed(Call& call, OfferOutcome outcome);
    [[nodiscard]] std::optional<Error> pick_up(AgentIndex index, const AgentRequest& request);
    void phone_picks_up(const IncomingCall& input, AgentIndex index, AgentId from);
    void phone_replaces(const IncomingCall& input);
    void stand_in(const IncomingCall& input, AgentIndex index, Call& call, LegId replaced);
    void take_the_place(Call& call, Member& taker);
    [[nodiscard]] static const Member* ringing_member(const Call& call);
    [[nodiscard]] Call* ringing_for(AgentIndex index, AgentId from);

    // engine_supervise.cpp
    [[nodiscard]] std::optional<Error> supervise(AgentIndex index, const AgentRequest& request);
    [[nodiscard]] std::optional<Error> observe(AgentIndex index, AgentIndex other,
                                               SupervisorAction action);
    void apply_supervision(Call& call, Member& supervisor, SupervisorAction action);
    void take_over(Call& call, Member& supervisor);
    [[nodiscard]] std::optional<Error> force(AgentIndex index, AgentIndex other,
                                             const AgentRequest& request);

    // engine_conference.cpp
    void ask_pin(Call& call, std::vector<std::string> prompts);
    void pin_digit(Call& call, char digit);
    void pin_typed(Call& call);
    void enter_conference(Call& call, ConferenceId id);
    void join_conference(Call& call, bool moderator);
    Conference& open_conference(const Call& first, const ConferenceRoom& room);
    void place_in_conference(const Conference& conference, const Participant& who);
    void leave_conference(Call& call);
    void close_conference(Conference& conference);
    void conference_digit(Call& call, char digit);
    void conference_said(Call& call);
    void say_over_talk(const Call& call, std::vector<std::string> prompts);
    void sound_tone(const Conference& conference, CallId except, std::string_view tone);
    [[nodiscard]] Conference* find_conference(ConferenceId id);
    [[nodiscard]] std::optional<Error> room_refusal(ConferenceId id) const;
    void check_conferences() const;

    // engine_moderate.cpp
    void on(const ConferenceRequest& input);
    [[nodiscard]] std::optional<Error> moderate(const ConferenceRequest& request);
    void mute(Conference& conference, Participant& who, bool muted, CallId by);
    void apply_mute(const Conference& conference, Participant& who, bool muted);
    void mute_all(Conference& conference, bool muted, CallId by);
    void lock(Conference& conference, bool locked, CallId by);
    void end_conference(Conference& conference, CallId by);
    void record_conference(Conference& conference, bool on, CallId by);
    void start_conference_recording(Conference& conference);
    void stop_conference_recording(Conference& conference);
    void record_who_speaks(Conference& conference);
    [[nodiscard]] std::optional<Error> dial_out(const ConferenceRoom& room,
                                                const std::string& number);
    void invited_answered(Call& call, LegId leg);

    // engine_voicemail.cpp
    void on(const VoicemailRequest& input);
    void add_mailboxes();
    void leave_message(Call& call, MailboxId id);
    void start_message(Call& call);
    void leave_mailbox(Call& call);
    void message_recorded(const OpenRecording& recording, RecordingId id, milliseconds length);
    void message_heard(MailboxEntry& box, Message& message, AgentId by);
    void message_deleted(MailboxEntry& box, MessageId id, AgentId by);
    void tell_owners(const MailboxEntry& box);
    void tell_device(AgentIndex index, const std::string& device);
    [[nodiscard]] static Message* find_message(MailboxEntry& box, MessageId id);
    void check_mailboxes() const;

    // engine_listen.cpp
    void mailbox_due(Call& call);
    void mailbox_digit(Call& call, char digit);
    void mailbox_said(Call& call);
    void listen_to_mailbox(Call& call, MailboxId id);
    void begin_listening(Call& call);
    void play_message(Call& call, std::vector<std::string> prompts);
    [[nodiscard]] bool may_listen(AgentIndex index, MailboxId id) const;
    [[nodiscard]] bool needs_pin(AgentIndex index, const MailboxEntry& box) const;

    // engine_agent.cpp
    void on(const DeviceUp& input);
    void on(const DeviceDown& input);
    void on(const AgentRequest& input);
    [[nodiscard]] std::optional<Error> perform(AgentIndex index, const AgentRequest& request);
    [[nodiscard]] std::optional<Error> sign_in(AgentIndex index);
    [[nodiscard]] std::optional<Error> sign_out(AgentIndex index);
    [[nodiscard]] std::optional<Error> go_idle(AgentIndex index);
    [[nodiscard]] std::optional<Error> go_busy(AgentIndex index, const std::string& reason);
    [[nodiscard]] std::optional<Error> check_reason(const std::string& reason) const;
    [[nodiscard]] std::optional<Error> set_forward(AgentIndex index, AgentForwardSet forward);
    void set_state(AgentIndex index, AgentState state, std::string reason = {}, CallId call = {},
                   QueueId queue = {});
    void update_ready(AgentIndex index);
    void call_finished(AgentIndex index, CallId call, seconds wrap_up, QueueId queue);
    void finish_work(AgentIndex index);
    void release_phone(AgentIndex index, LegId leg);
    void free_phone(AgentIndex index);
    [[nodiscard]] static std::uint32_t device_bit(const AgentSeat& seat, const std::string& device);
    [[nodiscard]] std::vector<std::string> registered_devices(const AgentSeat& seat) const;

    template <class NotYet>
    void on(const NotYet&) {}

    // engine_fault.cpp
    void on(const WorkerUp& input);
    void on(const WorkerDown& input);
    void recordings_lost(std::uint32_t worker);
    void recover_call(const CallRecord& record);
    void recover_conference(const CallRecord& record, const std::vector<CallRecord>& calls);
    void recover_agent(const AgentInterval& interval);
    [[nodiscard]] std::optional<std::uint32_t> pick_worker(TenantId tenant);

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
    Map<RecordingId, OpenRecording> recordings_;  ///< whose end the worker has not reported yet
    std::vector<AgentSeat> agents_;
    Map<AgentId, AgentIndex> agent_by_id_;
    Map<std::string, AgentIndex> agent_by_device_;
    Map<QueueId, QueueIndex> queue_by_id_;
    std::vector<std::unique_ptr<ivr::CompiledFlow>> flows_;
    Map<std::string, NumberEntry> numbers_;
    Map<TrunkId, TrunkEntry> trunks_;
    std::vector<WorkerEntry> workers_;
    DialPlan dial_plan_;
    TrunkChoice trunk_choice_;
    CallerNumbers caller_numbers_;
    RecordChoice record_choice_;
    Map<TenantId, const Tenant*> tenants_;
    Map<FlowId, const ivr::CompiledFlow*> flow_by_id_;
    Map<std::string, SrtpUse> srtp_by_device_;
    std::map<ConferenceId, const ConferenceRoom*> rooms_;
    std::map<ConferenceId, Conference> conferences_;  ///< in which somebody is
    std::map<MailboxId, MailboxEntry> mailboxes_;
    std::vector<std::vector<MailboxId>> mailboxes_of_;  ///< by agent
    /// The one worker of all calls of a tenant that has conference rooms.
    std::map<TenantId, std::optional<std::uint32_t>> homes_;
    std::array<std::vector<LegId>, 2> recorded_now_;
    CallId asked_call_;  ///< told with the reply to the request that runs
    std::vector<RoomMember> room_members_;
    std::vector<RoomView> room_views_;
};

}  // namespace seatline::core
