#include "store/projections/call_recordings.h"

#include <algorithm>

#include "base/json.h"

namespace seatline::store {

using namespace core;

namespace {

RecordingId id_of(const CallEntry& entry, RecordingId id) {
    return id ? id : RecordingId{entry.record.call.value};
}

StoredRecording* find(CallEntry& entry, RecordingId id) {
    const auto found =
        std::find_if(entry.recordings.begin(), entry.recordings.end(),
                     [&](const StoredRecording& r) { return r.record.recording == id; });
    return found == entry.recordings.end() ? nullptr : &*found;
}

/// What a start after a crash says of a recording has its path, but not always its number.
StoredRecording* find_finished(CallEntry& entry, const RecordingFinished& event) {
    if (StoredRecording* found = find(entry, id_of(entry, event.recording))) return found;
    for (StoredRecording& r : entry.recordings) {
        if (r.path == event.path) return &r;
    }
    return nullptr;
}

StoredRecording& add(CallEntry& entry, RecordingId id, RecordingKind kind, Instant at) {
    StoredRecording& made = entry.recordings.emplace_back();
    made.tenant = entry.record.tenant;
    made.call = entry.record.call;
    made.record.recording = id_of(entry, id);
    made.record.kind = kind;
    made.record.started_at = at;
    made.record.codec = "pcm";
    return made;
}

/// What the call says of its recordings as a whole. Voicemail is the mailbox's, not the call's.
void sum_up(CallEntry& entry) {
    entry.recordings_changed = true;
    CallRecord& call = entry.record;
    call.recordings.clear();
    call.has_recording = false;
    call.recording_ms = {};
    call.recording_error.clear();
    entry.recording_path.clear();
    for (const StoredRecording& r : entry.recordings) {
        call.recordings.push_back(r.record);
        if (r.record.kind == RecordingKind::voicemail) continue;
        if (!r.record.error.empty()) call.recording_error = r.record.error;
        if (r.record.deleted_at) continue;
        const bool has_sound = r.record.octets > 0 || r.record.error == "control_restarted";
        call.has_recording |= r.is_finished && has_sound;
        call.recording_ms += r.record.length_ms;
        entry.recording_path = r.path;
    }
}

#define SEATLINE_RECORDING_COLUMNS                                                             \
    "tenant, recording, call, kind, path, started_at, is_finished, length_ms, octets, error, " \
    "codec, encrypted, stored_seq, deleted_at, pauses"

StoredRecording read_recording(const Query& query) {
    StoredRecording r;
    r.tenant = TenantId{query.number(0)};
    r.record.recording = RecordingId{query.number(1)};
    r.call = CallId{query.number(2)};
    r.record.kind = enum_value<RecordingKind>(query.text(3)).value_or(RecordingKind::call);
    r.path = query.text(4);
    r.record.started_at = query.instant(5);
    r.is_finished = query.integer(6) != 0;
    r.record.length_ms = milliseconds{query.integer(7)};
    r.record.octets = query.number(8);
    r.record.error = query.text(9);
    r.record.codec = query.text(10);
    r.record.encrypted = query.integer(11) != 0;
    r.stored_seq = query.number(12);
    r.record.deleted_at = query.optional_instant(13);
    if (const auto text = query.text(14); text != "[]") {
        auto pauses = from_json<std::vector<PauseRecord>>(text);
        if (pauses.has_value()) r.record.pauses = std::move(*pauses);
    }
    return r;
}

std::vector<StoredRecording> read_all(Query& query) {
    std::vector<StoredRecording> all;
    while (query.next()) all.push_back(read_recording(query));
    return all;
}

}  // namespace

void start_recording(CallEntry& entry, const RecordingStarted& event, Instant at) {
    if (find(entry, id_of(entry, event.recording)) != nullptr) return;
    add(entry, event.recording, event.kind, at).path = event.path;
    sum_up(entry);
}

void pause_recording(CallEntry& entry, const RecordingPaused& event, Instant at) {
    StoredRecording* r = find(entry, id_of(entry, event.recording));
    if (r == nullptr) return;
    r->record.pauses.push_back({at, {}, event.agent});
    sum_up(entry);
}

void resume_recording(CallEntry& entry, const RecordingResumed& event, Instant at) {
    StoredRecording* r = find(entry, id_of(entry, event.recording));
    if (r == nullptr || r->record.pauses.empty() || r->record.pauses.back().to) return;
    r->record.pauses.back().to = at;
    sum_up(entry);
}

void finish_recording(CallEntry& entry, const RecordingFinished& event, Instant at) {
    StoredRecording* r = find_finished(entry, event);
    if (r == nullptr) r = &add(entry, event.recording, event.kind, at - event.length_ms);
    if (r->stored_seq != 0 || r->record.deleted_at) return;  // a late echo of what is archived
    r->path = event.path;
    r->is_finished = true;
    r->record.length_ms = event.length_ms;
    r->record.octets = event.octets;
    r->record.error = event.error;
    auto& pauses = r->record.pauses;
    if (!pauses.empty() && !pauses.back().to) pauses.back().to = at;
    sum_up(entry);
}

void store_recording(CallEntry& entry, const RecordingStored& event, std::uint64_t seq) {
    StoredRecording* r = find(entry, id_of(entry, event.recording));
    if (r == nullptr) return;
    r->path = event.path;
    r->record.octets = event.octets;
    r->record.codec = event.codec;
    r->record.encrypted = event.encrypted;
    r->stored_seq = seq;
    sum_up(entry);
}

void delete_recording(CallEntry& entry, const RecordingDeleted& event, Instant at) {
    StoredRecording* r = find(entry, id_of(entry, event.recording));
    if (r == nullptr || r->record.deleted_at) return;
    r->record.deleted_at = at;
    sum_up(entry);
}

void cut_recordings(CallEntry& entry) {
    bool is_cut = false;
    for (StoredRecording& r : entry.recordings) {
        if (r.is_finished) continue;
        r.is_finished = is_cut = true;
        r.record.error = "control_restarted";
    }
    if (is_cut) sum_up(entry);
}

void write_recordings(Connection& connection, const CallEntry& entry) {
    for (const StoredRecording& r : entry.recordings) {
        const std::string pauses = to_json(r.record.pauses);
        Query(connection, "REPLACE INTO recordings(" SEATLINE_RECORDING_COLUMNS
                          ") VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)")
            .bind(r.tenant, r.record.recording, r.call, enum_name(r.record.kind), r.path,
                  r.record.started_at, int{r.is_finished}, r.record.length_ms)
            .bind(r.record.octets, r.record.error, r.record.codec, int{r.record.encrypted},
                  r.stored_seq, r.record.deleted_at, pauses)
            .run();
    }
}

void load_recordings(Connection& connection, CallEntry& entry) {
    Query query(connection, "SELECT " SEATLINE_RECORDING_COLUMNS
                            " FROM recordings INDEXED BY recordings_by_call"
                            " WHERE tenant=?1 AND call=?2 ORDER BY started_at, recording");
    query.bind(entry.record.tenant, entry.record.call);
    entry.recordings = read_all(query);
    for (const StoredRecording& r : entry.recordings) entry.record.recordings.push_back(r.record);
}

std::optional<StoredRecording> find_recording(Connection& connection, TenantId tenant,
                                              RecordingId id) {
    Query query(connection, "SELECT " SEATLINE_RECORDING_COLUMNS
                            " FROM recordings WHERE tenant=?1 AND recording=?2");
    query.bind(tenant, id);
    return query.next() ? std::optional(read_recording(query)) : std::nullopt;
}

std::vector<StoredRecording> recordings_before(Connection& connection, TenantId tenant,
                                               Instant before, std::uint32_t limit) {
    Query query(connection, "SELECT " SEATLINE_RECORDING_COLUMNS
                            " FROM recordings INDEXED BY recordings_by_age"
                            " WHERE is_finished = 1 AND deleted_at IS NULL AND kind <> 'voicemail'"
                            " AND tenant=?1 AND started_at<?2 ORDER BY started_at LIMIT ?3");
    query.bind(tenant, before, limit);
    return read_all(query);
}

std::vector<StoredRecording> unarchived_after(Connection& connection, Database::RecordingKey after,
                                              std::uint32_t limit) {
    Query query(connection, "SELECT " SEATLINE_RECORDING_COLUMNS
                            " FROM recordings INDEXED BY recordings_to_archive"
                            " WHERE is_finished = 1 AND deleted_at IS NULL AND kind <> 'voicemail'"
                            " AND stored_seq = 0 AND octets > 0 AND (tenant, recording) > (?1, ?2)"
                            " ORDER BY tenant, recording LIMIT ?3");
    query.bind(after.first, after.second, limit);
    return read_all(query);
}

std::vector<StoredRecording> last_archived(Connection& connection, std::uint32_t limit) {
    Query query(connection, "SELECT " SEATLINE_RECORDING_COLUMNS
                            " FROM recordings INDEXED BY recordings_by_archiving"
                            " WHERE stored_seq > 0 ORDER BY stored_seq DESC LIMIT ?1");
    query.bind(limit);
    return read_all(query);
}

}  // namespace seatline::store
