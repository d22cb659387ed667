#pragma once
// The one rule of who may see a call: its tenant's supervisors and admins, and the agents who
// talked in it (of a transferred call, each of them).
#include "api/http/services.h"

namespace seatline::api {

/// The call that the path names. Errors: not_found, also for calls that this session may not see.
/// Blocking.
[[nodiscard]] Result<core::CallRecord> visible_call(const Exchange& exchange,
                                                    const Services& services);

}  // namespace seatline::api
