#pragma once
// Digest authentication (RFC 7616 and 8760: MD5 and SHA-256 with qop=auth) as pure
// functions: reading the parameters, computing responses, and nonces that need no memory until
// somebody has proven who he is.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace seatline::sip {

enum class DigestAlgorithm : std::uint8_t { md5, sha256 };

[[nodiscard]] std::string md5_hex(std::string_view text);
[[nodiscard]] std::string digest_hex(DigestAlgorithm algorithm, std::string_view text);

/// "MD5", "SHA-256"
[[nodiscard]] const char* algorithm_name(DigestAlgorithm algorithm);
/// Of the parameter; absent means MD5 (RFC 7616 3.3). Empty when it is none that we speak.
[[nodiscard]] std::optional<DigestAlgorithm> algorithm_of(std::string_view name);

/// The parameters of a challenge or of credentials, unquoted; empty when absent.
struct DigestFields {
    std::string username, realm, nonce, uri, response, algorithm, cnonce, qop, opaque, nc, stale;
};

/// Reads "name=value" and "name=\"value\"" items; unknown names are passed over.
[[nodiscard]] DigestFields read_digest(const std::vector<std::string_view>& items);

/// The response of RFC 2617 3.2.2.1 (qop=auth when `fields.qop` is set, else the older form).
[[nodiscard]] std::string digest_response(std::string_view ha1, std::string_view method,
                                          const DigestFields& fields,
                                          DigestAlgorithm algorithm = DigestAlgorithm::md5);

/// In constant time.
[[nodiscard]] bool equal_secrets(std::string_view a, std::string_view b);

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
    /// A number from 0 to 65,535 that is always the same for the text, and that nobody can
    /// foretell.
    [[nodiscard]] std::uint32_t lot(std::string_view text) const;

private:
    [[nodiscard]] std::string sign(std::string_view text) const;

    seconds lifetime_;
    std::array<unsigned char, 32> key_{};
    std::uint32_t number_ = 0;
};

/// Refuses a nonce count that was used before (RFC 2617 3.2.2). One for each known device, eight
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
    std::array<Seen, 8> seen_;
    std::string
        newest_dropped_;  ///< nonces order by their time and number, the text's first 16 digits
};

}  // namespace seatline::sip
