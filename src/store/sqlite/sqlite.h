#pragma once
// A thin wrapper of the SQLite C library: connections with a cache of prepared statements, typed
// bind and read. SqliteError is thrown inside src/store only; Database turns it into an Error or a
// log line. A Connection belongs to one thread at a time.
#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/id.h"
#include "base/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace seatline::store {

class SqliteError : public std::runtime_error {
public:
    SqliteError(int code, const std::string& text) : std::runtime_error(text), code_(code) {}
    [[nodiscard]] bool is_constraint() const;

private:
    int code_;
};

class Connection {
public:
    enum class Mode { write, read };
    /// Opens (Mode::write: or makes) the file; WAL, synchronous NORMAL. Waits up to `busy_wait` for
    /// another's lock.
    Connection(const std::string& path, Mode mode, milliseconds busy_wait);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Runs statements without results.
    void execute(const std::string& sql);

private:
    friend class Query;
    sqlite3_stmt* prepare(const char* sql);
    [[noreturn]] void fail(int code) const;

    sqlite3* db_ = nullptr;
    std::unordered_map<const void*, sqlite3_stmt*> statements_;  ///< by the literal's address
};

/// All or nothing: rolls back unless commit() was reached.
class Transaction {
public:
    explicit Transaction(Connection& connection) : connection_(connection) {
        connection_.execute("BEGIN IMMEDIATE");
    }
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit() {
        connection_.execute("COMMIT");
        done_ = true;
    }

private:
    Connection& connection_;
    bool done_ = false;
};

struct Blob {
    std::string_view octets;
};

/// One run of a statement; the statement is reset at the end of its life. `sql` must be a string
/// literal (or live as long as the connection): the cache knows it by its address.
class Query {
public:
    Query(Connection& connection, const char* sql)
        : connection_(connection), statement_(connection.prepare(sql)) {}
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    /// Binds the values to ?1, ?2 ... Texts must live until the run ends.
    template <class... Values>
    Query& bind(const Values&... values) {
        (put(++bound_, values), ...);
        return *this;
    }
    /// Moves to the next row; false: no more.
    bool next();
    void run() {
        while (next()) {
        }
    }

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string_view text(int column) const;  ///< lives until next(); also of a blob
    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::uint64_t number(int column) const {
        return static_cast<std::uint64_t>(integer(column));
    }
    [[nodiscard]] Instant instant(int column) const { return from_unix_us(integer(column)); }
    [[nodiscard]] std::optional<Instant> optional_instant(int column) const {
        return is_null(column) ? std::nullopt : std::optional(instant(column));
    }

private:
    void put(int index, std::int64_t value);
    void put(int index, std::string_view value);
    void put(int index, Blob value);
    void put(int index, std::nullptr_t);
    void put(int index, const std::string& value) { put(index, std::string_view(value)); }
    void put(int index, const char* value) { put(index, std::string_view(value)); }
    void put(int index, Instant value) { put(index, to_unix_us(value)); }
    void put(int index, milliseconds value) { put(index, std::int64_t{value.count()}); }
    template <std::integral Int>
    void put(int index, Int value) {
        put(index, static_cast<std::int64_t>(value));
    }
    template <class Tag>
    void put(int index, Id<Tag> id) {
        put(index, static_cast<std::int64_t>(id.value));
    }
    template <class T>
    void put(int index, const std::optional<T>& value) {
        value ? put(index, *value) : put(index, nullptr);
    }

    Connection& connection_;
    sqlite3_stmt* statement_;
    int bound_ = 0;
};

}  // namespace seatline::store
