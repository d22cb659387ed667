#pragma once
// The live board as the tables and the open state make it: what a start of the program begins with.
#include "core/kpi/live_board.h"
#include "store/sqlite/sqlite.h"
#include "store/store.h"

namespace seatline::store {

/// Days begin by each tenant's time zone; an unknown zone counts as UTC (logged). Throws
/// SqliteError.
[[nodiscard]] core::LiveBoard make_live_board(Connection& connection,
                                              const core::Directory& directory,
                                              const Database::OpenState& open, Instant now);

}  // namespace seatline::store
