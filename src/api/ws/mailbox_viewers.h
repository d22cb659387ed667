#pragma once
// The one rule of who may open a voicemail box: its tenant's supervisors and admins, its agent, or
// the agents whose skills serve its queue.
#include "api/ws/live_client.h"
#include "core/engine/directory.h"

namespace seatline::api {

[[nodiscard]] bool may_open(const core::Directory& directory, const core::Mailbox& mailbox,
                            const Viewer& viewer);

}  // namespace seatline::api
