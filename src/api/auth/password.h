#pragma once
// Passwords as argon2id strings (libsodium's crypto_pwhash_str form). Each call takes tens of
// milliseconds and 64 MB: never on the event loop.
#include <string>

namespace seatline::api {

/// A new argon2id string (libsodium's interactive parameters: 64 MB, 2 passes) with a random salt;
/// for creating users.
[[nodiscard]] std::string hash_password(const std::string& password);

/// False also for a `hash` that is no such string.
[[nodiscard]] bool verify_password(const std::string& hash, const std::string& password);

/// Overwrites the text before freeing it.
void wipe(std::string& secret);

}  // namespace seatline::api
