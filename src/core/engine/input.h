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
    MediaPtr remote;  ///< the caller's offer; null: we offer (INVITE without SDP)
};
struct LegRinging {
    LegId leg;
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

enum class AgentRequestKind { sign_in, sign_out, idle, busy, hang_up };
/// A wish of an agent (page, API, phone); answered with exactly one Reply.
struct AgentRequest {
    RequestId request;
    TenantId tenant;
    AgentId agent;
    AgentRequestKind kind = AgentRequestKind::idle;
    std::string reason;
};

using Input =
    std::variant<IncomingCall, LegRinging, LegAnswered, LegMediaChanged, LegEnded, DigitPressed,
                 MediaOpened, MediaFailed, MediaClosed, PlayEnded, RtpSilent, RecordingEnded,
                 WorkerUp, WorkerDown, DeviceUp, DeviceDown, AgentRequest>;

}  // namespace seatline::core
