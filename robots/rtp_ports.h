#pragma once
// UDP port pairs (RTP even, RTCP odd) on one address, opened once and shared out to legs again and
// again. The first legs get a pair each; above `max_pairs` legs at once, pairs carry several legs,
// told apart by the far end's port. So a load of 1,000 legs costs 64 sockets, and their packets
// leave by sendmmsg.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace seatline::robots {

/// An open pair. The descriptors are non-blocking and live as long as RtpPorts.
struct PortPair {
    int rtp_fd = -1;
    int rtcp_fd = -1;  ///< bound so that the far end's reports get no ICMP error; never read
    std::uint16_t port = 0;
    std::uint32_t legs = 0;
    std::uint64_t freed = 0;  ///< order of its last release
};

/// Scenario thread only; the RTP thread uses the descriptors.
class RtpPorts {
public:
    RtpPorts(std::string address, std::size_t max_pairs)
        : address_(std::move(address)), max_pairs_(max_pairs) {}
    ~RtpPorts();
    RtpPorts(const RtpPorts&) = delete;
    RtpPorts& operator=(const RtpPorts&) = delete;

    /// A pair for one leg: the least used one, and of these the one that rested longest. Errors:
    /// unavailable, when no pair can be opened at all.
    [[nodiscard]] Result<PortPair*> take();
    void give_back(PortPair& pair);
    [[nodiscard]] const std::string& address() const { return address_; }

private:
    [[nodiscard]] PortPair* open_pair();

    std::string address_;
    std::size_t max_pairs_;
    std::vector<std::unique_ptr<PortPair>> pairs_;
    std::uint64_t releases_ = 0;
};

}  // namespace seatline::robots
