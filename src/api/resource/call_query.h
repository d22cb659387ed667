#pragma once
// The filter of the call list, which the export of recordings takes as well.
#include "api/http/services.h"

namespace seatline::api {

/// What the request filters by; an agent's query is for its own calls. Errors: invalid,
/// not_allowed.
[[nodiscard]] Result<core::CallQuery> call_query_of(const Exchange& exchange);

/// All query parameters of it but `limit`.
[[nodiscard]] std::vector<Parameter> call_filter_parameters();

}  // namespace seatline::api
