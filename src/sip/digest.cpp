#include "sip/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <strings.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "base/result.h"

namespace seatline::sip {

namespace {

constexpr std::size_t stamp_digits = 16;  // 8 of the second, 8 of the running number
constexpr std::size_t mac_digits = 24;

std::string to_hex(const unsigned char* bytes, std::size_t size) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    out.reserve(size * 2);
    for (std::size_t i = 0; i < size; ++i) {
        out += digits[bytes[i] >> 4];
        out += digits[bytes[i] & 15];
    }
    return out;
}

bool names(std::string_view item, std::string_view name) {
    return item.size() > name.size() && item[name.size()] == '=' &&
           strncasecmp(item.data(), name.data(), name.size()) == 0;
}

std::string unquote(std::string_view value) {
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
    std::string out;
    for (std::size_t i = 1; i + 1 < value.size(); ++i) {
        if (value[i] == '\\' && i + 2 < value.size()) ++i;
        out += value[i];
    }
    return out;
}

}  // namespace

std::string digest_hex(DigestAlgorithm algorithm, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    const auto* kind = algorithm == DigestAlgorithm::sha256 ? EVP_sha256() : EVP_md5();
    SEATLINE_ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), &size, kind, nullptr));
    return to_hex(digest.data(), size);
}

std::string md5_hex(std::string_view text) {
    return digest_hex(DigestAlgorithm::md5, text);
}

const char* algorithm_name(DigestAlgorithm algorithm) {
    return algorithm == DigestAlgorithm::sha256 ? "SHA-256" : "MD5";
}

std::optional<DigestAlgorithm> algorithm_of(std::string_view name) {
    const std::string text(name);
    if (text.empty() || strcasecmp(text.c_str(), "MD5") == 0) return DigestAlgorithm::md5;
    if (strcasecmp(text.c_str(), "SHA-256") == 0) return DigestAlgorithm::sha256;
    return std::nullopt;
}

bool equal_secrets(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

DigestFields read_digest(const std::vector<std::string_view>& items) {
    DigestFields fields;
    const std::array<std::pair<std::string_view, std::string*>, 11> known{
        {{"username", &fields.username},
         {"realm", &fields.realm},
         {"nonce", &fields.nonce},
         {"uri", &fields.uri},
         {"response", &fields.response},
         {"algorithm", &fields.algorithm},
         {"cnonce", &fields.cnonce},
         {"qop", &fields.qop},
         {"opaque", &fields.opaque},
         {"nc", &fields.nc},
         {"stale", &fields.stale}}};
    for (const auto item : items) {
        for (const auto& [name, field] : known) {
            if (names(item, name)) *field = unquote(item.substr(name.size() + 1));
        }
    }
    return fields;
}

std::string digest_response(std::string_view ha1, std::string_view method,
                            const DigestFields& fields, DigestAlgorithm algorithm) {
    const auto ha2 = digest_hex(algorithm, std::string(method) + ':' + fields.uri);
    std::string text(ha1);
    text += ':' + fields.nonce + ':';
    if (!fields.qop.empty()) text += fields.nc + ':' + fields.cnonce + ':' + fields.qop + ':';
    return digest_hex(algorithm, text + ha2);
}

NonceMint::NonceMint(seconds lifetime) : lifetime_(lifetime) {
    SEATLINE_ASSERT(RAND_bytes(key_.data(), static_cast<int>(key_.size())) == 1);
}

std::string NonceMint::sign(std::string_view text) const {
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
    unsigned size = 0;
    SEATLINE_ASSERT(HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
                         reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                         mac.data(), &size) != nullptr);
    return to_hex(mac.data(), mac_digits / 2);
}

std::uint32_t NonceMint::lot(std::string_view text) const {
    std::uint32_t value = 0;
    const auto digits = sign(text);
    std::from_chars(digits.data(), digits.data() + 4, value, 16);
    return value;
}

std::string NonceMint::make(Instant now) {
    std::array<char, stamp_digits + 1> stamp;
    const auto second = static_cast<std::uint32_t>(to_unix_us(now) / 1'000'000);
    std::snprintf(stamp.data(), stamp.size(), "%08x%08x", second, ++number_);
    const std::string_view text(stamp.data(), stamp_digits);
    return std::string(text) + sign(text);
}

NonceMint::Verdict NonceMint::check(std::string_view nonce, Instant now) const {
    if (nonce.size() != stamp_digits + mac_digits) return Verdict::forged;
    const auto expected = sign(nonce.substr(0, stamp_digits));
    if (CRYPTO_memcmp(expected.data(), nonce.data() + stamp_digits, mac_digits) != 0) {
        return Verdict::forged;
    }
    std::uint32_t second = 0;
    std::from_chars(nonce.data(), nonce.data() + 8, second, 16);
    const auto age = to_unix_us(now) / 1'000'000 - static_cast<std::int64_t>(second);
    return age <= lifetime_.count() ? Verdict::fresh : Verdict::expired;
}

bool ReplayWindow::accept(std::string_view nonce, std::uint32_t count) {
    for (auto& seen : seen_) {
        if (seen.nonce != nonce) continue;
        if (count <= seen.count) return false;
        seen.count = count;
        return true;
    }
    const auto stamp = nonce.substr(0, stamp_digits);
    if (stamp <= newest_dropped_) return false;
    auto& oldest = *std::min_element(
        seen_.begin(), seen_.end(), [](const Seen& a, const Seen& b) { return a.nonce < b.nonce; });
    newest_dropped_ = std::max(newest_dropped_, oldest.nonce.substr(0, stamp_digits));
    oldest = {std::string(nonce), count};
    return true;
}

}  // namespace seatline::sip
