#include "api/http/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace seatline::api {

OpenFile::OpenFile(int fd, std::uint64_t size, std::string etag)
    : fd_(fd), size_(size), etag_(std::move(etag)) {}

OpenFile::~OpenFile() {
    ::close(fd_);
}

std::shared_ptr<const OpenFile> OpenFile::open(const std::string& path) {
    // O_NONBLOCK: a FIFO put in the folder must not block the pool; it has no effect on regular
    // files.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return nullptr;
    struct stat info {};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        ::close(fd);
        return nullptr;
    }
    char etag[64];
    std::snprintf(etag, sizeof etag, "\"%llx-%llx%08lx\"",
                  static_cast<unsigned long long>(info.st_size),
                  static_cast<unsigned long long>(info.st_mtim.tv_sec),
                  static_cast<unsigned long>(info.st_mtim.tv_nsec));
    return std::shared_ptr<const OpenFile>(
        new OpenFile(fd, static_cast<std::uint64_t>(info.st_size), etag));
}

std::size_t OpenFile::read_at(std::uint64_t offset, std::span<char> out) const {
    std::size_t done = 0;
    while (done < out.size()) {
        const auto got =
            ::pread(fd_, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

}  // namespace seatline::api
