#pragma once
// Answering digest challenges as a phone or towards a trunk. Pure; one object for each dialog or
// registration.
#include <optional>
#include <string>

#include "sip/digest.h"
#include "sip/sofia.h"

namespace seatline::sip {

class ClientAuth {
public:
    ClientAuth() = default;
    ClientAuth(std::string user, std::string password)
        : user_(std::move(user)), password_(std::move(password)) {}

    /// Takes the first Digest challenge with MD5 or SHA-256 (the server prefers it) of a 401 or
    /// 407. False when there is none, when no user is set, or when the same nonce was refused
    /// already (the password is wrong).
    [[nodiscard]] bool take_challenge(const sip_t* response);

    /// The header line "Authorization: ..." or "Proxy-Authorization: ..." for a request; empty
    /// before a challenge. The nonce is used again with a higher count, which saves a refresh its
    /// challenge.
    [[nodiscard]] std::string header(const std::string& method, const std::string& uri);

private:
    std::string user_;
    std::string password_;
    DigestFields challenge_;
    bool is_proxy_ = false;
    std::uint32_t count_ = 0;
};

}  // namespace seatline::sip
