#pragma once
// The worker's end of the Unix socket to the control process: frames in, frames out, never waiting.
// What is written during one turn of the loop leaves in one system call. Owner and only caller: the
// media thread.
#include <cstdint>
#include <string>
#include <vector>

#include "media.pb.h"

namespace seatline::worker {

class ControlLink {
public:
    /// Takes ownership of the connected stream socket.
    explicit ControlLink(int fd);
    ~ControlLink();
    ControlLink(const ControlLink&) = delete;
    ControlLink& operator=(const ControlLink&) = delete;

    [[nodiscard]] int fd() const { return fd_; }
    /// False once control is gone, speaks nonsense, or has not read 8 MiB of events.
    [[nodiscard]] bool open() const { return open_; }

    /// Reads what is there and calls `handle(proto::ToWorker&)` for each whole frame.
    template <class Handle>
    void read(Handle&& handle) {
        bool more = true;
        while (more) {
            more = receive_some();
            while (next_frame()) handle(incoming_);
        }
    }

    /// Queues an event. `droppable` (statistics) is left out when control is already 256 KiB
    /// behind.
    void send(const proto::FromWorker& event, bool droppable = false);
    /// Writes what is queued, as far as the socket takes it.
    void flush();
    /// True while queued octets wait for the socket: ask epoll for EPOLLOUT.
    [[nodiscard]] bool blocked() const { return open_ && !out_.empty(); }

private:
    bool receive_some();  ///< true: the socket may have more
    bool next_frame();

    int fd_;
    bool open_ = true;
    std::vector<char> in_;     ///< grows to the largest frame and stays
    std::size_t in_read_ = 0;  ///< octets handled
    std::size_t in_end_ = 0;   ///< octets received
    std::string out_;
    std::size_t out_sent_ = 0;
    proto::ToWorker incoming_;
};

}  // namespace seatline::worker
