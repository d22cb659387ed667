#pragma once
// A ZIP file written as it is sent (APPNOTE 6.3): entries are stored, their CRC follows them (data
// descriptors), zip64 where a number needs it. Memory is a buffer and some 100 octets an entry.
#include <string>
#include <vector>

#include "archive/file.h"
#include "base/time.h"

namespace seatline::archive {

/// One thread. After an error nothing more may be called.
class ZipWriter {
public:
    /// `zip64_from`: sizes and offsets from here on are written in 64 bits; only tests lower it.
    explicit ZipWriter(Sink out, std::uint64_t zip64_from = 0xFFFFFFFF)
        : out_(std::move(out)), zip64_from_(zip64_from) {}

    struct Added {
        std::string error;  ///< why the content ended early; empty: it is whole
    };
    /// Adds an entry. When `content` fails, the entry ends there and the archive stays whole. The
    /// errors of the result are the sink's.
    [[nodiscard]] Result<Added> add(const std::string& name, Instant at, const ByteSource& content);
    /// The directory; without it the archive is not whole.
    [[nodiscard]] Result<void> finish();

private:
    struct Entry {
        std::string name;
        std::uint32_t crc = 0;
        std::uint64_t size = 0;
        std::uint64_t offset = 0;
        std::uint32_t dos_time = 0;
        bool is_wide = false;  ///< local sizes in 64 bits
    };
    [[nodiscard]] Result<void> put(const std::string& data);
    [[nodiscard]] std::string directory_entry(const Entry& entry) const;
    [[nodiscard]] std::string end_records(std::uint64_t start, std::uint64_t size) const;

    Sink out_;
    const std::uint64_t zip64_from_;
    std::uint64_t written_ = 0;
    std::vector<Entry> entries_;
};

}  // namespace seatline::archive
