#include "worker/control_link.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/log.h"

namespace seatline::worker {

namespace {
constexpr std::size_t max_frame = 1 << 20;
constexpr std::size_t max_behind = 8 << 20;
constexpr std::size_t droppable_behind = 256 << 10;
constexpr std::size_t read_size = 64 << 10;
}  // namespace

ControlLink::ControlLink(int fd) : fd_(fd), in_(read_size) {
    ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
}

ControlLink::~ControlLink() {
    ::close(fd_);
}

bool ControlLink::receive_some() {
    if (!open_) return false;
    std::memmove(in_.data(), in_.data() + in_read_, in_end_ - in_read_);
    in_end_ -= in_read_;
    in_read_ = 0;
    if (in_.size() - in_end_ < read_size) in_.resize(in_end_ + read_size);
    const std::size_t room = in_.size() - in_end_;
    const ssize_t got = ::recv(fd_, in_.data() + in_end_, room, 0);
    if (got > 0) {
        in_end_ += static_cast<std::size_t>(got);
        return static_cast<std::size_t>(got) == room;
    }
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) open_ = false;
    return false;
}

bool ControlLink::next_frame() {
    const std::size_t left = in_end_ - in_read_;
    if (!open_ || left < 4) return false;
    std::uint32_t size = 0;
    for (unsigned i = 0; i < 4; ++i) {
        size |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(in_[in_read_ + i])) << (8 * i);
    }
    if (size > max_frame) {
        log::error("media worker: control sent a frame of {} octets", size);
        open_ = false;
        return false;
    }
    if (left < 4 + size) return false;
    if (!incoming_.ParseFromArray(in_.data() + in_read_ + 4, static_cast<int>(size))) {
        log::error("media worker: control sent a frame that is no command");
        open_ = false;
        return false;
    }
    // Keys of SRTP pass through here: nothing of a frame stays behind.
    ::explicit_bzero(in_.data() + in_read_, 4 + size);
    in_read_ += 4 + size;
    return true;
}

void ControlLink::send(const proto::FromWorker& event, bool droppable) {
    const std::size_t behind = out_.size() - out_sent_;
    if (!open_ || (droppable && behind > droppable_behind)) return;
    if (behind > max_behind) {
        log::error("media worker: control has not read {} octets of events; taken for gone",
                   behind);
        open_ = false;
        return;
    }
    const auto size = static_cast<std::uint32_t>(event.ByteSizeLong());
    const std::size_t at = out_.size();
    out_.resize(at + 4 + size);
    for (unsigned i = 0; i < 4; ++i) out_[at + i] = static_cast<char>(size >> (8 * i));
    event.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(out_.data() + at + 4));
}

void ControlLink::flush() {
    while (open_ && out_sent_ < out_.size()) {
        const ssize_t sent =
            ::send(fd_, out_.data() + out_sent_, out_.size() - out_sent_, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EINTR) continue;
            if (errno != EAGAIN) open_ = false;
            // Keep the queue from growing by what was sent already.
            if (out_sent_ > out_.size() / 2) {
                out_.erase(0, out_sent_);
                out_sent_ = 0;
            }
            return;
        }
        out_sent_ += static_cast<std::size_t>(sent);
    }
    ::explicit_bzero(out_.data(), out_.size());
    out_.clear();
    out_sent_ = 0;
}

}  // namespace seatline::worker
