#pragma once
// What the engine wants done, as values in order. Events go to the journal first; the actions
// follow after that succeeded. The shell performs an action or, when it can't, answers with the
// Input that says so.
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "core/engine/input.h"

namespace seatline::core {

// ---- to SIP
// --------------------------------------------------------------------------------------------------------
struct AnswerCall {
    LegId leg;
    MediaPtr local;
};
struct RejectCall {
    LegId leg;
    int sip_code = 0;
    std::string reason;
    seconds retry_after{0};
};
/// Answers a re-INVITE.
struct AcceptMedia {
    LegId leg;
    MediaPtr local;
};
struct InviteDevice {
    LegId leg;
    std::string device;
    std::string caller;   ///< shown as the calling number
    std::string display;  ///< queue name: the agent sees for whom the call is
    MediaPtr local;
    seconds ring_timeout{0};
};
struct HangUpLeg {
    LegId leg;
    int sip_code = 0;
    std::string reason;
};

// ---- to the media worker that has the call
// ---------------------------------------------------------------------------
struct OpenMedia {
    std::uint32_t worker = 0;
    CallId call;
    LegId leg;
    MediaPtr remote;  ///< the offer that we answer; null: we offer
    MediaPtr prefer;  ///< offer its first format first, so that both legs can be relayed without
                      ///< decoding
};
struct SetRemote {
    std::uint32_t worker = 0;
    LegId leg;
    MediaPtr remote;
};
struct CloseMedia {
    std::uint32_t worker = 0;
    LegId leg;
};
/// The room's rule for one listener, whole: it hears `source` and nobody else (none: silence).
struct Hear {
    std::uint32_t worker = 0;
    LegId leg;
    LegId source;
};
struct Play {
    std::uint32_t worker = 0;
    LegId leg;
    PlayId play;
    std::vector<std::string> prompts;
    bool loop = false;
};
struct StopPlay {
    std::uint32_t worker = 0;
    LegId leg;
};
struct StartRecording {
    std::uint32_t worker = 0;
    CallId call;
    std::string path;
    LegId left;
    LegId right;
};
struct StopRecording {
    std::uint32_t worker = 0;
    CallId call;
};

// ---- to whoever asked
// --------------------------------------------------------------------------------------------------
struct Reply {
    RequestId request;
    std::optional<Error> error;
};

using Action =
    std::variant<AnswerCall, RejectCall, AcceptMedia, InviteDevice, HangUpLeg, OpenMedia, SetRemote,
                 CloseMedia, Hear, Play, StopPlay, StartRecording, StopRecording, Reply>;

struct Effects {
    std::vector<Event> events;
    std::vector<Action> actions;

    void clear() {
        events.clear();
        actions.clear();
    }
};

}  // namespace seatline::core
