#include "store/sqlite/sqlite.h"

#include <sqlite3.h>

#include "base/result.h"

namespace seatline::store {

bool SqliteError::is_constraint() const {
    return (code_ & 0xFF) == SQLITE_CONSTRAINT;
}

Connection::Connection(const std::string& path, Mode mode, milliseconds busy_wait) {
    const int flags =
        SQLITE_OPEN_NOMUTEX |
        (mode == Mode::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
    if (const int rc = sqlite3_open_v2(path.c_str(), &db_, flags, nullptr); rc != SQLITE_OK) {
        const SqliteError error(rc, path + ": " + sqlite3_errstr(rc));
        sqlite3_close(db_);
        throw error;
    }
    sqlite3_extended_result_codes(db_, 1);
    sqlite3_busy_timeout(db_, static_cast<int>(busy_wait.count()));
    try {
        if (mode == Mode::write) {
            execute(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA "
                "wal_autocheckpoint=4000;"
                "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-32768; PRAGMA "
                "temp_store=MEMORY");
        }
    } catch (...) {
        sqlite3_close(db_);
        throw;
    }
}

Connection::~Connection() {
    for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    const int rc = sqlite3_close(db_);
    SEATLINE_ASSERT(rc == SQLITE_OK);
}

void Connection::execute(const std::string& sql) {
    if (const int rc = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr); rc != SQLITE_OK)
        fail(rc);
}

sqlite3_stmt* Connection::prepare(const char* sql) {
    sqlite3_stmt*& statement = statements_[sql];
    if (statement == nullptr) {
        const int rc =
            sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        if (rc != SQLITE_OK) fail(rc);
    }
    SEATLINE_ASSERT(sqlite3_stmt_busy(statement) == 0);
    return statement;
}

void Connection::fail(int code) const {
    const char* path = sqlite3_db_filename(db_, "main");
    throw SqliteError(code, std::string(path != nullptr ? path : "") + ": " + sqlite3_errmsg(db_));
}

Transaction::~Transaction() {
    if (done_) return;
    try {
        connection_.execute("ROLLBACK");
    } catch (const SqliteError&) {
        // SQLite has rolled back on its own (disk full, I/O error): there is no transaction to end.
    }
}

Query::~Query() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

bool Query::next() {
    const int rc = sqlite3_step(statement_);
    if (rc == SQLITE_ROW) return true;
    if (rc != SQLITE_DONE) connection_.fail(rc);
    return false;
}

std::int64_t Query::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::string_view Query::text(int column) const {
    const void* octets = sqlite3_column_blob(statement_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return size == 0 ? std::string_view()
                     : std::string_view(static_cast<const char*>(octets), size);
}

bool Query::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void Query::put(int index, std::int64_t value) {
    sqlite3_bind_int64(statement_, index, value);
}

void Query::put(int index, std::string_view value) {
    const char* data = value.data() != nullptr ? value.data() : "";
    sqlite3_bind_text(statement_, index, data, static_cast<int>(value.size()), SQLITE_STATIC);
}

void Query::put(int index, Blob value) {
    const char* data = value.octets.data() != nullptr ? value.octets.data() : "";
    sqlite3_bind_blob(statement_, index, data, static_cast<int>(value.octets.size()),
                      SQLITE_STATIC);
}

void Query::put(int index, std::nullptr_t) {
    sqlite3_bind_null(statement_, index);
}

}  // namespace seatline::store
