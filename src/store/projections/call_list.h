#pragma once
// The call list: which index a question walks, and how far. Cost is bounded whatever the history: a
// page examines at most kMaxExamined rows; when filters reject nearly all of them the page is short
// and `next` says where to go on.
//
// A number's prefix has no order by time in any index. So the rows with the prefix are counted
// first, up to kFewMatches: if there are fewer they are fetched and sorted; if there are more, a
// walk by time meets one soon enough.
#include "base/result.h"
#include "core/record/records.h"
#include "store/sqlite/sqlite.h"

namespace seatline::store {

constexpr std::uint32_t kMaxExamined = 20'000;
constexpr std::uint32_t kFewMatches = 2'000;

/// Newest first (arrived_at, then call). Errors: invalid on "limit" or "before". Throws
/// SqliteError.
[[nodiscard]] Result<core::CallPage> list_calls(Connection& connection,
                                                const core::CallQuery& query);

}  // namespace seatline::store
