#include "api/auth/password.h"

#include <sodium.h>

#include "base/result.h"

namespace seatline::api {

std::string hash_password(const std::string& password) {
    SEATLINE_ASSERT(sodium_init() >= 0);
    char out[crypto_pwhash_STRBYTES];
    const int failed = crypto_pwhash_str_alg(
        out, password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
        crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13);
    SEATLINE_ASSERT(failed == 0);  // out of memory only
    return out;
}

bool verify_password(const std::string& hash, const std::string& password) {
    SEATLINE_ASSERT(sodium_init() >= 0);
    if (hash.size() >= crypto_pwhash_STRBYTES) return false;
    return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

void wipe(std::string& secret) {
    sodium_memzero(secret.data(), secret.size());
    secret.clear();
}

}  // namespace seatline::api
