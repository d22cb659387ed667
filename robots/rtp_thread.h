#pragma once
// The one thread that sends and receives the RTP of all robots. Time is cut into 20 phases of 1 ms;
// a socket sends all its streams in its own phase by one sendmmsg, so that packets leave evenly and
// not in a burst each 20 ms. After each phase it reads by recvmmsg what came meanwhile; arrival
// times are the kernel's, so reading late costs no accuracy. Without a stream the thread sleeps.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/time.h"
#include "robots/rtp_stream.h"

namespace seatline::robots {

using StreamId = std::uint64_t;

struct StreamStart {
    StreamId id = 0;
    int fd = -1;                 ///< stays open until the stream's report came
    std::string remote_address;  ///< IPv4 literal
    std::uint16_t remote_port = 0;
    StreamSettings settings;
};

class RtpThread {
public:
    struct Handlers {
        /// The expected tone came for the first time. RTP thread; must not block.
        std::function<void(StreamId, Instant)> on_heard;
        /// The stream has ended after stop(); its last word. RTP thread; must not block.
        std::function<void(StreamId, StreamReport&&)> on_report;
    };
    explicit RtpThread(Handlers handlers);
    ~RtpThread();
    RtpThread(const RtpThread&) = delete;
    RtpThread& operator=(const RtpThread&) = delete;

    /// Any thread, all of them; unknown ids are passed over.
    void start(StreamStart stream);
    void press(StreamId id, std::string keys);
    void play(StreamId id, SoundPtr sound);
    void stop(StreamId id);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace seatline::robots
