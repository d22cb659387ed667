#pragma once
// The database's shape, as numbered steps that are run once each; the number reached is in PRAGMA
// user_version and each step is noted in the table `migrations`. A step that exists is never
// changed: add one.
#include "base/result.h"
#include "store/sqlite/sqlite.h"

namespace seatline::store {

/// Brings the database to the newest shape. Errors: unavailable, field "data", when the file is of
/// a newer seatline. Throws SqliteError.
[[nodiscard]] Result<void> migrate(Connection& connection);

/// Empties all projections (never users or audit), so that they are built anew from the journal.
void clear_projections(Connection& connection);

}  // namespace seatline::store
