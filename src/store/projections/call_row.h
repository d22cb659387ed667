#pragma once
// A call entry as a row of `calls`: insert, update, load. The names of the columns are in one list.
#include <optional>

#include "store/projections/call_entry.h"
#include "store/sqlite/sqlite.h"

namespace seatline::store {

/// The columns of `calls` as read_row wants them.
#define SEATLINE_CALL_COLUMNS                                                                     \
    "tenant, call, trunk, caller, called, sip_call_id, arrived_at, result, queue, agent, "        \
    "answered_at, queued_at, "                                                                    \
    "left_queue_at, talk_started_at, ended_at, wait_ms, ring_ms, talk_ms, wrap_up_ms, ended_by, " \
    "cause, digits, "                                                                             \
    "has_recording, recording_ms, recording_error, queue_outcome, recording_path, legs, "         \
    "event_seqs, direction, diverted_from, hold_ms, transfers, conference, flow_results, "        \
    "time_line, has_voicemail"

/// What of a row is in secondary indexes and may change; an update that leaves it alone is cheaper.
struct IndexedColumns {
    core::CallResult result = core::CallResult::in_progress;
    std::optional<QueueId> queue;
    std::optional<AgentId> agent;
    friend bool operator==(const IndexedColumns&, const IndexedColumns&) = default;
};
[[nodiscard]] IndexedColumns indexed_columns(const core::CallRecord& record);

// With the rows of its recordings, if they have changed.
void insert_row(Connection& connection, const CallEntry& entry);
/// `stored`: what the row's indexed columns hold now.
void update_row(Connection& connection, const CallEntry& entry, const IndexedColumns& stored);

/// The record of the row that `query` (over SEATLINE_CALL_COLUMNS) stands at, without legs, time
/// line and recordings.
[[nodiscard]] core::CallRecord read_record(const Query& query);
/// The whole entry of that row.
[[nodiscard]] CallEntry read_entry(Connection& connection, const Query& query);
[[nodiscard]] std::optional<CallEntry> load_entry(Connection& connection, TenantId tenant,
                                                  CallId call);

}  // namespace seatline::store
