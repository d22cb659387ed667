#pragma once
// Where each agent's direct calls go, as the agent has set it last; who has set nothing has what
// the directory says.
#include <map>

#include "api/types.h"
#include "core/engine/event.h"

namespace seatline::api {

/// The event loop's thread only.
class ForwardBook {
public:
    void set(TenantId tenant, const core::AgentForwardSet& forward) {
        forwards_[{tenant, forward.agent}] = {forward.always, forward.on_busy,
                                              forward.on_no_answer};
    }
    void apply(const core::Event& event) {
        if (const auto* forward = std::get_if<core::AgentForwardSet>(&event.body))
            set(event.tenant, *forward);
    }
    [[nodiscard]] AgentForward of(const core::Agent& agent) const {
        const auto found = forwards_.find({agent.tenant, agent.id});
        if (found != forwards_.end()) return found->second;
        return {agent.forward_always, agent.forward_on_busy, agent.forward_on_no_answer};
    }

private:
    std::map<std::pair<TenantId, AgentId>, AgentForward> forwards_;
};

}  // namespace seatline::api
