#include "archive/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace seatline::archive {

Error io_error(const std::string& what, const std::string& path) {
    const int code = errno;
    return {code == ENOENT ? "not_found" : "unavailable", "recordings",
            what + " " + path + ": " + std::strerror(code)};
}

Result<std::unique_ptr<File>> File::open(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return io_error("can't open", path);
    struct stat status {};
    if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        ::close(fd);
        return Error{"unavailable", "recordings", path + " is no file"};
    }
    return std::unique_ptr<File>(new File(fd, path, static_cast<std::uint64_t>(status.st_size)));
}

Result<std::unique_ptr<File>> File::create(const std::string& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0) return io_error("can't make", path);
    return std::unique_ptr<File>(new File(fd, path, 0));
}

File::~File() {
    ::close(fd_);
}

Result<std::size_t> File::read_at(std::uint64_t offset, std::span<char> out) const {
    std::size_t done = 0;
    while (done < out.size()) {
        const ssize_t got =
            ::pread(fd_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return io_error("can't read", path_);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

Result<void> File::append(std::span<const char> data) {
    while (!data.empty()) {
        const ssize_t written = ::write(fd_, data.data(), data.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return io_error("can't write", path_);
        size_ += static_cast<std::uint64_t>(written);
        data = data.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> File::sync() {
    if (::fsync(fd_) != 0) return io_error("can't sync", path_);
    return {};
}

Result<void> sync_folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return io_error("can't open", folder);
    const int failed = ::fsync(fd);
    const Error error = io_error("can't sync", folder);
    ::close(fd);
    if (failed != 0) return error;
    return {};
}

Result<void> remove_file(const std::string& path) {
    if (::unlink(path.c_str()) != 0) {
        if (errno == ENOENT) return {};
        return io_error("can't remove", path);
    }
    return sync_folder_of(path);
}

}  // namespace seatline::archive
