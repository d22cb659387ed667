#include "app/recording_file.h"

#include "media/record/wav.h"

namespace seatline::app {

void measure_recording(const std::string& data_folder, core::RecordingFinished& finished) {
    constexpr std::uint64_t kOctetsPerMs = 32;  // two channels, 8 kHz, 16 bit
    const auto octets = media::recover_wav(data_folder + "/" + finished.path);
    if (octets.has_error() || *octets == 0) return;
    finished.octets = *octets + media::wav_header_size;
    finished.length_ms = milliseconds{static_cast<std::int64_t>(*octets / kOctetsPerMs)};
}

}  // namespace seatline::app
