#include "worker/port_pool.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace seatline::worker {

namespace {
constexpr auto rest = 2s;
constexpr int receive_buffer_octets = 256 * 1024;

bool watch(int epoll_fd, int fd, EpollTag& tag) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.ptr = &tag;
    return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}
}  // namespace

SocketPair::~SocketPair() {
    if (rtp_fd >= 0) ::close(rtp_fd);
    if (rtcp_fd >= 0) ::close(rtcp_fd);
}

PortPool::PortPool(Address bind, std::uint16_t port_min, std::uint16_t port_max, int epoll_fd)
    : bind_(bind), next_port_((port_min + 1u) & ~1u), port_max_(port_max), epoll_fd_(epoll_fd) {}

int PortPool::open_socket(std::uint16_t port) const {
    const int fd = ::socket(bind_.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer_octets, sizeof(receive_buffer_octets));
    const int on = 1;
    if (bind_.family() == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    Address address = bind_;
    address.set_port(port);
    if (::bind(fd, address.raw(), address.size()) == 0) return fd;
    const int reason = errno;
    ::close(fd);
    errno = reason;
    return -1;
}

Result<SocketPair*> PortPool::open_next() {
    while (next_port_ + 1 <= port_max_) {
        const auto port = static_cast<std::uint16_t>(next_port_);
        next_port_ += 2;
        auto pair = std::make_unique<SocketPair>();
        pair->port = port;
        pair->rtp_fd = open_socket(port);
        if (pair->rtp_fd >= 0) pair->rtcp_fd = open_socket(static_cast<std::uint16_t>(port + 1));
        if (pair->rtcp_fd >= 0) {
            if (!watch(epoll_fd_, pair->rtp_fd, pair->rtp_tag) ||
                !watch(epoll_fd_, pair->rtcp_fd, pair->rtcp_tag)) {
                return Error{"unavailable", "",
                             std::string("epoll refuses a socket: ") + std::strerror(errno)};
            }
            pairs_.push_back(std::move(pair));
            return pairs_.back().get();
        }
        if (errno != EADDRINUSE && errno != EACCES) {
            next_port_ -= 2;
            return Error{"unavailable", "", std::string("no RTP socket: ") + std::strerror(errno)};
        }
    }
    return Error{"unavailable", "", "no free RTP port in the range"};
}

Result<SocketPair*> PortPool::acquire(Instant now) {
    if (resting_.empty() || resting_.front()->rests_until > now) {
        auto opened = open_next();
        if (opened.has_value() || resting_.empty()) return opened;
    }
    SocketPair* pair = resting_.front();
    resting_.pop_front();
    return pair;
}

void PortPool::release(SocketPair* pair, Instant now) {
    pair->leg = nullptr;
    pair->rests_until = now + rest;
    resting_.push_back(pair);
}

}  // namespace seatline::worker
