#pragma once
// The media worker as a process of its own.
#include "worker/worker_config.h"

namespace seatline::worker {

/// Runs until the control process is gone, then finishes the recordings and returns 0; 1 when it
/// cannot start (bad address, no epoll). `control_fd` is one end of a connected Unix stream socket
/// and becomes the worker's own. The calling thread becomes the media thread; one more thread is
/// made for files. Ignores SIGXFSZ, SIGPIPE and SIGINT (closing the socket is what ends it) and
/// raises the soft limit of open files to the hard one.
int run_worker(int control_fd, const WorkerConfig& config);

}  // namespace seatline::worker
