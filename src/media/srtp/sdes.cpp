#include "media/srtp/sdes.h"

#include <openssl/crypto.h>
#include <sys/random.h>

#include <cerrno>

#include "base/result.h"

namespace seatline::media {

namespace {

constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t base64_size = SrtpKey::size / 3 * 4;  // 30 octets need no padding

}  // namespace

std::optional<SrtpSuite> srtp_suite(std::string_view name) {
    for (const auto suite :
         {SrtpSuite::aes_cm_128_hmac_sha1_80, SrtpSuite::aes_cm_128_hmac_sha1_32}) {
        if (name == srtp_suite_name(suite)) return suite;
    }
    return std::nullopt;
}

std::string_view srtp_suite_name(SrtpSuite suite) {
    return suite == SrtpSuite::aes_cm_128_hmac_sha1_80 ? "AES_CM_128_HMAC_SHA1_80"
                                                       : "AES_CM_128_HMAC_SHA1_32";
}

SrtpKey::~SrtpKey() {
    OPENSSL_cleanse(octets_.data(), octets_.size());
}

SrtpKey SrtpKey::random() {
    SrtpKey key;
    ssize_t got = 0;
    do {
        got = ::getrandom(key.octets_.data(), size, 0);
    } while (got < 0 && errno == EINTR);
    // Up to 256 octets come whole once the system has started (getrandom(2)).
    SEATLINE_ASSERT(got == static_cast<ssize_t>(size));
    return key;
}

std::optional<SrtpKey> SrtpKey::parse(std::string_view base64) {
    if (base64.size() != base64_size) return std::nullopt;
    SrtpKey key;
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < base64_size; ++i) {
        const auto value = letters.find(base64[i]);
        if (value == std::string_view::npos) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        if (i % 4 != 3) continue;
        const std::size_t at = i / 4 * 3;
        key.octets_[at] = static_cast<std::uint8_t>(bits >> 16);
        key.octets_[at + 1] = static_cast<std::uint8_t>(bits >> 8);
        key.octets_[at + 2] = static_cast<std::uint8_t>(bits);
        bits = 0;
    }
    return key;
}

std::string SrtpKey::base64() const {
    std::string text;
    text.reserve(base64_size);
    for (std::size_t at = 0; at < size; at += 3) {
        const std::uint32_t bits = static_cast<std::uint32_t>(octets_[at]) << 16 |
                                   static_cast<std::uint32_t>(octets_[at + 1]) << 8 |
                                   octets_[at + 2];
        for (int shift = 18; shift >= 0; shift -= 6) text += letters[bits >> shift & 63];
    }
    return text;
}

bool SrtpKey::operator==(const SrtpKey& other) const {
    return CRYPTO_memcmp(octets_.data(), other.octets_.data(), size) == 0;
}

void wipe(std::string& secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
    secret.clear();
}

}  // namespace seatline::media
