#pragma once
// The few system calls that the journal needs, with errors that name the path. Owner: journal/.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace seatline::store {

/// "unavailable" on field "data": what failed on which path, and errno's text.
[[nodiscard]] Error io_error(const std::string& what, const std::string& path);

/// An open file descriptor, closed with the object. Any thread (pread), appends by one.
class File {
public:
    static Result<File> open(const std::string& path, int flags);
    explicit File(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
    ~File();
    File(File&& other) noexcept
        : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}
    File& operator=(File&& other) noexcept;

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] Result<std::uint64_t> size() const;
    /// Up to `count` octets at `offset` into `out` (replaced); fewer only at the file's end.
    [[nodiscard]] Result<void> read_at(std::uint64_t offset, std::size_t count,
                                       std::string& out) const;
    /// All of `data` at the end. On an error a part may have been written.
    [[nodiscard]] Result<void> append(std::string_view data) const;
    [[nodiscard]] Result<void> truncate(std::uint64_t size) const;
    [[nodiscard]] Result<void> sync_data() const;

private:
    int fd_;
    std::string path_;
};

/// Makes the folder and those above it.
[[nodiscard]] Result<void> make_folder(const std::string& path);
/// Makes the names of new files in a folder outlast a power cut.
[[nodiscard]] Result<void> sync_folder(const std::string& path);

}  // namespace seatline::store
