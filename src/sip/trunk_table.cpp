#include "sip/trunk_table.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <tuple>

namespace seatline::sip {

namespace {

bool same_prefix(const AddressBytes& a, const AddressBytes& b, unsigned bits) {
    const auto whole = bits / 8;
    if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
    if (bits % 8 == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xff00u >> (bits % 8));
    return ((a[whole] ^ b[whole]) & mask) == 0;
}

}  // namespace

std::optional<AddressBytes> address_bytes(const std::string& text) {
    AddressBytes bytes{};
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
    bytes = {};
    bytes[10] = bytes[11] = 0xff;
    if (inet_pton(AF_INET, text.c_str(), bytes.data() + 12) == 1) return bytes;
    return std::nullopt;
}

void TrunkTable::replace(const std::vector<TrunkAddress>& trunks) {
    entries_.clear();
    for (const auto& trunk : trunks) {
        const auto slash = trunk.address.find('/');
        const auto address = address_bytes(trunk.address.substr(0, slash));
        if (!address) continue;
        const bool is_ip4 = trunk.address.find(':') == std::string::npos;
        unsigned bits = is_ip4 ? 32 : 128;
        if (slash != std::string::npos) {
            const char* from = trunk.address.data() + slash + 1;
            const char* to = trunk.address.data() + trunk.address.size();
            unsigned asked = 0;
            const auto [end, error] = std::from_chars(from, to, asked);
            if (error != std::errc{} || end != to || asked > bits) continue;
            bits = asked;
        }
        entries_.push_back({trunk.trunk, *address, is_ip4 ? bits + 96 : bits, trunk.port});
    }
    std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
        return std::make_tuple(a.port == 0, 128 - a.prefix_bits) <
               std::make_tuple(b.port == 0, 128 - b.prefix_bits);
    });
}

TrunkId TrunkTable::match(const std::string& address, std::uint16_t port) const {
    const auto bytes = address_bytes(address);
    if (!bytes) return {};
    for (const auto& entry : entries_) {
        if (entry.port != 0 && entry.port != port) continue;
        if (same_prefix(entry.address, *bytes, entry.prefix_bits)) return entry.trunk;
    }
    return {};
}

}  // namespace seatline::sip
