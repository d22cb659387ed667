#pragma once
// What a media worker is told when it starts; everything else comes over the control socket.
#include <cstdint>
#include <string>

namespace seatline::worker {

struct WorkerConfig {
    std::string bind_address = "127.0.0.1";  ///< IPv4 or IPv6 literal that RTP sockets are bound to
    std::string advertised_address;          ///< what descriptions say; empty: the bind address
    /// A second interface of the other family; empty: legs of that family are refused.
    std::string second_bind_address;
    std::string second_advertised_address;
    std::uint16_t port_min = 20000;  ///< RTP takes even ports, RTCP the odd one above
    std::uint16_t port_max = 29999;
    std::uint32_t max_legs = 4000;
    /// Blocks of half a second of one recording that may wait for the disk; memory is touched only
    /// when used (16 KiB each).
    std::uint32_t max_waiting_blocks = 4096;
};

}  // namespace seatline::worker
