#pragma once
// An IPv4 or IPv6 address with its port, as the socket calls want it. A value: compared and copied,
// nothing resolved.
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>

namespace seatline::worker {

class Address {
public:
    Address() { storage_.any.sa_family = AF_UNSPEC; }
    /// Empty (family 0) when `literal` is no IPv4 or IPv6 literal.
    static Address parse(const std::string& literal, std::uint16_t port);

    [[nodiscard]] bool valid() const { return family() != AF_UNSPEC; }
    [[nodiscard]] sa_family_t family() const { return storage_.any.sa_family; }
    [[nodiscard]] std::uint16_t port() const;
    void set_port(std::uint16_t port);
    /// 0.0.0.0 or ::, which in a description means "do not send".
    [[nodiscard]] bool unspecified() const;
    [[nodiscard]] bool same_host(const Address& other) const;
    [[nodiscard]] bool operator==(const Address& other) const;
    [[nodiscard]] std::string host_text() const;

    [[nodiscard]] sockaddr* raw() { return &storage_.any; }
    [[nodiscard]] const sockaddr* raw() const { return &storage_.any; }
    [[nodiscard]] socklen_t size() const {
        return family() == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    }
    static constexpr socklen_t max_size = sizeof(sockaddr_in6);

private:
    union {
        sockaddr any;
        sockaddr_in v4;
        sockaddr_in6 v6;
    } storage_{.v6 = {}};
};

}  // namespace seatline::worker
