#pragma once
// Octets of known number that are read piece by piece, and a slice of them as the body of an
// answer: mostly an open file; or a recording that is decrypted or decoded while it is read.
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace seatline::api {

/// Immutable; any thread.
class Octets {
public:
    virtual ~Octets() = default;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    /// Strong validator (RFC 9110 8.8.3), with its quotes.
    [[nodiscard]] virtual const std::string& etag() const = 0;
    /// Blocking. Octets read: fewer than asked only at the end or on a read error.
    [[nodiscard]] virtual std::size_t read_at(std::uint64_t offset, std::span<char> out) const = 0;
};

/// A regular file open for reading; closed by the destructor.
class OpenFile final : public Octets {
public:
    /// Null when `path` is missing, unreadable or no regular file.
    [[nodiscard]] static std::shared_ptr<const OpenFile> open(const std::string& path);
    ~OpenFile() override;
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    [[nodiscard]] std::uint64_t size() const override { return size_; }  ///< when it was opened
    /// Made of size and time of change.
    [[nodiscard]] const std::string& etag() const override { return etag_; }
    [[nodiscard]] std::size_t read_at(std::uint64_t offset, std::span<char> out) const override;

private:
    OpenFile(int fd, std::uint64_t size, std::string etag);
    int fd_;
    std::uint64_t size_;
    std::string etag_;
};

struct FileSlice {
    std::shared_ptr<const Octets> file;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

}  // namespace seatline::api
