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
        "queue_quarters;"
        "UPDATE progress SET applied_seq = 0, replay_from = 1");
    transaction.commit();
}

}  // namespace seatline::store
