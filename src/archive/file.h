#pragma once
// System calls on files with errors that name the path; what everything in this folder reads from
// and writes to.
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"

namespace seatline::archive {

/// Octets that can be read from any place. Implementations say whether threads may share them.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    /// Fills `out` from `offset` on; answers how many octets: fewer only at the end. Errors:
    /// unavailable (the disk), invalid (damaged, not authentic).
    [[nodiscard]] virtual Result<std::size_t> read_at(std::uint64_t offset,
                                                      std::span<char> out) const = 0;
};

/// Where octets go, in order. An error ends the writing.
using Sink = std::function<Result<void>(std::span<const char>)>;

/// "unavailable" on field "recordings": what failed on which path, and errno's text; errno ENOENT
/// is "not_found".
[[nodiscard]] Error io_error(const std::string& what, const std::string& path);

/// An open file. read_at() by any thread.
class File final : public ByteSource {
public:
    [[nodiscard]] static Result<std::unique_ptr<File>> open(const std::string& path);
    /// Made anew (an old one is emptied), mode 0640.
    [[nodiscard]] static Result<std::unique_ptr<File>> create(const std::string& path);
    ~File() override;
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    [[nodiscard]] std::uint64_t size() const override { return size_; }  ///< when it was opened
    [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset,
                                              std::span<char> out) const override;
    [[nodiscard]] Result<void> append(std::span<const char> data);
    [[nodiscard]] Result<void> sync();
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    File(int fd, std::string path, std::uint64_t size)
        : fd_(fd), path_(std::move(path)), size_(size) {}
    const int fd_;
    const std::string path_;
    std::uint64_t size_;
};

/// The folder of `path` as fsync wants it: a new, renamed or removed name outlasts a power cut.
[[nodiscard]] Result<void> sync_folder_of(const std::string& path);
/// Removes the file and makes that last. A file that is not there is no error.
[[nodiscard]] Result<void> remove_file(const std::string& path);

}  // namespace seatline::archive
