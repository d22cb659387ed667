#pragma once
// Recordings at rest: a finished WAV becomes Ogg Opus, sealed if there is a key. All paths are
// those of events: below the data folder. Everything blocks and is for worker threads.
//
// A file is written beside (NAME.part), synced, renamed, and its folder synced; the WAV goes only
// after RecordingStored is in the journal (remove_wav). So whatever dies when, there is the WAV or
// the whole archived file, and a second run of the same job mends the rest.
#include <functional>
#include <memory>

#include "archive/file.h"
#include "archive/key_ring.h"
#include "base/time.h"

namespace seatline::archive {

struct Archived {
    std::string path;
    std::uint64_t octets = 0;
    std::string codec = "opus";
    bool encrypted = false;
};

/// Where a run can die; for tests of that, see archive_recording().
enum class Step { opened, encoded, synced, renamed, folder_synced };

/// Makes the archived file of `wav_path` ("recordings/1/2026-11-22/5.wav"); the WAV stays. What an
/// earlier run left is written anew. The result is read again and its length compared before it
/// gets its name. Errors: not_found (no WAV), invalid (no WAV of ours), unavailable (disk full
/// ...): nothing is left then. `at` is called after each step.
[[nodiscard]] Result<Archived> archive_recording(
    const std::string& data_folder, const std::string& wav_path, const KeyRing& keys,
    const std::function<void(Step)>& at = [](Step) {});

/// Removes the WAV that an archived file was made of, if it is still there. Only once
/// RecordingStored is in the journal.
[[nodiscard]] Result<void> remove_wav(const std::string& data_folder,
                                      const std::string& archived_path);

/// Removes a recording in whatever form it is (archived, WAV, half written); after it returned,
/// RecordingDeleted is true also after a power cut. A recording that is not there is no error.
[[nodiscard]] Result<void> delete_recording(const std::string& data_folder,
                                            const std::string& path);

/// "recordings/1/5.opus.enc" is made of "recordings/1/5.wav".
[[nodiscard]] std::string wav_path_of(const std::string& path);

/// The file as it is stored, decrypted: Ogg Opus, or WAV if it is not archived. Thread-safe.
/// Errors: not_found, invalid (damaged, cut off, wrong key), not_allowed (no such key).
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_stored(const std::string& data_folder,
                                                              const std::string& path,
                                                              const KeyRing& keys);
/// The same sound as a WAV file of 16 bit and 8 kHz, decoded as it is read. Thread-safe.
[[nodiscard]] Result<std::unique_ptr<ByteSource>> open_as_wav(const std::string& data_folder,
                                                              const std::string& path,
                                                              const KeyRing& keys);

/// True when a recording of that beginning is to be deleted. `kept_days` 0: never.
[[nodiscard]] constexpr bool is_due(Instant started_at, std::uint32_t kept_days, Instant now) {
    return kept_days > 0 && started_at + hours{24} * kept_days < now;
}

}  // namespace seatline::archive
