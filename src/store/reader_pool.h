#pragma once
// Read connections for any number of threads: each read takes one, and gives it back. WAL readers
// see one snapshot a statement and never wait for the writer.
#include <memory>
#include <mutex>
#include <vector>

#include "store/sqlite/sqlite.h"

namespace seatline::store {

class ReaderPool {
public:
    explicit ReaderPool(std::string path) : path_(std::move(path)) {}

    /// A connection for the time of one read. Throws SqliteError.
    class Lease {
    public:
        explicit Lease(ReaderPool& pool) : pool_(pool), connection_(pool.take()) {}
        ~Lease() { pool_.give_back(std::move(connection_)); }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        operator Connection&() { return *connection_; }

    private:
        ReaderPool& pool_;
        std::unique_ptr<Connection> connection_;
    };

private:
    std::unique_ptr<Connection> take() {
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                auto connection = std::move(idle_.back());
                idle_.pop_back();
                return connection;
            }
        }
        return std::make_unique<Connection>(path_, Connection::Mode::read, seconds{5});
    }
    void give_back(std::unique_ptr<Connection> connection) {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(connection));
    }

    const std::string path_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace seatline::store
