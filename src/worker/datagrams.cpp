#include "worker/datagrams.h"

namespace seatline::worker {

DatagramBatch::DatagramBatch() : headers_{} {
    for (std::size_t i = 0; i < size; ++i) {
        vectors_[i] = {buffers_[i].data(), max_octets};
        headers_[i].msg_hdr.msg_iov = &vectors_[i];
        headers_[i].msg_hdr.msg_iovlen = 1;
        headers_[i].msg_hdr.msg_name = from_[i].raw();
    }
}

std::size_t DatagramBatch::receive(int fd) {
    for (auto& h : headers_) h.msg_hdr.msg_namelen = Address::max_size;
    const int got = ::recvmmsg(fd, headers_.data(), size, MSG_DONTWAIT, nullptr);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
}

SendQueue::SendQueue() : headers_{} {
    for (std::size_t i = 0; i < size; ++i) {
        headers_[i].msg_hdr.msg_iov = &vectors_[i];
        headers_[i].msg_hdr.msg_iovlen = 1;
        headers_[i].msg_hdr.msg_name = to_[i].raw();
    }
}

void SendQueue::add(int fd, const Address& to, const std::uint8_t* data, std::size_t octets) {
    if (count_ == size || (count_ > 0 && fd != fd_)) flush();
    fd_ = fd;
    to_[count_] = to;
    vectors_[count_] = {const_cast<std::uint8_t*>(data), octets};
    headers_[count_].msg_hdr.msg_namelen = to.size();
    ++count_;
}

void SendQueue::flush() {
    if (count_ == 1) {
        const auto sent = ::sendto(fd_, vectors_[0].iov_base, vectors_[0].iov_len, MSG_DONTWAIT,
                                   to_[0].raw(), to_[0].size());
        refused_ += sent < 0 ? 1 : 0;
    } else {
        std::size_t at = 0;
        while (at < count_) {
            const int sent = ::sendmmsg(fd_, headers_.data() + at,
                                        static_cast<unsigned>(count_ - at), MSG_DONTWAIT);
            // sendmmsg stops at the first that fails; that one is lost (ECONNREFUSED of an earlier
            // one also ends here).
            if (sent <= 0) {
                ++refused_;
                ++at;
            } else {
                at += static_cast<std::size_t>(sent);
            }
        }
    }
    count_ = 0;
}

}  // namespace seatline::worker
