// How a recording reaches the disk: each block at its own place, so that a lost one leaves silence
// and not a shift; the header is renewed every 8 s, so that what a crash leaves can be played.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "media/record/wav.h"
#include "worker/file_thread.h"

namespace seatline::worker {

namespace {

constexpr std::uint32_t blocks_per_header = 16;

std::string reason(int failure) {
    if (failure == ENOSPC || failure == EDQUOT) return "disk full";
    if (failure == EFBIG) return "file size limit reached";
    return std::strerror(failure);
}

bool write_all(int fd, const void* data, std::size_t size, off_t at) {
    const auto* p = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t written = ::pwrite(fd, p, size, at);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            if (written == 0) errno = ENOSPC;
            return false;
        }
        p += written;
        at += written;
        size -= static_cast<std::size_t>(written);
    }
    return true;
}

void fail(RecordingFile& file, std::uint64_t position, std::string what) {
    if (!file.failed) {
        char place[32];
        std::snprintf(place, sizeof(place), " after %.1f s", static_cast<double>(position) / 8000);
        file.error = std::move(what) + place;
    }
    file.failed = true;
}

void write_header(RecordingFile& file) {
    const auto header = media::wav_header(
        file.end_position * media::wav_frame_octets(file.channels), file.channels);
    if (!write_all(file.fd, header.data(), header.size(), 0))
        fail(file, file.end_position, reason(errno));
}

}  // namespace

void open_recording(RecordingFile& file) {
    file.fd = ::open(file.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (file.fd < 0) {
        file.error = "cannot be opened: " + std::string(std::strerror(errno));
        file.failed = true;
        return;
    }
    write_header(file);
}

void write_recording(RecordingFile& file, const AudioBlock& block) {
    const std::size_t frame_octets = media::wav_frame_octets(file.channels);
    const off_t at = static_cast<off_t>(media::wav_header_size + block.position * frame_octets);
    const std::size_t size = block.frames * frame_octets;
    if (file.fd < 0 || !write_all(file.fd, block.samples, size, at)) {
        if (file.fd >= 0) fail(file, block.position, reason(errno));
        file.lost_frames += block.frames;
        return;
    }
    file.end_position = std::max(file.end_position, block.position + block.frames);
    if (++file.blocks % blocks_per_header == 0) write_header(file);
}

void close_recording(RecordingFile& file) {
    if (file.fd < 0) return;
    write_header(file);
    const off_t length = ::lseek(file.fd, 0, SEEK_END);
    file.octets = length > 0 ? static_cast<std::uint64_t>(length) : 0;
    if (::close(file.fd) != 0) fail(file, file.end_position, reason(errno));
    file.fd = -1;
    if (file.lost_frames > 0) {
        char lost[48];
        std::snprintf(lost, sizeof(lost), "; %.1f s lost",
                      static_cast<double>(file.lost_frames) / 8000);
        file.error += lost;
    }
}

}  // namespace seatline::worker
