#pragma once
// What the engine wants done, as values in order. Events go to the journal first; the actions
// follow after that succeeded. The shell performs an action or, when it can't, answers with the
// Input that says so.
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "core/engine/directory.h"
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
/// 180 to who calls us, or 183 with `local`, so that early media is heard.
struct RingCaller {
    LegId leg;
    MediaPtr local;
};
/// Answers TransferAsked: 202 or a refusal.
struct AnswerTransfer {
    LegId leg;
    int sip_code = 202;
};
/// What became of it, for the phone that asked; final codes end it.
struct TellTransfer {
    LegId leg;
    int sip_code = 100;
};
/// Calls a number outside by a trunk.
struct InviteTrunk {
    LegId leg;
    TrunkId trunk;
    std::string number;  ///< as the trunk wants it
    std::string caller;  ///< a number of the tenant
    bool hide_caller = false;
    MediaPtr local;
    seconds ring_timeout{0};
};
struct TellMessagesWaiting {
    std::string device;
    std::uint32_t new_messages = 0;
    std::uint32_t old_messages = 0;
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
    std::vector<std::string> other_devices = {};  ///< ring together; the first that answers has it
    bool auto_answer = false;  ///< the phone shall pick up by itself: its owner asked for the call
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
    SrtpUse srtp = SrtpUse::off;  ///< when we offer
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
/// The one rule of who hears whom, for one leg, whole: what it says goes into one circle at most,
/// and it hears all who speak in any of `hears`, never itself.
struct Place {
    std::uint32_t worker = 0;
    LegId leg;
    CircleId speaks_in;  ///< none: unheard
    std::vector<CircleId> hears;
};
struct WatchSpeaker {
    std::uint32_t worker = 0;
    CircleId circle;
    bool watch = true;
};
struct SendDigits {
    std::uint32_t worker = 0;
    LegId leg;
    std::string digits;
};
struct Play {
    std::uint32_t worker = 0;
    LegId leg;
    PlayId play;
    std::vector<std::string> prompts;
    bool loop = false;
    bool over_talk = false;  ///< mixed with who is heard; else in their place
};
struct StopPlay {
    std::uint32_t worker = 0;
    LegId leg;
};
struct StartRecording {
    std::uint32_t worker = 0;
    RecordingId recording;
    std::string path;          ///< below the data folder
    std::vector<LegId> left;   ///< the caller
    std::vector<LegId> right;  ///< everybody else
    bool mono = false;         ///< left only
};
/// Other legs from here on; none at all: a pause.
struct SetRecording {
    std::uint32_t worker = 0;
    RecordingId recording;
    std::vector<LegId> left;
    std::vector<LegId> right;
};
struct StopRecording {
    std::uint32_t worker = 0;
    RecordingId recording;
};

// ---- to whoever asked
// --------------------------------------------------------------------------------------------------
struct Reply {
    RequestId request;
    std::optional<Error> error;
    CallId call = {};  ///< that the request made or is about; 0: none
};

using Action =
    std::variant<AnswerCall, RejectCall, AcceptMedia, InviteDevice, HangUpLeg, OpenMedia, SetRemote,
                 CloseMedia, Place, Play, StopPlay, StartRecording, StopRecording, Reply,
                 RingCaller, AnswerTransfer, TellTransfer, InviteTrunk, TellMessagesWaiting,
                 WatchSpeaker, SendDigits, SetRecording>;

struct Effects {
    std::vector<Event> events;
    std::vector<Action> actions;

    void clear() {
        events.clear();
        actions.clear();
    }
};

}  // namespace seatline::core
