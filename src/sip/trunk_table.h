#pragma once
// Which trunk a source address belongs to. Pure; SIP thread only.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sip/endpoint.h"

namespace seatline::sip {

/// An IP address as 16 bytes; IPv4 in its mapped form (::ffff:a.b.c.d), so that both compare alike.
using AddressBytes = std::array<std::uint8_t, 16>;

/// Empty when `text` is no IPv4 or IPv6 literal.
[[nodiscard]] std::optional<AddressBytes> address_bytes(const std::string& text);

class TrunkTable {
public:
    /// Entries whose address is no literal or prefix match nothing (the API has refused them
    /// before).
    void replace(const std::vector<TrunkAddress>& trunks);

    /// An entry with this port before one without, then the longest prefix, then the first; 0 when
    /// none.
    [[nodiscard]] TrunkId match(const std::string& address, std::uint16_t port) const;

private:
    struct Entry {
        TrunkId trunk;
        AddressBytes address{};
        unsigned prefix_bits = 128;
        std::uint16_t port = 0;
    };
    std::vector<Entry> entries_;  ///< in the order of match
};

}  // namespace seatline::sip
