#pragma once
// Recordings whose writer died before it could say how long they are: the file tells.
#include <string>

#include "core/engine/event.h"

namespace seatline::app {

/// Mends the header of the file and fills in `octets` and `length_ms`; leaves them 0 when there is
/// no usable file. Blocks on the disk for one header.
void measure_recording(const std::string& data_folder, core::RecordingFinished& finished);

}  // namespace seatline::app
