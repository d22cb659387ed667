#include "app/recording_file.h"

#include "media/record/wav.h"

namespace seatline::app {

void measure_recording(const std::string& data_folder, core::RecordingFinished& finished) {
    constexpr std::uint64_t kFramesPerMs = 8;
    const auto found = media::recover_wav(data_folder + "/" + finished.path);
    if (found.has_error() || found->octets == 0) return;
    finished.octets = found->octets + media::wav_header_size;
    finished.length_ms = milliseconds{static_cast<std::int64_t>(found->frames() / kFramesPerMs)};
}

}  // namespace seatline::app
