#pragma once
// The audio of the legs on one address: SDP out of port pairs, streams on the RTP thread. With
// audio off every leg names the same open port, and nothing is sent or read.
#include <functional>
#include <unordered_map>

#include "base/media_description.h"
#include "robots/loop.h"
#include "robots/rtp_ports.h"
#include "robots/rtp_thread.h"

namespace seatline::robots {

/// The RTP thread and the way its messages find back to the legs on the scenario thread.
class AudioEngine {
public:
    AudioEngine(Loop& loop, bool is_on);

    [[nodiscard]] bool is_on() const { return thread_ != nullptr; }
    [[nodiscard]] RtpThread& thread() { return *thread_; }

    struct Listener {
        std::function<void(Instant)> on_heard;
        std::function<void(const StreamReport&)> on_report;  ///< the last call; may be empty
    };
    /// A stream's number, with who wants to hear of it.
    [[nodiscard]] StreamId add(Listener listener);

private:
    std::unordered_map<StreamId, Listener> listeners_;
    StreamId next_ = 1;
    std::unique_ptr<RtpThread> thread_;  ///< last: its messages use the rest
};

/// One leg's audio. Scenario thread.
class AudioLeg {
public:
    /// Takes a port pair of `ports`; both outlive the leg. Errors: unavailable.
    [[nodiscard]] static Result<AudioLeg> open(AudioEngine& engine, RtpPorts& ports);
    AudioLeg() = default;
    AudioLeg(AudioLeg&& other) noexcept { swap(other); }
    AudioLeg& operator=(AudioLeg&& other) noexcept {
        swap(other);
        return *this;
    }
    ~AudioLeg() { stop(); }

    /// PCMA, PCMU (in this order, or the other) and telephone-event 101.
    [[nodiscard]] MediaDescription offer(media::G711 preferred) const;
    /// The offer's first G.711 and its telephone-event; nothing when it has no G.711.
    [[nodiscard]] std::optional<MediaDescription> answer(const MediaDescription& offer) const;

    /// Talks to `remote` in its first G.711 law; does nothing with audio off.
    void start(const MediaDescription& remote, StreamSettings settings,
               AudioEngine::Listener listener);
    void press(const std::string& keys);
    /// Ends the stream, if any; its report follows. Gives the port back then.
    void stop();

private:
    void swap(AudioLeg& other) noexcept;

    AudioEngine* engine_ = nullptr;
    RtpPorts* ports_ = nullptr;
    PortPair* pair_ = nullptr;
    StreamId stream_ = 0;
};

}  // namespace seatline::robots
