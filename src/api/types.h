#pragma once
// The API's own types, beside those of core/record, core/kpi and core/engine/directory that it
// shows as they are. Written once: JSON, the OpenAPI document and the page's TypeScript come from
// these descriptions.
#include <array>
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "core/engine/directory.h"
#include "core/kpi/live_board.h"
#include "core/record/records.h"

namespace seatline::api {

/// Roles of the first cut: an agent sees only itself and its calls; a supervisor the tenant; an
/// admin also the trunks.
enum class Role { agent, supervisor, admin };
BOOST_DESCRIBE_ENUM(Role, agent, supervisor, admin)

/// The body of every answer that is not 2xx.
struct ErrorBody {
    std::string code;  ///< invalid, not_found, not_allowed, unauthenticated, conflict, too_many,
                       ///< unavailable
    std::string field;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(ErrorBody, (), (code, field, reason))

/// POST /api/v1/session
struct LogIn {
    std::string user_name;
    std::string password;
    static constexpr auto required() {
        return std::array<std::string_view, 2>{"user_name", "password"};
    }
};
BOOST_DESCRIBE_STRUCT(LogIn, (), (user_name, password))

/// GET /api/v1/session, and the answer of POST
struct SessionView {
    std::string user_name;
    Role role = Role::agent;
    TenantId tenant;
    std::string tenant_name;
    std::string time_zone;
    std::optional<AgentId> agent;  ///< the agent that this user is
    std::string
        csrf_token;  ///< to be sent as header X-CSRF-Token with every POST, PUT, PATCH, DELETE
};
BOOST_DESCRIBE_STRUCT(SessionView, (),
                      (user_name, role, tenant, tenant_name, time_zone, agent, csrf_token))

struct QueueInfo {
    QueueId id;
    std::string name;
    std::string skill;
    seconds service_level_s{};
};
BOOST_DESCRIBE_STRUCT(QueueInfo, (), (id, name, skill, service_level_s))

struct AgentInfo {
    AgentId id;
    std::string number;
    std::string name;
    std::string device;
    core::SeatKind seat = core::SeatKind::two_way;
    bool supervisor = false;
};
BOOST_DESCRIBE_STRUCT(AgentInfo, (), (id, number, name, device, seat, supervisor))
/// A flow into which an agent may send a caller.
struct FlowInfo {
    FlowId id;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(FlowInfo, (), (id, name))
struct ConferenceInfo {
    ConferenceId id;
    std::string name;
    std::string number;  ///< what agents dial
    std::uint32_t max_members = 0;
};
BOOST_DESCRIBE_STRUCT(ConferenceInfo, (), (id, name, number, max_members))
/// A voicemail box: of an agent, of a queue, or (neither set) of the tenant.
struct MailboxInfo {
    MailboxId id;
    std::string name;
    std::string number;
    std::optional<AgentId> agent;
    std::optional<QueueId> queue;
};
BOOST_DESCRIBE_STRUCT(MailboxInfo, (), (id, name, number, agent, queue))

struct TrunkInfo {
    TrunkId id;
    std::string name;
    std::vector<std::string> addresses;
    std::uint32_t max_calls = 0;
};
BOOST_DESCRIBE_STRUCT(TrunkInfo, (), (id, name, addresses, max_calls))

/// GET /api/v1/directory: the names that go with ids, of the session's tenant. trunks: only for
/// admins.
struct DirectoryView {
    std::vector<QueueInfo> queues;
    std::vector<AgentInfo> agents;
    std::vector<TrunkInfo> trunks;
    std::vector<core::BusyReason> busy_reasons;
    std::vector<FlowInfo> flows;
    std::vector<ConferenceInfo> conferences;
    std::vector<MailboxInfo> mailboxes;
};
BOOST_DESCRIBE_STRUCT(DirectoryView, (),
                      (queues, agents, trunks, busy_reasons, flows, conferences, mailboxes))

/// The words of core::AgentRequestKind that an agent's page or program may say; what a supervisor
/// says about another agent is core::SupervisorAction.
enum class AgentAction {
    sign_in,
    sign_out,
    idle,
    busy,
    hang_up,
    hold,
    resume,
    transfer,
    consult,
    swap,
    complete,
    cancel,
    join,
    dial,
    pick_up,
    to_flow,
    record,
    stop_record,
    pause_record,
    resume_record,
    send_digits,
    set_forward
};
BOOST_DESCRIBE_ENUM(AgentAction, sign_in, sign_out, idle, busy, hang_up, hold, resume, transfer,
                    consult, swap, complete, cancel, join, dial, pick_up, to_flow, record,
                    stop_record, pause_record, resume_record, send_digits, set_forward)
/// Where a call shall go. `id` goes with every kind but `number`, which goes with `number` alone.
struct CallTarget {
    core::TargetKind kind = core::TargetKind::number;
    std::optional<std::uint64_t> id;
    std::string number;
    static constexpr auto required() { return std::array<std::string_view, 1>{"kind"}; }
};
BOOST_DESCRIBE_STRUCT(CallTarget, (), (kind, id, number))
/// Where calls straight to an agent (not those of queues) go instead: an agent's number, an outside
/// number, "voicemail", or empty: nowhere. Set whole: a member that is left out is empty.
struct AgentForward {
    std::string always;
    std::string on_busy;
    std::string on_no_answer;
};
BOOST_DESCRIBE_STRUCT(AgentForward, (), (always, on_busy, on_no_answer))
/// POST /api/v1/agents/{id}/commands ("me" for one's own agent). `idle` also ends wrap-up. During a
/// call `busy` and `sign_out` are kept and take effect when it ends (after wrap-up); the answer is
/// 200. Members that the action does not take are refused.
struct AgentCommand {
    AgentAction action = AgentAction::idle;
    std::string reason;                   ///< busy: a code of DirectoryView.busy_reasons
    std::optional<CallTarget> target;     ///< transfer, consult, dial; to_flow: a flow
    std::string number;                   ///< in place of target: as a person dials it, "8003"
    std::optional<AgentId> agent;         ///< pick_up: the call that rings at this agent
    std::optional<CallId> call;           ///< pick_up: ... or this call
    std::string digits;                   ///< send_digits: of 0-9 * # A-D
    std::optional<AgentForward> forward;  ///< set_forward
    static constexpr auto required() { return std::array<std::string_view, 1>{"action"}; }
};
BOOST_DESCRIBE_STRUCT(AgentCommand, (),
                      (action, reason, target, number, agent, call, digits, forward))
/// The answer to a command: what comes of it is shown by the WebSocket.
struct Accepted {
    std::optional<CallId> call;  ///< that the command made or is about
};
BOOST_DESCRIBE_STRUCT(Accepted, (), (call))
/// POST /api/v1/agents/{id}/supervision: what a supervisor does to that agent. listen, whisper,
/// barge_in and take_over ring the phone of the supervisor's own agent.
struct Supervision {
    core::SupervisorAction action = core::SupervisorAction::listen;
    std::string reason;  ///< forced_busy: a code of DirectoryView.busy_reasons
    static constexpr auto required() { return std::array<std::string_view, 1>{"action"}; }
};
BOOST_DESCRIBE_STRUCT(Supervision, (), (action, reason))

/// GET /api/v1/mailboxes, and how many messages wait.
struct MessageCounts {
    std::uint32_t unheard = 0;
    std::uint32_t heard = 0;
};
BOOST_DESCRIBE_STRUCT(MessageCounts, (), (unheard, heard))
struct MailboxView {
    MailboxInfo mailbox;
    MessageCounts messages;
};
BOOST_DESCRIBE_STRUCT(MailboxView, (), (mailbox, messages))
/// A voicemail message that is not deleted.
struct MessageView {
    MessageId message;
    CallId call;
    std::string caller;
    Instant left_at;
    milliseconds length_ms{};
    std::optional<Instant> heard_at;
    std::optional<AgentId> heard_by;  ///< empty with heard_at: by somebody who is no agent
};
BOOST_DESCRIBE_STRUCT(MessageView, (),
                      (message, call, caller, left_at, length_ms, heard_at, heard_by))
struct MessagePage {
    std::vector<MessageView> messages;
    std::optional<MessageId> next;  ///< pass as `before`; empty: no more
};
BOOST_DESCRIBE_STRUCT(MessagePage, (), (messages, next))

/// GET /api/v1/recordings/deletions: the proof that a recording is gone.
struct DeletionView {
    std::uint64_t seq = 0;  ///< of the event in the journal
    Instant at;
    CallId call;
    RecordingId recording;
    std::string path;  ///< that the file had, below the data folder
    std::string reason;
    std::string by;  ///< user name; empty: the system
};
BOOST_DESCRIBE_STRUCT(DeletionView, (), (seq, at, call, recording, path, reason, by))
struct DeletionPage {
    std::vector<DeletionView> deletions;
    std::optional<std::uint64_t> next;  ///< pass as `after`; empty: no more
};
BOOST_DESCRIBE_STRUCT(DeletionPage, (), (deletions, next))

/// GET /api/v1/calls/{call}/waveform: peaks 0..100, `buckets` of equal length over the recording.
struct Waveform {
    milliseconds length_ms{};
    std::vector<std::uint8_t> left;   ///< the caller
    std::vector<std::uint8_t> right;  ///< the agent
};
BOOST_DESCRIBE_STRUCT(Waveform, (), (length_ms, left, right))

/// GET /api/v1/calls/{call}/events: the time line of a call.
struct EventView {
    std::uint64_t seq = 0;
    Instant at;
    std::string type;
    std::string body_json;  ///< the event as in the journal
};
BOOST_DESCRIBE_STRUCT(EventView, (), (seq, at, type, body_json))

/// GET /api/v1/health (no session needed): "ok" when the journal can be written and a worker is up.
struct HealthView {
    std::string status;
    std::string version;
    std::uint32_t workers = 0;
    std::uint64_t calls = 0;
};
BOOST_DESCRIBE_STRUCT(HealthView, (), (status, version, workers, calls))

/// GET /api/v1/conferences/{conference}: a room and who is in it now.
struct ConferenceMember {
    CallId call;  ///< by which the commands name the member
    std::string number;
    bool moderator = false;
    bool muted = false;
    bool speaking = false;
    Instant joined_at;
};
BOOST_DESCRIBE_STRUCT(ConferenceMember, (), (call, number, moderator, muted, speaking, joined_at))
struct ConferenceView {
    ConferenceId id;
    std::string name;
    std::string number;
    std::uint32_t max_members = 0;
    std::optional<CallId> call;  ///< the conference's own call, of its record; empty: nobody there
    bool locked = false;
    core::RecordingState recording = core::RecordingState::none;
    std::vector<ConferenceMember> members;  ///< in the order of coming
};
BOOST_DESCRIBE_STRUCT(ConferenceView, (),
                      (id, name, number, max_members, call, locked, recording, members))
enum class ConferenceAction {
    mute,
    unmute,
    kick,
    lock,
    unlock,
    dial_out,
    record,
    stop_record,
    end
};
BOOST_DESCRIBE_ENUM(ConferenceAction, mute, unmute, kick, lock, unlock, dial_out, record,
                    stop_record, end)
/// POST /api/v1/conferences/{conference}/commands
struct ConferenceCommand {
    ConferenceAction action = ConferenceAction::mute;
    std::optional<CallId> member;  ///< kick; mute, unmute: left out: all but moderators
    std::string number;            ///< dial_out
    static constexpr auto required() { return std::array<std::string_view, 1>{"action"}; }
};
BOOST_DESCRIBE_STRUCT(ConferenceCommand, (), (action, member, number))

enum class MessageChange { left, heard, deleted };
BOOST_DESCRIBE_ENUM(MessageChange, left, heard, deleted)
/// A voicemail message came, or was heard or deleted: to all who may open the mailbox.
struct VoicemailNotice {
    MailboxId mailbox;
    MessageId message;
    MessageChange change = MessageChange::left;
    std::string caller;        ///< left
    milliseconds length_ms{};  ///< left
};
BOOST_DESCRIBE_STRUCT(VoicemailNotice, (), (mailbox, message, change, caller, length_ms))

/// Messages of the WebSocket /api/v1/live, server to page; `type` tells which member is set.
/// hello: first message (board for supervisors and admins, agent for agents, both if both); queue /
/// agent: one view changed (agents get only their own);
/// conference: a roster or who speaks changed (to supervisors and admins); voicemail: to those who
/// may open the mailbox; resync: the client was too slow, a new hello follows; closing: the server
/// stops.
enum class LiveType { hello, queue, agent, conference, voicemail, resync, closing };
BOOST_DESCRIBE_ENUM(LiveType, hello, queue, agent, conference, voicemail, resync, closing)
struct LiveMessage {
    LiveType type = LiveType::hello;
    Instant now;  ///< the server's clock: pages show timers by it
    std::optional<core::BoardView> board;
    std::optional<core::QueueView> queue;
    std::optional<core::AgentView> agent;
    std::optional<ConferenceView> conference;
    std::optional<std::vector<ConferenceView>> conferences;  ///< hello: those with members
    std::optional<VoicemailNotice> voicemail;
};
BOOST_DESCRIBE_STRUCT(LiveMessage, (),
                      (type, now, board, queue, agent, conference, conferences, voicemail))

}  // namespace seatline::api
