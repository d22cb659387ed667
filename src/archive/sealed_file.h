#pragma once
// A file encrypted in chunks that can be read from any place: the STREAM construction (Hoang,
// Reyhanitabar, Rogaway, Vizar 2015) over AES-256-GCM.
//
//   header, 36 octets: "SEATSEAL", version (u32, 1), key id (u32), chunk size (u32), salt (16)
//   chunks: 64 KiB of ciphertext (the last one: 0 to 64 KiB) and a tag of 16 octets each
//
// All numbers are big-endian. Each file has a key of its own, HKDF-SHA-256 of the ring's key with
// the header as salt and info: so the header is authentic, and no two files share nonces however
// many there are (random prefixes under one key would not promise that). A chunk's nonce is its
// number and whether it is the last: chunks that are swapped, left out, taken from another file or
// cut off at the end are found out.
#include <memory>

#include "archive/file.h"
#include "archive/key_ring.h"

namespace seatline::archive {

inline constexpr std::size_t kSealedChunk = 64 * 1024;

/// Encrypts what it is given. Not thread-safe.
class Sealer {
public:
    /// Writes the header. Precondition: keys.encrypts().
    [[nodiscard]] static Result<std::unique_ptr<Sealer>> begin(const KeyRing& keys, Sink out);
    ~Sealer();
    [[nodiscard]] Result<void> write(std::span<const char> plain);
    /// Writes the last chunk; without it the file is not whole, and reads of it fail.
    [[nodiscard]] Result<void> finish();

private:
    Sealer(const Key& key, Sink out);
    [[nodiscard]] Result<void> seal(bool is_last);

    Key key_;
    Sink out_;
    std::string waiting_;  ///< up to a chunk: the last one is known as such only at the end
    std::uint32_t number_ = 0;
};

/// Opens a sealed file over `file`, which may be shared. The reader is thread-safe; it keeps the
/// chunk that was read last. Checks the last chunk: so a file that was cut off is not opened.
/// Errors: invalid (no sealed file, damaged, wrong key), not_allowed (a key that the ring has not).
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_sealed(std::shared_ptr<const File> file,
                                                              const KeyRing& keys);

/// True when the file begins as sealed ones do.
[[nodiscard]] bool is_sealed(const File& file);

}  // namespace seatline::archive
