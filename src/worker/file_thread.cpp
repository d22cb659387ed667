#include "worker/file_thread.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>

namespace seatline::worker {

FileThread::FileThread(std::uint32_t max_blocks)
    : max_blocks_(std::max(max_blocks, 1u)),
      jobs_(std::bit_ceil(max_blocks_ * 2u)),
      done_(std::bit_ceil(max_blocks_ * 4u)) {
    // Address space only: a page costs memory from the first time that its block is used.
    void* memory = ::mmap(nullptr, sizeof(AudioBlock) * max_blocks_, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    SEATLINE_ASSERT(memory != MAP_FAILED);
    blocks_ = static_cast<AudioBlock*>(memory);
    free_.resize(max_blocks_);
    for (std::uint32_t i = max_blocks_; i > 0; --i) give_back(blocks_ + i - 1);
    event_fd_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    wake_fd_ = ::eventfd(0, EFD_CLOEXEC);
    SEATLINE_ASSERT(event_fd_ >= 0 && wake_fd_ >= 0);
    thread_ = std::thread([this] {
        ::pthread_setname_np(::pthread_self(), "files");
        run();
    });
}

FileThread::~FileThread() {
    finish();
    results([](auto) {}, [](auto) {});
    ::close(event_fd_);
    ::close(wake_fd_);
    ::munmap(blocks_, sizeof(AudioBlock) * max_blocks_);
}

AudioBlock* FileThread::take_block() {
    return free_count_ == 0 ? nullptr : free_[--free_count_];
}

void FileThread::write(RecordingFile* file, AudioBlock* block) {
    // The ring holds twice as many jobs as there are blocks; what can fill it up otherwise waits in
    // waiting_.
    post({FileJob::Kind::write, file, block, nullptr});
}

void FileThread::post(const FileJob& job) {
    handed_over_ = true;
    push_waiting();
    if (!waiting_.empty() || !jobs_.push(job)) waiting_.push_back(job);
}

void FileThread::push_waiting() {
    while (!waiting_.empty() && jobs_.push(waiting_.front())) waiting_.pop_front();
}

void FileThread::wake() {
    if (!handed_over_) return;
    push_waiting();
    handed_over_ = !waiting_.empty();
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_fd_, &one, sizeof(one));
}

void FileThread::clear_event() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(event_fd_, &count, sizeof(count));
}

void FileThread::finish() {
    if (!thread_.joinable()) return;
    post({FileJob::Kind::quit, nullptr, nullptr, nullptr});
    while (true) {
        wake();
        if (waiting_.empty()) break;
        ::usleep(1000);
    }
    thread_.join();
}

void FileThread::run() {
    while (true) {
        FileJob job;
        while (jobs_.pop(job)) {
            if (job.kind == FileJob::Kind::quit) return;
            perform(job);
        }
        std::uint64_t count = 0;
        [[maybe_unused]] const auto got = ::read(wake_fd_, &count, sizeof(count));
    }
}

void FileThread::perform(const FileJob& job) {
    switch (job.kind) {
        case FileJob::Kind::open:
            open_recording(*job.file);
            break;
        case FileJob::Kind::write:
            write_recording(*job.file, *job.block);
            done({FileResult::Kind::block_free, nullptr, job.block, nullptr});
            break;
        case FileJob::Kind::close:
            close_recording(*job.file);
            done({FileResult::Kind::recording_ended, job.file, nullptr, nullptr});
            break;
        case FileJob::Kind::load_prompt:
            job.prompt->result = media::load_prompt(job.prompt->path);
            done({FileResult::Kind::prompt_loaded, nullptr, nullptr, job.prompt});
            break;
        case FileJob::Kind::quit:
            break;
    }
}

void FileThread::done(const FileResult& result) {
    // Waiting here is harmless: only the file thread waits, until the media thread's next turn.
    bool pushed = done_.push(result);
    if (result.kind != FileResult::Kind::block_free || !pushed) {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(event_fd_, &one, sizeof(one));
    }
    while (!pushed) {
        ::usleep(1000);
        pushed = done_.push(result);
    }
}

}  // namespace seatline::worker
