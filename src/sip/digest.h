#pragma once
// Digest authentication (RFC 2617 / 7616 with MD5 and qop=auth, which every phone speaks) as pure
// functions: reading the parameters, computing responses, and nonces that need no memory until
// somebody has proven who he is.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace seatline::sip {

[[nodiscard]] std::string md5_hex(std::string_view text);

/// The parameters of a challenge or of credentials, unquoted; empty when absent.
struct DigestFields {
    std::string username, realm, nonce, uri, response, algorithm, cnonce, qop, opaque, nc, stale;
};

/// Reads "name=value" and "name=\"value\"" items; unknown names are passed over.
[[nodiscard]] DigestFields read_digest(const std::vector<std::string_view>& items);

/// The response of RFC 2617 3.2.2.1 (qop=auth when `fields.qop` is set, else the older form).
[[nodiscard]] std::string digest_response(std::string_view ha1, std::string_view method,
                                          const DigestFields& fields);

/// Mints and checks nonces: "<time><number><HMAC-SHA-256 over both, cut>", so that a stranger's
/// request costs no memory. SIP thread only.
class NonceMint {
public:
    enum class Verdict { fresh, expired, forged };

    /// The key is random for each process: old nonces read as forged after a restart, which a phone
    /// sees as stale.
    explicit NonceMint(seconds lifetime);

    [[nodiscard]] std::string make(Instant now);
    [[nodiscard]] Verdict check(std::string_view nonce, Instant now) const;

private:
    [[nodiscard]] std::string sign(std::string_view text) const;

    seconds lifetime_;
    std::array<unsigned char, 32> key_{};
    std::uint32_t number_ = 0;
};

/// Refuses a nonce count that was used before (RFC 2617 3.2.2). One for each known device, four
/// nonces deep: a device's several phones each have their own. A nonce that was pushed out counts
/// as used up.
class ReplayWindow {
public:
    /// True when (nonce, count) is new; remembers it.
    [[nodiscard]] bool accept(std::string_view nonce, std::uint32_t count);

private:
    struct Seen {
        std::string nonce;
        std::uint32_t count = 0;
    };
    std::array<Seen, 4> seen_;
    std::string
        newest_dropped_;  ///< nonces order by their time and number, the text's first 16 digits
};

}  // namespace seatline::sip
