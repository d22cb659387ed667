#pragma once
// Wakes an io_context from other threads through an eventfd. boost::asio::post would do, but it
// holds the context's lock while it wakes the thread, which then has to sleep again for that lock:
// two wake-ups in place of one.
#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <functional>

#include "base/result.h"

namespace seatline::app {

class Doorbell {
public:
    /// `answer` is called on the context's thread, once for all rings since the last time.
    Doorbell(boost::asio::io_context& io, std::function<void()> answer)
        : descriptor_(io, ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
          fd_(descriptor_.native_handle()),
          answer_(std::move(answer)) {
        listen();
    }

    /// Any thread.
    void ring() const {
        const std::uint64_t one = 1;
        SEATLINE_ASSERT(::write(fd_, &one, sizeof one) == sizeof one);
    }

private:
    void listen() {
        descriptor_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                               [this](boost::system::error_code ec) {
                                   if (ec) return;
                                   std::uint64_t rings = 0;
                                   (void)!::read(fd_, &rings, sizeof rings);
                                   answer_();
                                   listen();
                               });
    }

    boost::asio::posix::stream_descriptor descriptor_;
    int fd_;
    std::function<void()> answer_;
};

}  // namespace seatline::app
