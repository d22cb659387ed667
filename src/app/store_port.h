#pragma once
// What the API reads: the database's records, and the archive's sound, decrypted and decoded for
// those whom the API lets through.
#include <string>

#include "api/ports.h"
#include "archive/key_ring.h"
#include "store/store.h"

namespace seatline::app {

class Archiver;

struct StorePortParts {
    store::Database& database;
    const archive::KeyRing& keys;
    std::string data_folder;  ///< absolute
    /// Null until it runs, and again when it has stopped.
    std::function<Archiver*()> archiver;
};

/// What `parts` refers to outlives the port.
[[nodiscard]] api::StorePort make_store_port(StorePortParts parts);

}  // namespace seatline::app
