#pragma once
// `seatline serve`: puts the parts together, runs until SIGINT or SIGTERM, and takes them down in
// order.
#include "app/options.h"

namespace seatline::app {

/// Returns the exit code; prints what is wrong and what to do about it.
int serve(const Options& options);

}  // namespace seatline::app
