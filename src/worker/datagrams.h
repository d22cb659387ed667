#pragma once
// Batched datagram calls with fixed buffers: what one socket has is read by one recvmmsg, what goes
// out of one socket is sent by one sendmmsg. Owner: the media thread.
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <span>

#include "worker/address.h"

namespace seatline::worker {

class DatagramBatch {
public:
    static constexpr std::size_t size = 8;
    static constexpr std::size_t max_octets = 2048;

    DatagramBatch();
    /// Reads up to `size` datagrams; fewer than `size` means that the socket is empty now.
    std::size_t receive(int fd);
    /// Of the last receive. A datagram that was cut (longer than max_octets) is empty.
    [[nodiscard]] std::span<std::uint8_t> data(std::size_t i) {
        const bool cut = headers_[i].msg_hdr.msg_flags & MSG_TRUNC;
        return {buffers_[i].data(), cut ? 0 : headers_[i].msg_len};
    }
    [[nodiscard]] const Address& from(std::size_t i) const { return from_[i]; }

private:
    std::array<std::array<std::uint8_t, max_octets>, size> buffers_;
    std::array<Address, size> from_;
    std::array<iovec, size> vectors_;
    std::array<mmsghdr, size> headers_;
};

/// Collects datagrams of one socket; sends when another socket's turn comes, when full, and at
/// flush(). What is queued must stay where it is until then.
class SendQueue {
public:
    static constexpr std::size_t size = DatagramBatch::size;

    SendQueue();
    void add(int fd, const Address& to, const std::uint8_t* data, std::size_t octets);
    void flush();
    /// Datagrams that the kernel refused (full buffer, no route).
    [[nodiscard]] std::uint64_t refused() const { return refused_; }

private:
    int fd_ = -1;
    std::size_t count_ = 0;
    std::uint64_t refused_ = 0;
    std::array<Address, size> to_;
    std::array<iovec, size> vectors_;
    std::array<mmsghdr, size> headers_;
};

}  // namespace seatline::worker
