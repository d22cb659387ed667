#include "store/journal/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace seatline::store {

Error io_error(const std::string& what, const std::string& path) {
    return {"unavailable", "data", "can't " + what + " " + path + ": " + std::strerror(errno)};
}

Result<File> File::open(const std::string& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (fd < 0) return io_error("open", path);
    return File(fd, path);
}

File::~File() {
    if (fd_ >= 0) ::close(fd_);
}

File& File::operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(path_, other.path_);
    return *this;
}

Result<std::uint64_t> File::size() const {
    struct stat status {};
    if (::fstat(fd_, &status) != 0) return io_error("stat", path_);
    return static_cast<std::uint64_t>(status.st_size);
}

Result<void> File::read_at(std::uint64_t offset, std::size_t count, std::string& out) const {
    out.resize(count);
    std::size_t done = 0;
    while (done < count) {
        const auto n =
            ::pread(fd_, out.data() + done, count - done, static_cast<off_t>(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_error("read", path_);
        if (n == 0) break;
        done += static_cast<std::size_t>(n);
    }
    out.resize(done);
    return {};
}

Result<void> File::append(std::string_view data) const {
    while (!data.empty()) {
        const auto n = ::write(fd_, data.data(), data.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_error("write", path_);
        data.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

Result<void> File::truncate(std::uint64_t size) const {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return io_error("truncate", path_);
    return {};
}

Result<void> File::sync_data() const {
    if (::fdatasync(fd_) != 0) return io_error("fdatasync", path_);
    return {};
}

Result<void> make_folder(const std::string& path) {
    std::error_code ec;
    std::filesystem::create_directories(path, ec);
    if (ec) return Error{"unavailable", "data", "can't make " + path + ": " + ec.message()};
    return {};
}

Result<void> sync_folder(const std::string& path) {
    auto folder = File::open(path, O_RDONLY | O_DIRECTORY);
    if (folder.has_error()) return folder.error();
    if (::fsync(folder->fd()) != 0) return io_error("fsync", path);
    return {};
}

}  // namespace seatline::store
