#pragma once
// An open file and a slice of it, as the body of an answer: opened and checked once, then sent
// piece by piece.
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace seatline::api {

/// A regular file open for reading; closed by the destructor. read_at() may be called from any
/// thread.
class OpenFile {
public:
    /// Null when `path` is missing, unreadable or no regular file.
    [[nodiscard]] static std::shared_ptr<const OpenFile> open(const std::string& path);
    ~OpenFile();
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    [[nodiscard]] std::uint64_t size() const { return size_; }  ///< octets, at the time of opening
    /// Strong validator (RFC 9110 8.8.3) made of size and time of change, with its quotes.
    [[nodiscard]] const std::string& etag() const { return etag_; }
    /// Octets read: fewer than asked only at the end of the file or on a read error.
    [[nodiscard]] std::size_t read_at(std::uint64_t offset, std::span<char> out) const;

private:
    OpenFile(int fd, std::uint64_t size, std::string etag);
    int fd_;
    std::uint64_t size_;
    std::string etag_;
};

struct FileSlice {
    std::shared_ptr<const OpenFile> file;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

}  // namespace seatline::api
