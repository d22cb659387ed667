#include "store/migrations/migrations.h"

#include <array>

namespace seatline::store {
namespace {

struct Migration {
    const char* name;
    const char* sql;
};

constexpr std::array kMigrations{
    Migration{"first tables", R"sql(
-- Times are microseconds since 1970 UTC, durations milliseconds. All keys begin with the tenant, but for the index by
-- result, which also finds the calls in progress of all tenants at start.
CREATE TABLE progress(            -- one row: how far the projections are
    id INTEGER PRIMARY KEY CHECK (id = 1),
    applied_seq INTEGER NOT NULL, -- events up to here are in all tables, but for
    replay_from INTEGER NOT NULL  -- events of calls from here on: not yet in `calls`
) STRICT;
INSERT INTO progress VALUES (1, 0, 1);

CREATE TABLE calls(
    tenant INTEGER NOT NULL, call INTEGER NOT NULL, trunk INTEGER NOT NULL,
    caller TEXT NOT NULL, called TEXT NOT NULL, sip_call_id TEXT NOT NULL,
    arrived_at INTEGER NOT NULL, result TEXT NOT NULL, queue INTEGER, agent INTEGER,
    answered_at INTEGER, queued_at INTEGER, left_queue_at INTEGER, talk_started_at INTEGER, ended_at INTEGER,
    wait_ms INTEGER NOT NULL, ring_ms INTEGER NOT NULL, talk_ms INTEGER NOT NULL, wrap_up_ms INTEGER NOT NULL,
    ended_by TEXT, cause TEXT, queue_outcome TEXT, digits TEXT NOT NULL,
    recording_path TEXT NOT NULL, has_recording INTEGER NOT NULL, recording_ms INTEGER NOT NULL,
    recording_error TEXT NOT NULL,
    legs TEXT NOT NULL,           -- JSON list of LegRecord
    event_seqs BLOB NOT NULL,     -- numbers of the call's events in the journal: LEB128 differences
    PRIMARY KEY (tenant, call)
) STRICT, WITHOUT ROWID;
CREATE INDEX calls_by_time ON calls(tenant, arrived_at, call);
CREATE INDEX calls_by_caller ON calls(tenant, caller, arrived_at, call);
CREATE INDEX calls_by_called ON calls(tenant, called, arrived_at, call);
CREATE INDEX calls_by_queue ON calls(tenant, queue, arrived_at, call) WHERE queue IS NOT NULL;
CREATE INDEX calls_by_agent ON calls(tenant, agent, arrived_at, call) WHERE agent IS NOT NULL;
CREATE INDEX calls_by_result ON calls(result, tenant, arrived_at, call);

CREATE TABLE agent_intervals(     -- intervals that have ended
    tenant INTEGER NOT NULL, agent INTEGER NOT NULL, from_at INTEGER NOT NULL, seq INTEGER NOT NULL,
    to_at INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, call INTEGER NOT NULL,
    PRIMARY KEY (tenant, agent, from_at, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE agent_now(           -- the interval that each agent is in
    tenant INTEGER NOT NULL, agent INTEGER NOT NULL, from_at INTEGER NOT NULL, seq INTEGER NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL, call INTEGER NOT NULL,
    PRIMARY KEY (tenant, agent)
) STRICT, WITHOUT ROWID;

CREATE TABLE queue_quarters(      -- by the quarter of an hour in which the call was queued
    tenant INTEGER NOT NULL, queue INTEGER NOT NULL, quarter_at INTEGER NOT NULL,
    offered INTEGER NOT NULL, answered INTEGER NOT NULL, answered_in_level INTEGER NOT NULL,
    abandoned INTEGER NOT NULL, left_otherwise INTEGER NOT NULL,
    wait_ms INTEGER NOT NULL, talk_ms INTEGER NOT NULL, wrap_up_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, queue, quarter_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE users(
    id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, user_name TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL, role TEXT NOT NULL, agent INTEGER, disabled INTEGER NOT NULL
) STRICT;
CREATE TABLE audit(
    id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, at INTEGER NOT NULL, user_name TEXT NOT NULL,
    source_address TEXT NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL, detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_time ON audit(tenant, at);
)sql"},
    Migration{"call control, recordings, voicemail", R"sql(
ALTER TABLE calls ADD COLUMN direction TEXT NOT NULL DEFAULT 'inbound';
ALTER TABLE calls ADD COLUMN diverted_from TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN hold_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN transfers INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN conference INTEGER;
ALTER TABLE calls ADD COLUMN flow_results TEXT NOT NULL DEFAULT '[]'; -- JSON list of NamedValue
ALTER TABLE calls ADD COLUMN time_line TEXT NOT NULL DEFAULT '[]';    -- JSON list of PlaceRecord
ALTER TABLE calls ADD COLUMN has_voicemail INTEGER NOT NULL DEFAULT 0;
-- Inbound ones are found by time: they are the many.
CREATE INDEX calls_by_direction ON calls(tenant, direction, arrived_at, call)
    WHERE direction <> 'inbound';

CREATE TABLE recordings(          -- written with the row of their call
    tenant INTEGER NOT NULL, recording INTEGER NOT NULL, call INTEGER NOT NULL, kind TEXT NOT NULL,
    path TEXT NOT NULL, started_at INTEGER NOT NULL, is_finished INTEGER NOT NULL,
    length_ms INTEGER NOT NULL, octets INTEGER NOT NULL, error TEXT NOT NULL, codec TEXT NOT NULL,
    encrypted INTEGER NOT NULL, stored_seq INTEGER NOT NULL, deleted_at INTEGER,
    pauses TEXT NOT NULL,         -- JSON list of PauseRecord
    PRIMARY KEY (tenant, recording)
) STRICT, WITHOUT ROWID;
CREATE INDEX recordings_by_call ON recordings(tenant, call, started_at);
CREATE INDEX recordings_by_age ON recordings(tenant, started_at)
    WHERE is_finished = 1 AND deleted_at IS NULL AND kind <> 'voicemail';
CREATE INDEX recordings_to_archive ON recordings(tenant, recording)
    WHERE is_finished = 1 AND deleted_at IS NULL AND kind <> 'voicemail' AND stored_seq = 0
        AND octets > 0;
CREATE INDEX recordings_by_archiving ON recordings(stored_seq) WHERE stored_seq > 0;
-- Calls had one recording without a number of its own: it takes the call's.
INSERT INTO recordings SELECT tenant, call, call, 'call', recording_path,
    coalesce(talk_started_at, arrived_at), ended_at IS NOT NULL, recording_ms,
    iif(has_recording, 44 + 32 * recording_ms, 0), recording_error, 'pcm', 0, 0, NULL, '[]'
    FROM calls WHERE recording_path <> '';

CREATE TABLE deletions(           -- the deletion log
    tenant INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, call INTEGER NOT NULL,
    recording INTEGER NOT NULL, path TEXT NOT NULL, reason TEXT NOT NULL, by TEXT NOT NULL,
    PRIMARY KEY (tenant, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX deletions_by_time ON deletions(tenant, at, seq);

CREATE TABLE voicemails(
    tenant INTEGER NOT NULL, mailbox INTEGER NOT NULL, message INTEGER NOT NULL,
    call INTEGER NOT NULL, caller TEXT NOT NULL, path TEXT NOT NULL, left_at INTEGER NOT NULL,
    length_ms INTEGER NOT NULL, heard_at INTEGER, heard_by INTEGER NOT NULL,
    deleted_at INTEGER, deleted_by INTEGER NOT NULL,
    PRIMARY KEY (tenant, mailbox, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX voicemails_kept ON voicemails(tenant, mailbox, message) WHERE deleted_at IS NULL;

CREATE TABLE agent_settings(
    tenant INTEGER NOT NULL, agent INTEGER NOT NULL, forward_always TEXT NOT NULL,
    forward_on_busy TEXT NOT NULL, forward_on_no_answer TEXT NOT NULL,
    PRIMARY KEY (tenant, agent)
) STRICT, WITHOUT ROWID;
)sql"},
};

}  // namespace

Result<void> migrate(Connection& connection) {
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migrations(number INTEGER PRIMARY KEY, name TEXT NOT NULL) "
        "STRICT");
    std::size_t version = 0;
    {
        Query query(connection, "PRAGMA user_version");
        if (query.next()) version = query.number(0);
    }
    if (version > kMigrations.size()) {
        return Error{
            "unavailable", "data",
            "seatline.sqlite was written by a newer version of seatline (its shape is number " +
                std::to_string(version) + ", this program knows " +
                std::to_string(kMigrations.size()) + ")"};
    }
    for (std::size_t i = version; i < kMigrations.size(); ++i) {
        Transaction transaction(connection);
        connection.execute(kMigrations[i].sql);
        Query(connection, "INSERT INTO migrations VALUES (?1, ?2)")
            .bind(i + 1, kMigrations[i].name)
            .run();
        connection.execute("PRAGMA user_version=" + std::to_string(i + 1));
        transaction.commit();
    }
    return {};
}

void clear_projections(Connection& connection) {
    Transaction transaction(connection);
    connection.execute(
        "DELETE FROM calls; DELETE FROM agent_intervals; DELETE FROM agent_now; DELETE FROM "
        "queue_quarters; DELETE FROM recordings; DELETE FROM deletions; DELETE FROM voicemails; "
        "DELETE FROM agent_settings;"
        "UPDATE progress SET applied_seq = 0, replay_from = 1");
    transaction.commit();
}

}  // namespace seatline::store
