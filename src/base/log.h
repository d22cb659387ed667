#pragma once
// One place that names the logging library. Levels: error = a person must act; warn = a peer or
// tenant misbehaved; info = life of processes; debug = per call. Never per packet, never a secret.
#include <spdlog/spdlog.h>

namespace seatline {
namespace log = spdlog;  // log::info("trunk {} up", id)
}
