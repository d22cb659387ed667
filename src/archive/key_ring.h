#pragma once
// The keys that recordings at rest are encrypted with. They live in a file outside the data folder,
// so that a copy of the folder is of no use without it. Several keys: the last line's is used for
// new recordings, the others open what was encrypted before (rotation).
//
// The file has mode 0600 and a line a key: its number (1 and up) and 64 hex digits, for example of
// `echo "1 $(openssl rand -hex 32)"`. Lines that begin with # are comments.
#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"

namespace seatline::archive {

using Key = std::array<unsigned char, 32>;

/// Immutable once loaded: any thread.
class KeyRing {
public:
    /// No keys: recordings are not encrypted.
    KeyRing() = default;
    /// Errors: unavailable (can't be read), not_allowed (others may read it), invalid; the field is
    /// "--recording-key". A key is never part of the reason.
    [[nodiscard]] static Result<KeyRing> load(const std::string& path);

    [[nodiscard]] bool encrypts() const { return newest_ != 0; }
    [[nodiscard]] std::uint32_t newest() const { return newest_; }  ///< 0: none
    [[nodiscard]] const Key* find(std::uint32_t id) const;

private:
    std::map<std::uint32_t, Key> keys_;
    std::uint32_t newest_ = 0;
};

}  // namespace seatline::archive
