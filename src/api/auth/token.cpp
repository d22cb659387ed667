#include "api/auth/token.h"

#include <sodium.h>

#include <array>

#include "base/result.h"

namespace seatline::api {

std::string random_token() {
    SEATLINE_ASSERT(sodium_init() >= 0);
    std::array<unsigned char, 32> bits;
    randombytes_buf(bits.data(), bits.size());
    std::array<char, 64> text;
    sodium_bin2base64(text.data(), text.size(), bits.data(), bits.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return text.data();
}

std::string token_key(std::string_view token) {
    std::string key(crypto_generichash_BYTES, '\0');
    crypto_generichash(reinterpret_cast<unsigned char*>(key.data()), key.size(),
                       reinterpret_cast<const unsigned char*>(token.data()), token.size(), nullptr,
                       0);
    return key;
}

bool equal_secret(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace seatline::api
