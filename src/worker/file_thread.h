#pragma once
// The thread that may wait for disks: writes recordings, reads prompts. The media thread hands it
// work and takes results through two bounded lock-free rings and is never held up: when the disk is
// slow, blocks run out and the loss is counted; when it is full, the file's error says since when.
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "media/prompt/prompt.h"
#include "worker/spsc_ring.h"

namespace seatline::worker {

/// Half a second of one recording, left and right in turn (or one channel).
struct AudioBlock {
    static constexpr std::uint32_t max_frames = 4096;
    std::uint64_t position = 0;  ///< first frame's place in the recording
    std::uint32_t frames = 0;
    std::int16_t samples[2 * max_frames];
};

/// One file being written. Made by the media thread, then touched only by the file thread until it
/// comes back ended.
struct RecordingFile {
    std::uint64_t recording = 0;
    std::string path;
    unsigned channels = 2;
    int fd = -1;
    std::uint64_t end_position = 0;  ///< frames that the file spans
    std::uint64_t lost_frames = 0;   ///< that the disk did not take
    std::uint32_t blocks = 0;
    std::uint64_t octets = 0;
    std::string error;  ///< the first failure, with its place
    bool failed = false;
};

struct PromptEntry;

struct PromptJob {
    std::string name;
    std::string path;
    Result<media::Prompt> result = media::Prompt{};
    /// Set: a file that one play alone waits for, and no prompt with a name.
    std::shared_ptr<PromptEntry> for_play;
};

struct FileJob {
    enum class Kind : std::uint8_t { open, write, close, load_prompt, quit };
    Kind kind = Kind::quit;
    RecordingFile* file = nullptr;
    AudioBlock* block = nullptr;
    PromptJob* prompt = nullptr;
};

struct FileResult {
    enum class Kind : std::uint8_t { block_free, recording_ended, prompt_loaded };
    Kind kind = Kind::block_free;
    RecordingFile* file = nullptr;
    AudioBlock* block = nullptr;
    PromptJob* prompt = nullptr;
};

class FileThread {
public:
    explicit FileThread(std::uint32_t max_blocks);
    ~FileThread();
    FileThread(const FileThread&) = delete;
    FileThread& operator=(const FileThread&) = delete;

    // --- the media thread's side ---
    /// Becomes readable when a recording has ended or a prompt was read.
    [[nodiscard]] int event_fd() const { return event_fd_; }
    /// A free block, or null: the disk is too far behind.
    [[nodiscard]] AudioBlock* take_block();
    void write(RecordingFile* file, AudioBlock* block);
    void open(RecordingFile* file) { post({FileJob::Kind::open, file, nullptr, nullptr}); }
    void close(RecordingFile* file) { post({FileJob::Kind::close, file, nullptr, nullptr}); }
    void load_prompt(std::unique_ptr<PromptJob> job) {
        post({FileJob::Kind::load_prompt, nullptr, nullptr, job.release()});
    }
    /// Wakes the thread if work was handed over since the last time; once a turn of the loop.
    void wake();
    /// Takes results; `ended(unique_ptr<RecordingFile>)`, `loaded(unique_ptr<PromptJob>)`.
    template <class Ended, class Loaded>
    void results(Ended&& ended, Loaded&& loaded) {
        FileResult r;
        while (done_.pop(r)) {
            if (r.block) give_back(r.block);
            if (r.kind == FileResult::Kind::recording_ended)
                ended(std::unique_ptr<RecordingFile>(r.file));
            if (r.kind == FileResult::Kind::prompt_loaded)
                loaded(std::unique_ptr<PromptJob>(r.prompt));
        }
    }
    void clear_event() const;
    /// Lets all work given so far finish, then ends the thread; afterwards results() gives the
    /// rest.
    void finish();

private:
    void post(const FileJob& job);
    void push_waiting();
    void give_back(AudioBlock* block) { free_[free_count_++] = block; }

    void run();
    void perform(const FileJob& job);
    void done(const FileResult& result);

    AudioBlock* blocks_;
    std::uint32_t max_blocks_;
    std::vector<AudioBlock*> free_;  ///< the last given back is the first taken: few pages stay hot
    std::uint32_t free_count_ = 0;
    SpscRing<FileJob> jobs_;
    SpscRing<FileResult> done_;
    std::deque<FileJob> waiting_;  ///< opens, closes and prompts that found the ring full
    bool handed_over_ = false;
    int event_fd_;
    int wake_fd_;
    std::thread thread_;
};

/// What the file thread does with a recording; apart for tests. Errors go into `file`.
void open_recording(RecordingFile& file);
void write_recording(RecordingFile& file, const AudioBlock& block);
void close_recording(RecordingFile& file);

}  // namespace seatline::worker
