#pragma once
// One leg's RTP, both ways, without sockets: what to send in each 20 ms, and what is known of the
// packets that came.
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "media/dtmf/receiver.h"
#include "media/dtmf/sender.h"
#include "media/rtp/packet.h"
#include "media/rtp/receive_statistics.h"
#include "robots/sound.h"
#include "robots/tone_ear.h"

namespace seatline::robots {

/// How one leg talks.
struct StreamSettings {
    media::G711 law =
        media::G711::alaw;  ///< of what is sent; what comes is told by its payload type (0, 8)
    std::uint8_t event_payload_type = 101;  ///< of RFC 4733, both ways
    SoundPtr sound;                         ///< what is said; null: nothing is sent
    std::uint32_t first_frame = 0;          ///< where in the sound to begin
    ToneEar ear{};
};

struct StreamReport {
    std::uint64_t sent = 0;  ///< packets
    std::uint64_t received = 0;
    std::uint64_t lost = 0;       ///< by sequence numbers of what came
    std::uint32_t jitter_us = 0;  ///< RFC 3550 interarrival jitter at the end
    HeardFrames heard;
    std::string keys;  ///< pressed by the far end
};

/// RTP thread only.
class RtpStream {
public:
    /// `seed` makes SSRC and the first sequence number and timestamp.
    RtpStream(StreamSettings settings, std::uint64_t seed);

    /// The next packet: a header that belongs to this stream and the payload; both stay valid until
    /// the next call. Empty payload: nothing to send now.
    struct Packet {
        std::array<std::uint8_t, media::rtp_header_size>* header;
        std::span<const std::uint8_t> payload;
    };
    [[nodiscard]] Packet next_packet();
    void press(std::string_view keys) { keys_.push(keys, 120); }
    void play(SoundPtr sound) { settings_.sound = std::move(sound); }

    enum class Arrival { audio, first_expected_tone, key, ignored };
    /// One datagram that came for this leg at `arrived`.
    Arrival receive(std::span<const std::uint8_t> datagram, Instant arrived);

    [[nodiscard]] StreamReport report() const;

private:
    StreamSettings settings_;
    std::array<std::uint8_t, media::rtp_header_size> header_{};
    std::array<std::uint8_t, 4> event_{};
    media::RtpPacket next_;
    std::size_t frame_ = 0;
    bool was_silent_ = true;  ///< the next audio packet begins a talkspurt
    std::uint64_t sent_ = 0;
    media::DigitSender keys_;
    media::DigitReceiver far_keys_;
    media::ReceiveStatistics statistics_;
    std::string heard_keys_;
};

}  // namespace seatline::robots
