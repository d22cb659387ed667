#pragma once
// Brings finished recordings into their form at rest, in the background: one thread of low priority
// that archives, removes WAV files once their RecordingStored is in the journal, and deletes what
// is older than its tenant keeps. It decides nothing that is not in the database or the options;
// what it did is told to the engine as ArchiveReport, which makes the events.
//
// Whatever dies when: a recording that is in the database as a WAV is archived at the next start,
// and a WAV whose archived file is in the database is removed then.
//
// Voicemail is left as it is (phones play the WAV); its file goes when its message is deleted.
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "archive/key_ring.h"
#include "core/engine/input.h"
#include "store/store.h"

namespace seatline::app {

class Archiver {
public:
    struct Parts {
        std::string data_folder;
        archive::KeyRing keys;
        const core::Directory& directory;
        const store::Database& database;
        seconds archive_after{600};  ///< so long a finished recording stays a WAV
        std::function<Instant()> now;
        std::function<void(core::ArchiveReport)> report;
    };
    explicit Archiver(Parts parts) : parts_(std::move(parts)) {}
    /// Starts the thread; only once events come to see(), so that none of its own is missed.
    void start();
    ~Archiver();
    /// Ends the thread, after the recording that is being worked on; nothing is reported any more.
    void stop();
    Archiver(const Archiver&) = delete;
    Archiver& operator=(const Archiver&) = delete;

    /// Events that are in the journal, before the database is told of them. Never blocks. Any
    /// thread, but in order.
    void see(const std::vector<core::Event>& events);

    /// Deletes one by somebody's wish; its file is gone when this returns, the proof is on its way
    /// to the journal. Blocks, also on the recording that is being archived. Any thread. Errors:
    /// not_found, conflict (not finished), unavailable.
    [[nodiscard]] Result<void> remove(TenantId tenant, RecordingId recording,
                                      const std::string& reason, const std::string& by);

private:
    using RecordingKey = store::Database::RecordingKey;
    struct Task {
        enum class Kind { archive, remove_wav, remove_message, forget } kind = Kind::archive;
        Instant due;
        TenantId tenant;
        CallId call;
        RecordingId recording;
        std::string path;
        int tries = 0;
    };

    void run();
    void resume();
    void perform(const Task& task);
    void add_later(Task task);  ///< mutex_ is held
    void archive(Task task);
    void archive_one(const store::StoredRecording& recording);
    void remove_message(const Task& task);
    /// One page of what the last run left; false: no more.
    bool archive_backlog();
    void delete_expired();
    [[nodiscard]] Result<void> remove_file(const store::StoredRecording& recording,
                                           const std::string& reason, const std::string& by);
    [[nodiscard]] std::uint32_t kept_days(TenantId tenant) const;
    [[nodiscard]] bool is_stopping();

    const Parts parts_;
    std::mutex files_mutex_;  ///< held while a recording's files are worked on
    std::set<RecordingKey>
        reported_;  ///< archived or deleted, perhaps not in the database yet (files_mutex_)
    RecordingKey backlog_after_;  ///< the thread's own

    std::mutex mutex_;  ///< guards all below
    std::condition_variable wake_;
    std::deque<Task> now_;    ///< at once
    std::deque<Task> later_;  ///< in order of `due`
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace seatline::app
