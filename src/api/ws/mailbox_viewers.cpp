#include "api/ws/mailbox_viewers.h"

#include <algorithm>

#include "api/auth/rights.h"

namespace seatline::api {

bool may_open(const core::Directory& directory, const core::Mailbox& mailbox,
              const Viewer& viewer) {
    if (viewer.tenant != mailbox.tenant) return false;
    if (may(viewer.role, Right::all_voicemail)) return true;
    if (!viewer.agent) return false;
    if (mailbox.agent) return mailbox.agent == viewer.agent;
    if (!mailbox.queue) return false;
    const auto agent = std::ranges::find(directory.agents, *viewer.agent, &core::Agent::id);
    const auto queue = std::ranges::find(directory.queues, *mailbox.queue, &core::Queue::id);
    return agent != directory.agents.end() && queue != directory.queues.end() &&
           std::ranges::find(agent->skills, queue->skill) != agent->skills.end();
}

}  // namespace seatline::api
