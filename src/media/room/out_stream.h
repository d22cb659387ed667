#pragma once
// The one RTP stream that a listener gets, whatever it is made of: packets of one source, then of
// another, prompts, mixed frames. Its SSRC never changes, sequence numbers have no gap of our
// making, and timestamps follow the wall clock (RFC 3550 section 5.1), so that the far end's jitter
// buffer sees one continuous sender.
#include <cstdint>

#include "base/time.h"
#include "media/rtp/packet.h"

namespace seatline::media {

class OutStream {
public:
    OutStream() = default;
    /// The three random starts of RFC 3550.
    OutStream(std::uint32_t ssrc, std::uint16_t first_sequence, std::uint32_t first_timestamp)
        : ssrc_(ssrc), sequence_(first_sequence), timestamp_(first_timestamp) {}

    /// Header fields (sequence, timestamp, ssrc, marker) for a packet relayed from `source` (any
    /// number that names the stream it belongs to; a new SSRC of the same leg is another source).
    /// Payload type is left alone.
    void relay(std::uint64_t source, RtpPacket& packet, Instant now);
    /// Says that `packet` of the source is not passed on, so that it leaves no gap in the sequence.
    void skip(std::uint64_t source, const RtpPacket& packet);
    /// Header fields for a frame of our own of `samples`, made at `now`. Frames follow each other
    /// without a gap while they come at least every 100 ms.
    void generate(RtpPacket& packet, std::uint32_t samples, Instant now);
    /// A packet of our own with a timestamp of its own: a telephone-event.
    void generate_event(RtpPacket& packet, std::uint32_t timestamp, Instant now);
    /// The stream's time at `now`, for events and sender reports.
    [[nodiscard]] std::uint32_t timestamp_at(Instant now) const;
    [[nodiscard]] std::uint32_t ssrc() const { return ssrc_; }
    [[nodiscard]] bool started() const { return started_; }

private:
    void sent(std::uint16_t sequence, std::uint32_t timestamp, Instant now);

    std::uint32_t ssrc_ = 0;
    std::uint16_t sequence_ = 0;   ///< of the newest packet sent
    std::uint32_t timestamp_ = 0;  ///< of the newest packet sent
    Instant sent_at_{};
    bool started_ = false;
    bool generating_ = false;
    std::uint32_t next_timestamp_ = 0;  ///< where the next generated frame continues
    std::uint64_t source_ = 0;          ///< whose packets are relayed now; 0 none
    std::uint16_t source_highest_ = 0;
    std::uint16_t sequence_offset_ = 0;
    std::uint32_t timestamp_offset_ = 0;
};

}  // namespace seatline::media
