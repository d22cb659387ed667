#pragma once
// The recordings of a call entry: what each event about them changes, and their rows. A recording
// without a number (journals of before recordings had one) is known by its call's.
#include "store/projections/call_entry.h"
#include "store/sqlite/sqlite.h"

namespace seatline::store {

void start_recording(CallEntry& entry, const core::RecordingStarted& event, Instant at);
void pause_recording(CallEntry& entry, const core::RecordingPaused& event, Instant at);
void resume_recording(CallEntry& entry, const core::RecordingResumed& event, Instant at);
void finish_recording(CallEntry& entry, const core::RecordingFinished& event, Instant at);
void store_recording(CallEntry& entry, const core::RecordingStored& event, std::uint64_t seq);
void delete_recording(CallEntry& entry, const core::RecordingDeleted& event, Instant at);
/// The control process died: nobody is left to say how long they are; the files hold what was
/// written.
void cut_recordings(CallEntry& entry);

/// Writes the rows of the entry's recordings.
void write_recordings(Connection& connection, const CallEntry& entry);
/// Fills the entry's recordings from their rows.
void load_recordings(Connection& connection, CallEntry& entry);

// Reads by index, of rows that may lag as those of calls do.
[[nodiscard]] std::optional<StoredRecording> find_recording(Connection& connection, TenantId tenant,
                                                            RecordingId id);
[[nodiscard]] std::vector<StoredRecording> recordings_before(Connection& connection,
                                                             TenantId tenant, Instant before,
                                                             std::uint32_t limit);
[[nodiscard]] std::vector<StoredRecording> unarchived_after(Connection& connection,
                                                            Database::RecordingKey after,
                                                            std::uint32_t limit);
[[nodiscard]] std::vector<StoredRecording> last_archived(Connection& connection,
                                                         std::uint32_t limit);

}  // namespace seatline::store
