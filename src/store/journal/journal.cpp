#include "store/journal/journal.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "store/journal/file.h"
#include "store/journal/line.h"
#include "store/journal/segment.h"

namespace seatline::store {
namespace {

/// append() belongs to one thread; segments_ is what readers may see and changes under the mutex
/// only.
class FileJournal final : public Journal {
public:
    FileJournal(std::string folder, const JournalOptions& options, File lock)
        : folder_(std::move(folder)), options_(options), lock_(std::move(lock)) {}

    ~FileJournal() override {
        if (!sync_thread_.joinable()) return;
        {
            const std::lock_guard guard(mutex_);
            stopping_ = true;
        }
        wake_sync_.notify_one();
        sync_thread_.join();
    }

    /// Looks at what is there and starts the thread of fdatasync.
    Result<void> start() {
        auto segments = list_segments(folder_);
        if (segments.has_error()) return segments.error();
        segments_ = std::move(*segments);
        if (segments_.empty()) {
            if (auto r = add_segment(1); r.has_error()) return r;
        } else if (auto r = open_last(); r.has_error()) {
            return r;
        }
        sync_thread_ = std::thread([this] {
            ::pthread_setname_np(::pthread_self(), "journal");
            sync_loop();
        });
        return {};
    }

    Result<void> append(std::vector<core::Event>& events) override {
        if (events.empty()) return {};
        if (auto r = make_ready(); r.has_error()) return r;
        buffer_.clear();
        std::uint64_t seq = last_seq_.load(std::memory_order_relaxed);
        for (core::Event& event : events) {
            event.seq = ++seq;
            append_line(buffer_, event);
        }
        if (auto written = last_->append(buffer_); written.has_error()) {
            for (core::Event& event : events) event.seq = 0;
            tail_is_torn_ = true;
            if (auto r = make_ready(); r.has_error()) log::error("journal: {}", r.error().reason);
            return written;
        }
        size_ += buffer_.size();
        {
            const std::lock_guard guard(mutex_);
            segments_.back().size = size_;
            last_seq_.store(seq, std::memory_order_release);
            if (unsynced_) return {};
            unsynced_ = true;
        }
        wake_sync_.notify_one();
        return {};
    }

    Result<void> read(std::uint64_t after,
                      const std::function<bool(core::Event&&)>& sink) const override {
        std::vector<Segment> segments;
        {
            const std::lock_guard guard(mutex_);
            segments = segments_;
        }
        for (std::size_t i = 0; i < segments.size(); ++i) {
            if (i + 1 < segments.size() && segments[i + 1].first_seq <= after + 1) continue;
            const auto more = read_segment(segments[i], after, sink);
            if (more.has_error()) return more.error();
            if (!*more) break;
        }
        return {};
    }

    std::uint64_t last_seq() const override { return last_seq_.load(std::memory_order_acquire); }

private:
    Result<void> open_last() {
        Segment& segment = segments_.back();
        const auto check = check_segment(segment);
        if (check.has_error()) return check.error();
        auto file = File::open(segment.path, O_RDWR | O_APPEND);
        if (file.has_error()) return file.error();
        if (check->good_size < segment.size) {
            log::warn("journal: {}: cut a torn tail of {} octets after event {}", segment.path,
                      segment.size - check->good_size, check->last_seq);
            if (auto r = file->truncate(check->good_size); r.has_error()) return r;
        }
        segment.size = size_ = check->good_size;
        last_seq_ = check->last_seq;
        last_ = std::make_shared<File>(std::move(*file));
        return {};
    }

    Result<void> add_segment(std::uint64_t first_seq) {
        Segment segment{first_seq, folder_ + "/" + segment_name(first_seq), 0};
        auto file = File::open(segment.path, O_RDWR | O_APPEND | O_CREAT);
        if (file.has_error()) return file.error();
        if (auto r = sync_folder(folder_); r.has_error()) return r;
        const std::lock_guard guard(mutex_);
        if (last_) full_.push_back(last_);
        last_ = std::make_shared<File>(std::move(*file));
        size_ = 0;
        segments_.push_back(std::move(segment));
        return {};
    }

    /// Takes back what a failed write left, and begins a new segment when the last one is full.
    Result<void> make_ready() {
        if (tail_is_torn_) {
            if (auto r = last_->truncate(size_); r.has_error()) return r;
            tail_is_torn_ = false;
        }
        return size_ < options_.segment_octets ? Result<void>() : add_segment(last_seq() + 1);
    }

    void sync_loop() {
        std::unique_lock lock(mutex_);
        while (!stopping_ || unsynced_) {
            wake_sync_.wait(lock, [this] { return stopping_ || unsynced_; });
            unsynced_ = false;
            std::vector<std::shared_ptr<File>> files = std::move(full_);
            full_.clear();
            files.push_back(last_);
            lock.unlock();
            for (const auto& file : files) {
                if (auto r = file->sync_data(); r.has_error())
                    log::error("journal: {}", r.error().reason);
            }
            lock.lock();
            wake_sync_.wait_for(lock, options_.sync_every, [this] { return stopping_; });
        }
    }

    const std::string folder_;
    const JournalOptions options_;
    const File lock_;
    std::string buffer_;
    std::uint64_t size_ = 0;
    bool tail_is_torn_ = false;
    std::atomic<std::uint64_t> last_seq_ = 0;

    mutable std::mutex mutex_;
    std::vector<Segment> segments_;
    std::shared_ptr<File> last_;               ///< the file of segments_.back()
    std::vector<std::shared_ptr<File>> full_;  ///< finished segments that wait for their fdatasync
    bool unsynced_ = false;
    bool stopping_ = false;
    std::condition_variable wake_sync_;
    std::thread sync_thread_;
};

}  // namespace

Result<std::unique_ptr<Journal>> open_journal(const std::string& folder,
                                              const JournalOptions& options) {
    const std::string path = folder + "/journal";
    if (auto r = make_folder(path); r.has_error()) return r.error();
    auto lock = File::open(path + "/lock", O_RDWR | O_CREAT);
    if (lock.has_error()) return lock.error();
    if (::flock(lock->fd(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return io_error("lock", lock->path());
        return Error{"unavailable", "data", folder + " is in use by another seatline process"};
    }
    auto journal = std::make_unique<FileJournal>(path, options, std::move(*lock));
    if (auto r = journal->start(); r.has_error()) return r.error();
    return std::unique_ptr<Journal>(std::move(journal));
}

Result<std::unique_ptr<Journal>> Journal::open(const std::string& folder) {
    return open_journal(folder, {});
}

}  // namespace seatline::store
