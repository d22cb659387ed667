#pragma once
// What the world tells the engine. Each is a fact with the time given beside it; the shell makes
// them from SIP events, worker events and API requests, the simulator from its dice.
#include <memory>
#include <string>
#include <variant>

#include "base/id.h"
#include "base/media_description.h"
#include "core/engine/event.h"

namespace seatline::core {

/// Passed through the core untouched, hence shared and const.
using MediaPtr = std::shared_ptr<const MediaDescription>;

struct IncomingCall {
    LegId leg;
    TrunkId trunk;
    std::string caller;
    std::string called;
    std::string sip_call_id;
    MediaPtr remote;            ///< the caller's offer; null: we offer (INVITE without SDP)
    std::string device = {};    ///< an authenticated phone of ours calls; then there is no trunk
    bool hides_caller = false;  ///< `caller` is for the center, not for outside parties
    std::string diverted_from = {};
    LegId replaces = {};  ///< takes the place of this leg (RFC 3891); 0: none
};
/// The far end of a leg asks to pass its call on (REFER); answered by AnswerTransfer and
/// TellTransfer.
struct TransferAsked {
    LegId leg;
    std::string target;  ///< as dialled
    LegId replaces;      ///< the other leg of the same phone, for an attended transfer; 0: blind
    bool replaces_unknown = false;
};
struct TrunkState {
    TrunkId trunk;
    bool up = true;
    std::string reason;
};
/// Who speaks now in a watched circle; leg 0: nobody.
struct ActiveSpeaker {
    CircleId circle;
    LegId leg;
};
/// The archive has put a recording into its form at rest, or deleted one: to be written down.
struct ArchiveReport {
    TenantId tenant;
    std::variant<RecordingStored, RecordingDeleted> what;
};
struct LegRinging {
    LegId leg;
    MediaPtr remote = {};  ///< early media (183 with SDP); null: only rings
};
/// An agent's device picked up; or the caller's ACK brought the answer to our offer.
struct LegAnswered {
    LegId leg;
    MediaPtr remote;
};
struct LegMediaChanged {
    LegId leg;
    MediaPtr remote;
};
/// The dialog is over; nothing more comes of this leg's signalling.
struct LegEnded {
    LegId leg;
    int sip_code = 0;
    bool network = false;  ///< no peer did this: transport error, no ACK
    std::string text;
};
struct DigitPressed {
    LegId leg;
    char digit = 0;
};

struct MediaOpened {
    LegId leg;
    MediaPtr local;
};
struct MediaFailed {
    LegId leg;
    bool no_common_codec = false;
    std::string reason;
};
struct MediaClosed {
    LegQuality quality;
};  ///< quality.call is filled in by the engine
struct PlayEnded {
    LegId leg;
    PlayId play;
};
struct RtpSilent {
    LegId leg;
};
struct RecordingEnded {
    RecordingFinished result;
};
struct WorkerUp {
    std::uint32_t worker = 0;
    std::uint32_t pid = 0;
};
struct WorkerDown {
    std::uint32_t worker = 0;
    std::string reason;
};

struct DeviceUp {
    std::string device;
    std::string contact;
};
struct DeviceDown {
    std::string device;
    std::string reason;
};

/// What an agent or supervisor may ask for. The call is always the one that the agent is in; which
/// seat may do what: core/agent/rights.h.
enum class AgentRequestKind {
    sign_in,
    sign_out,
    idle,
    busy,
    hang_up,
    hold,      ///< the others of the call hear music
    resume,    ///< ... no more; from a consultation: back to the caller, who was consulted waits
    transfer,  ///< blind, to `target`
    consult,   ///< calls `target` aside, the caller hears music
    swap,      ///< between the caller and who is consulted
    complete,  ///< joins caller and consulted, the agent leaves
    cancel,    ///< hangs up who is consulted or being called, back to the caller
    join,      ///< three-way: all hear all
    dial,      ///< rings the agent's phone, then calls `target`
    pick_up,   ///< takes the call that rings at agent `other`, or `call`
    to_flow,   ///< sends the caller into flow `target.id` and waits for the result
    record,    ///< on demand
    stop_record,
    pause_record,
    resume_record,
    send_digits,  ///< `text` as RFC 4733 keys to the caller
    set_forward,  ///< `forward`
    // of a supervisor, about agent `other`:
    listen,
    whisper,
    barge_in,
    take_over,
    leave,  ///< stops listening
    forced_release,
    forced_sign_out,
    forced_busy,
    forced_idle
};
/// A wish of an agent (page, API, phone); answered with exactly one Reply.
struct AgentRequest {
    RequestId request;
    TenantId tenant;
    AgentId agent;
    AgentRequestKind kind = AgentRequestKind::idle;
    std::string reason;  ///< busy, forced_busy: the reason's code
    Target target = {};
    AgentId other = {};
    CallId call = {};
    std::string text = {};
    AgentForwardSet forward = {};
};

enum class ConferenceRequestKind {
    mute,
    unmute,
    kick,
    lock,
    unlock,
    dial_out,  ///< calls `number`
    record,
    stop_record,
    end
};
BOOST_DESCRIBE_ENUM(ConferenceRequestKind, mute, unmute, kick, lock, unlock, dial_out, record,
                    stop_record, end)
/// A wish of somebody who moderates by API; answered with exactly one Reply.
struct ConferenceRequest {
    RequestId request;
    TenantId tenant;
    ConferenceId conference;
    ConferenceRequestKind kind = ConferenceRequestKind::mute;
    CallId member;  ///< mute, unmute: 0 is all but moderators; kick
    std::string number;
};
/// A message is marked as heard or deleted by API; answered with exactly one Reply.
struct VoicemailRequest {
    RequestId request;
    TenantId tenant;
    MailboxId mailbox;
    MessageId message;
    AgentId by;
    bool remove = false;  ///< else: heard
};

using Input =
    std::variant<IncomingCall, LegRinging, LegAnswered, LegMediaChanged, LegEnded, DigitPressed,
                 MediaOpened, MediaFailed, MediaClosed, PlayEnded, RtpSilent, RecordingEnded,
                 WorkerUp, WorkerDown, DeviceUp, DeviceDown, AgentRequest, TransferAsked,
                 TrunkState, ActiveSpeaker, ArchiveReport, ConferenceRequest, VoicemailRequest>;

}  // namespace seatline::core
