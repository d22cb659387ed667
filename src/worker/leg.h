#pragma once
// All that the worker knows of one leg. Plain data: the Worker class
// owns and changes it, on the media thread only.
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "media/dtmf/receiver.h"
#include "media/dtmf/sender.h"
#include "media/jitter/jitter_buffer.h"
#include "media/prompt/prompt.h"
#include "media/room/hearing.h"
#include "media/room/out_stream.h"
#include "media/rtp/receive_statistics.h"
#include "media/rtp/rtcp.h"
#include "worker/address.h"
#include "worker/circle.h"
#include "worker/negotiation.h"
#include "worker/port_pool.h"
#include "worker/recording.h"
#include "worker/security.h"
#include "worker/timer_wheel.h"

namespace seatline::worker {

/// A prompt by its name. Players keep the entry alive when the name is loaded anew.
struct PromptEntry {
    enum class State : std::uint8_t { loading, ready, failed };
    State state = State::loading;
    media::Prompt prompt;
};

/// One run of prompts to one leg.
struct Player {
    std::uint64_t play = 0;  ///< 0: none
    bool loop = false;
    bool mutes_sources = false;
    std::vector<std::shared_ptr<PromptEntry>> prompts;
    std::size_t index = 0;
    std::size_t sample = 0;
};

/// Where a leg's packets go and which sources are believed (symmetric RTP, RFC 4961; see latch.h).
struct RemoteEnd {
    bool described = false;    ///< the far side's description is known
    bool may_send_to = false;  ///< its direction and address let us send
    bool may_receive = true;   ///< its direction lets it send
    Address signalled;         ///< of its description
    Address signalled_rtcp;
    Address rtp;  ///< where we send now
    Address rtcp;
    bool latched = false;  ///< rtp is where packets come from
    Address candidate;     ///< an unexpected source that must show a second packet in sequence
    std::uint32_t candidate_ssrc = 0;
    std::uint16_t candidate_sequence = 0;
};

struct Leg {
    std::uint64_t id = 0;
    PortPool* pool = nullptr;
    SocketPair* sockets = nullptr;
    AllowedFormats allowed;
    StreamFormats formats;
    RemoteEnd remote;
    LegSecurity security;

    // What comes in.
    media::ReceiveStatistics received;
    std::uint64_t octets_received = 0;
    std::uint64_t malformed = 0;
    Instant last_packet{};            ///< or since when one is expected
    std::uint32_t stream_number = 0;  ///< one more each time the incoming stream starts anew
    milliseconds silence_limit{0};
    bool silent = false;
    media::DigitReceiver digits;
    std::vector<RecordingTap> taps;  ///< the recordings that it is or was in
    Circle* speaks_in = nullptr;
    media::VoiceLevel level;       ///< kept while its circle is watched
    std::vector<Leg*> relayed_to;  ///< legs that hear this one and nobody else
    bool mixed = false;            ///< another leg hears it mixed: its frames are decoded
    std::unique_ptr<media::JitterBuffer> jitter;
    std::array<std::int16_t, media::frame_samples> frame{};  ///< of its circle's tick
    bool sounds = false;                                     ///< `frame` is in its circle's sum

    // What it hears.
    std::vector<Circle*> hears;   ///< in the order of their ids
    std::size_t audible = 0;      ///< others who speak in them
    Leg* relayed_from = nullptr;  ///< the only one of these, while nothing is mixed
    Player player;
    media::HearingMode mode = media::HearingMode::silent;
    media::DigitSender digit_sender;
    std::uint64_t digit_samples = 0;  ///< phase of an in-band key tone
    bool ticking = false;
    media::OutStream out;
    std::uint64_t packets_sent = 0;
    std::uint64_t octets_sent = 0;

    // RTCP.
    std::uint64_t packets_at_last_report = 0;
    std::uint32_t last_sr = 0;
    Instant last_sr_at{};
    std::uint32_t remote_fraction_lost = 0;
    std::uint32_t remote_jitter_units = 0;
    microseconds round_trip{0};

    Timer rtcp_timer{timer_rtcp, this};
    Timer silence_timer{timer_silence, this};
    Timer digit_timer{timer_digit, this};
};

}  // namespace seatline::worker
