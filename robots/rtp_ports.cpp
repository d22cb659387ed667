#include "robots/rtp_ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <tuple>

namespace seatline::robots {
namespace {

int open_socket(const std::string& address, std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    const int bytes = 1 << 20;
    const int on = 1;
    (void)::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    (void)::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    (void)::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    if (::inet_pton(AF_INET, address.c_str(), &name.sin_addr) == 1 &&
        ::bind(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0) {
        return fd;
    }
    ::close(fd);
    return -1;
}

std::uint16_t port_of(int fd) {
    sockaddr_in name{};
    socklen_t size = sizeof name;
    return ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) == 0 ? ntohs(name.sin_port)
                                                                             : 0;
}

}  // namespace

RtpPorts::~RtpPorts() {
    for (const auto& pair : pairs_) {
        ::close(pair->rtp_fd);
        ::close(pair->rtcp_fd);
    }
}

PortPair* RtpPorts::open_pair() {
    for (int attempt = 0; attempt < 50; ++attempt) {
        const int rtp = open_socket(address_, 0);
        if (rtp < 0) return nullptr;
        const std::uint16_t port = port_of(rtp);
        const int rtcp =
            port % 2 == 0 ? open_socket(address_, static_cast<std::uint16_t>(port + 1)) : -1;
        if (rtcp < 0) {
            ::close(rtp);
            continue;
        }
        pairs_.push_back(std::make_unique<PortPair>(PortPair{rtp, rtcp, port, 0, 0}));
        return pairs_.back().get();
    }
    return nullptr;
}

Result<PortPair*> RtpPorts::take() {
    const auto best =
        std::min_element(pairs_.begin(), pairs_.end(), [](const auto& a, const auto& b) {
            return std::tie(a->legs, a->freed) < std::tie(b->legs, b->freed);
        });
    PortPair* pair = best == pairs_.end() ? nullptr : best->get();
    if ((pair == nullptr || pair->legs > 0) && pairs_.size() < max_pairs_) {
        if (PortPair* opened = open_pair()) pair = opened;
    }
    if (pair == nullptr)
        return Error{"unavailable", "bind", "no UDP port pair can be opened on " + address_};
    ++pair->legs;
    return pair;
}

void RtpPorts::give_back(PortPair& pair) {
    --pair.legs;
    pair.freed = ++releases_;
}

}  // namespace seatline::robots
