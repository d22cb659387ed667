#pragma once
// One recording: legs on two sides (or one) of one timeline. It is nobody's part: it lives from
// StartRecording to StopRecording, whatever legs open and close meanwhile, and a leg may be in
// several. Plain data, owned by the Worker, on the media thread only.
#include <cstdint>
#include <vector>

#include "media/record/timeline.h"
#include "worker/timer_wheel.h"

namespace seatline::worker {

struct RecordingFile;

struct Recording {
    std::uint64_t id = 0;
    std::vector<std::uint64_t> left;  ///< legs of this side, open or not
    std::vector<std::uint64_t> right;
    std::vector<std::uint64_t> members;  ///< all that were ever on a side: these may have a tap
    media::RecordTimeline timeline;
    RecordingFile* file = nullptr;  ///< owned by the file thread from open to the ended result
    std::uint64_t skipped_frames = 0;
    Timer timer{timer_recording, this};

    Recording(Instant start, unsigned channels) : timeline(start, channels) {}
};

/// A leg's place in one recording.
struct RecordingTap {
    Recording* recording = nullptr;
    media::RecordTrack track;
};

}  // namespace seatline::worker
