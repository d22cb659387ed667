#include "store/projections/call_row.h"

#include "base/json.h"
#include "store/projections/call_recordings.h"

namespace seatline::store {

using namespace core;

namespace {

/// Column numbers of SEATLINE_CALL_COLUMNS.
enum Column {
    kTenant,
    kCall,
    kTrunk,
    kCaller,
    kCalled,
    kSipCallId,
    kArrivedAt,
    kResult,
    kQueue,
    kAgent,
    kAnsweredAt,
    kQueuedAt,
    kLeftQueueAt,
    kTalkStartedAt,
    kEndedAt,
    kWaitMs,
    kRingMs,
    kTalkMs,
    kWrapUpMs,
    kEndedBy,
    kCause,
    kDigits,
    kHasRecording,
    kRecordingMs,
    kRecordingError,
    kQueueOutcome,
    kRecordingPath,
    kLegs,
    kEventSeqs,
    kDirection,
    kDivertedFrom,
    kHoldMs,
    kTransfers,
    kConference,
    kFlowResults,
    kTimeLine,
    kHasVoicemail
};

/// LEB128 of the differences: two octets an event instead of eight.
std::string pack(const std::vector<std::uint64_t>& seqs) {
    std::string out;
    std::uint64_t before = 0;
    for (const std::uint64_t seq : seqs) {
        std::uint64_t step = seq - before;
        before = seq;
        for (; step >= 128; step >>= 7) out += static_cast<char>(step | 128);
        out += static_cast<char>(step);
    }
    return out;
}

std::vector<std::uint64_t> unpack(std::string_view packed) {
    std::vector<std::uint64_t> seqs;
    std::uint64_t seq = 0;
    std::uint64_t step = 0;
    int shift = 0;
    for (const char c : packed) {
        const auto octet = static_cast<unsigned char>(c);
        step |= std::uint64_t{octet & 127u} << shift;
        shift += 7;
        if (octet >= 128) continue;
        seqs.push_back(seq += step);
        step = 0;
        shift = 0;
    }
    return seqs;
}

template <class E>
std::optional<std::string_view> name_of(const std::optional<E>& value) {
    return value ? std::optional(enum_name(*value)) : std::nullopt;
}

template <class E>
std::optional<E> enum_at(const Query& query, int column) {
    return query.is_null(column) ? std::nullopt : enum_value<E>(query.text(column));
}

template <class IdType>
std::optional<IdType> id_at(const Query& query, int column) {
    return query.is_null(column) ? std::nullopt : std::optional(IdType{query.number(column)});
}

milliseconds ms_at(const Query& query, int column) {
    return milliseconds{query.integer(column)};
}

template <class T>
void read_list(std::string_view json, std::vector<T>& out) {
    if (json == "[]") return;  // as most are
    auto list = from_json<std::vector<T>>(json);
    if (list.has_value()) out = std::move(*list);
}

/// Binds the 26 columns that an update without indexed ones sets, after those bound already, and
/// runs.
void bind_rest_and_run(Query& query, const CallEntry& entry) {
    const CallRecord& r = entry.record;
    const std::string legs = to_json(r.legs);
    const std::string seqs = pack(entry.seqs);
    const std::string results = to_json(r.flow_results);
    const std::string time_line = to_json(r.time_line);
    query.bind(r.answered_at, r.queued_at, r.left_queue_at, r.talk_started_at, r.ended_at)
        .bind(r.wait_ms, r.ring_ms, r.talk_ms, r.wrap_up_ms, name_of(r.ended_by), name_of(r.cause),
              r.digits)
        .bind(int{r.has_recording}, r.recording_ms, r.recording_error)
        .bind(name_of(entry.queue_outcome), entry.recording_path, legs, Blob{seqs})
        .bind(r.trunk, r.hold_ms, r.transfers, r.conference, results, time_line,
              int{entry.has_voicemail})
        .run();
}

}  // namespace

IndexedColumns indexed_columns(const CallRecord& record) {
    return {record.result, record.queue, record.agent};
}

void insert_row(Connection& connection, const CallEntry& entry) {
    const CallRecord& r = entry.record;
    // The order of the values is that of the columns; their numbers are those of the binding: first
    // what never changes, then the indexed, then bind_rest_and_run().
    Query query(connection,
                "INSERT INTO calls(" SEATLINE_CALL_COLUMNS
                ") VALUES (?1,?2,?31,?3,?4,?5,?6,?7,?8,?9,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,"
                "?22,?23,?24,?25,?26,?27,?28,?29,?30,?10,?11,?32,?33,?34,?35,?36,?37)");
    query.bind(r.tenant, r.call, r.caller, r.called, r.sip_call_id, r.arrived_at,
               enum_name(r.result), r.queue, r.agent, enum_name(r.direction), r.diverted_from);
    bind_rest_and_run(query, entry);
    if (entry.recordings_changed) write_recordings(connection, entry);
}

#define SEATLINE_SET_REST                                                                      \
    "answered_at=?3, queued_at=?4, left_queue_at=?5, talk_started_at=?6, ended_at=?7, "        \
    "wait_ms=?8, ring_ms=?9, "                                                                 \
    "talk_ms=?10, wrap_up_ms=?11, ended_by=?12, cause=?13, digits=?14, has_recording=?15, "    \
    "recording_ms=?16, "                                                                       \
    "recording_error=?17, queue_outcome=?18, recording_path=?19, legs=?20, event_seqs=?21, "   \
    "trunk=?22, hold_ms=?23, transfers=?24, conference=?25, flow_results=?26, time_line=?27, " \
    "has_voicemail=?28"

void update_row(Connection& connection, const CallEntry& entry, const IndexedColumns& stored) {
    const CallRecord& r = entry.record;
    if (indexed_columns(r) != stored) {
        // Only then: SQLite takes a row out of and into every index whose columns a SET names,
        // changed or not.
        Query(connection,
              "UPDATE calls SET result=?3, queue=?4, agent=?5 WHERE tenant=?1 AND call=?2")
            .bind(r.tenant, r.call, enum_name(r.result), r.queue, r.agent)
            .run();
    }
    Query query(connection, "UPDATE calls SET " SEATLINE_SET_REST " WHERE tenant=?1 AND call=?2");
    query.bind(r.tenant, r.call);
    bind_rest_and_run(query, entry);
    if (entry.recordings_changed) write_recordings(connection, entry);
}

CallRecord read_record(const Query& query) {
    CallRecord r;
    r.tenant = TenantId{query.number(kTenant)};
    r.call = CallId{query.number(kCall)};
    r.trunk = TrunkId{query.number(kTrunk)};
    r.caller = query.text(kCaller);
    r.called = query.text(kCalled);
    r.sip_call_id = query.text(kSipCallId);
    r.arrived_at = query.instant(kArrivedAt);
    r.result = enum_at<CallResult>(query, kResult).value_or(CallResult::failed);
    r.queue = id_at<QueueId>(query, kQueue);
    r.agent = id_at<AgentId>(query, kAgent);
    r.answered_at = query.optional_instant(kAnsweredAt);
    r.queued_at = query.optional_instant(kQueuedAt);
    r.left_queue_at = query.optional_instant(kLeftQueueAt);
    r.talk_started_at = query.optional_instant(kTalkStartedAt);
    r.ended_at = query.optional_instant(kEndedAt);
    r.wait_ms = ms_at(query, kWaitMs);
    r.ring_ms = ms_at(query, kRingMs);
    r.talk_ms = ms_at(query, kTalkMs);
    r.wrap_up_ms = ms_at(query, kWrapUpMs);
    r.ended_by = enum_at<Party>(query, kEndedBy);
    r.cause = enum_at<EndCause>(query, kCause);
    r.digits = query.text(kDigits);
    r.has_recording = query.integer(kHasRecording) != 0;
    r.recording_ms = ms_at(query, kRecordingMs);
    r.recording_error = query.text(kRecordingError);
    r.direction = enum_at<CallDirection>(query, kDirection).value_or(CallDirection::inbound);
    r.diverted_from = query.text(kDivertedFrom);
    r.hold_ms = ms_at(query, kHoldMs);
    r.transfers = static_cast<std::uint32_t>(query.number(kTransfers));
    r.conference = id_at<CallId>(query, kConference);
    read_list(query.text(kFlowResults), r.flow_results);
    return r;
}

CallEntry read_entry(Connection& connection, const Query& query) {
    CallEntry entry;
    entry.record = read_record(query);
    entry.queue_outcome = enum_at<QueueOutcome>(query, kQueueOutcome);
    entry.recording_path = query.text(kRecordingPath);
    read_list(query.text(kLegs), entry.record.legs);
    read_list(query.text(kTimeLine), entry.record.time_line);
    entry.has_voicemail = query.integer(kHasVoicemail) != 0;
    entry.seqs = unpack(query.text(kEventSeqs));
    load_recordings(connection, entry);
    return entry;
}

std::optional<CallEntry> load_entry(Connection& connection, TenantId tenant, CallId call) {
    Query query(connection,
                "SELECT " SEATLINE_CALL_COLUMNS " FROM calls WHERE tenant=?1 AND call=?2");
    query.bind(tenant, call);
    return query.next() ? std::optional(read_entry(connection, query)) : std::nullopt;
}

}  // namespace seatline::store
