#pragma once
// Which formats a leg uses (RFC 3264): out of what the far side says and what control allows. Pure.
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "media.pb.h"
#include "media/codec/g711.h"

namespace seatline::worker {

/// What a payload type means on one leg.
enum class PayloadKind : std::uint8_t {
    refused,  ///< not negotiated: the packet is malformed to us
    audio_alaw,
    audio_ulaw,
    event,          ///< telephone-event, RFC 4733
    comfort_noise,  ///< payload type 13, RFC 3389: counted, never passed on
};

struct StreamFormats {
    std::array<PayloadKind, 128> receive{};  ///< by payload type
    std::optional<media::G711> send_law;     ///< empty: nothing chosen yet (we offered)
    std::uint8_t send_payload_type = 0;
    int event_payload_type = -1;              ///< -1: the far side takes no events
    std::vector<proto::PayloadFormat> local;  ///< what our description says
};

using AllowedFormats = google::protobuf::RepeatedPtrField<proto::PayloadFormat>;

/// Our offer: all that is allowed and that we know. Errors: "invalid" when that is no audio format.
[[nodiscard]] Result<StreamFormats> offer_formats(const AllowedFormats& allowed);

/// Our answer to `remote`: its first audio format that is allowed, and telephone-event if offered,
/// both with the offer's payload types. Errors: "invalid" when they have no audio format in common.
[[nodiscard]] Result<StreamFormats> answer_formats(const proto::MediaDescription& remote,
                                                   const AllowedFormats& allowed);

/// The far side's answer to our offer: we send its first audio format that is allowed with its
/// payload types, and receive what either side named.
[[nodiscard]] Result<StreamFormats> apply_answer(const StreamFormats& offered,
                                                 const proto::MediaDescription& remote);

/// RFC 3264 direction of a description, by proto number.
enum class Direction : std::uint8_t { sendrecv = 0, sendonly = 1, recvonly = 2, inactive = 3 };
/// The answer's direction: what one sends the other receives.
[[nodiscard]] Direction mirrored(Direction direction);

}  // namespace seatline::worker
