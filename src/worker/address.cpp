#include "worker/address.h"

#include <arpa/inet.h>

#include <cstring>

namespace seatline::worker {

Address Address::parse(const std::string& literal, std::uint16_t port) {
    Address a;
    if (inet_pton(AF_INET, literal.c_str(), &a.storage_.v4.sin_addr) == 1) {
        a.storage_.v4.sin_family = AF_INET;
    } else if (inet_pton(AF_INET6, literal.c_str(), &a.storage_.v6.sin6_addr) == 1) {
        a.storage_.v6.sin6_family = AF_INET6;
    } else {
        return {};
    }
    a.set_port(port);
    return a;
}

std::uint16_t Address::port() const {
    // Both families keep the port at the same place.
    return ntohs(storage_.v4.sin_port);
}

void Address::set_port(std::uint16_t port) {
    storage_.v4.sin_port = htons(port);
}

bool Address::unspecified() const {
    if (family() == AF_INET) return storage_.v4.sin_addr.s_addr == 0;
    return family() == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&storage_.v6.sin6_addr);
}

bool Address::same_host(const Address& other) const {
    if (family() != other.family()) return false;
    if (family() == AF_INET)
        return storage_.v4.sin_addr.s_addr == other.storage_.v4.sin_addr.s_addr;
    return std::memcmp(&storage_.v6.sin6_addr, &other.storage_.v6.sin6_addr, sizeof(in6_addr)) == 0;
}

bool Address::operator==(const Address& other) const {
    return same_host(other) && storage_.v4.sin_port == other.storage_.v4.sin_port;
}

std::string Address::host_text() const {
    char text[INET6_ADDRSTRLEN] = "";
    if (family() == AF_INET) inet_ntop(AF_INET, &storage_.v4.sin_addr, text, sizeof(text));
    if (family() == AF_INET6) inet_ntop(AF_INET6, &storage_.v6.sin6_addr, text, sizeof(text));
    return text;
}

}  // namespace seatline::worker
