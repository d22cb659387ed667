#pragma once
// Typed identifiers: a CallId can't be passed where a LegId is meant, and costs no more than its
// integer.
#include <compare>
#include <cstdint>
#include <functional>

namespace seatline {

/// A number that names one thing of kind `Tag`. 0 is "none". Values stay below 2^53 so that JSON
/// readers keep them exact.
template <class Tag>
struct Id {
    std::uint64_t value = 0;

    constexpr explicit operator bool() const { return value != 0; }
    friend constexpr auto operator<=>(Id, Id) = default;
};

using TenantId = Id<struct TenantTag>;
using TrunkId = Id<struct TrunkTag>;
using QueueId = Id<struct QueueTag>;
using AgentId = Id<struct AgentTag>;
using FlowId = Id<struct FlowTag>;
using UserId = Id<struct UserTag>;
/// One call: a room from arrival to the last leg's end.
using CallId = Id<struct CallTag>;
/// One SIP dialog with its media stream. Legs that the SIP side creates (incoming INVITE) are odd,
/// the engine's are even.
using LegId = Id<struct LegTag>;
/// One run of prompts or music to one leg; so that a late "finished" is told from the current one.
using PlayId = Id<struct PlayTag>;
/// A question of an API client to the engine, answered exactly once.
using RequestId = Id<struct RequestTag>;
/// Who speaks in a circle is heard by all who hear that circle: the one rule of who hears whom.
using CircleId = Id<struct CircleTag>;
/// One sound file of a call, a voicemail message or a conference.
using RecordingId = Id<struct RecordingTag>;
/// A conference room of the center (its PINs and limits); each time that people meet there is a
/// call.
using ConferenceId = Id<struct ConferenceTag>;
using MailboxId = Id<struct MailboxTag>;
/// A voicemail message.
using MessageId = Id<struct MessageTag>;

}  // namespace seatline

template <class Tag>
struct std::hash<seatline::Id<Tag>> {
    std::size_t operator()(seatline::Id<Tag> id) const noexcept {
        return static_cast<std::size_t>(id.value * 0x9E3779B97F4A7C15ull);
    }
};
