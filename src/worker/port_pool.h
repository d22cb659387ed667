#pragma once
// The RTP and RTCP sockets of one address. A pair stays open and in the epoll set when its leg
// ends: opening a leg then costs no system call. A port rests at least two seconds before it serves
// again, and the longest rested goes first, so that a straggler of the old call rarely meets the
// new one.
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "worker/address.h"

namespace seatline::worker {

struct Leg;
struct SocketPair;

/// What an epoll event belongs to.
struct EpollTag {
    enum class Kind : std::uint8_t { control, tick, coarse, files, rtp, rtcp };
    Kind kind;
    SocketPair* sockets = nullptr;
};

struct SocketPair {
    int rtp_fd = -1;
    int rtcp_fd = -1;
    std::uint16_t port = 0;  ///< of RTP
    Leg* leg = nullptr;      ///< who uses it now
    Instant rests_until{};
    EpollTag rtp_tag{EpollTag::Kind::rtp, this};
    EpollTag rtcp_tag{EpollTag::Kind::rtcp, this};

    SocketPair() = default;
    SocketPair(const SocketPair&) = delete;
    SocketPair& operator=(const SocketPair&) = delete;
    ~SocketPair();
};

class PortPool {
public:
    /// Sockets are bound to `bind` and registered, edge-triggered, in `epoll_fd`.
    PortPool(Address bind, std::uint16_t port_min, std::uint16_t port_max, int epoll_fd);

    /// A pair for a new leg. Errors: "unavailable" with the reason (no port left, no file
    /// descriptor).
    [[nodiscard]] Result<SocketPair*> acquire(Instant now);
    void release(SocketPair* pair, Instant now);
    [[nodiscard]] const Address& bind_address() const { return bind_; }

private:
    [[nodiscard]] Result<SocketPair*> open_next();
    [[nodiscard]] int open_socket(std::uint16_t port) const;

    Address bind_;
    std::uint32_t next_port_;
    std::uint32_t port_max_;
    int epoll_fd_;
    std::vector<std::unique_ptr<SocketPair>> pairs_;
    std::deque<SocketPair*> resting_;
};

}  // namespace seatline::worker
