#pragma once
// What a seat may do (spec.md B1, B2). An inbound seat works within the center and never reaches a
// number outside, joins no three-way call and takes no call that rings elsewhere; a two-way seat
// may do all of it. What is about another agent needs a supervisor, of either kind. Pure and
// without state; whether the moment is right (somebody is there to be held) is not asked here.
#include <optional>

#include "base/result.h"
#include "core/engine/directory.h"
#include "core/engine/input.h"
#include "core/route/dial_plan.h"

namespace seatline::core {

/// Why `agent` may not do this; none: it may. `target` is what transfer, consult and dial are aimed
/// at. Errors: not_allowed, field "target" when another target would do, else "action".
[[nodiscard]] std::optional<Error> refusal(const Agent& agent, AgentRequestKind kind,
                                           std::optional<TargetKind> target = {});

/// The same for set_forward: every forward that is set must lead somewhere by the dial plan, and an
/// inbound seat's must stay within the center. Errors: the dial plan's, not_allowed; field
/// "forward.always", "forward.on_busy" or "forward.on_no_answer".
[[nodiscard]] std::optional<Error> forward_refusal(const Agent& agent,
                                                   const AgentForwardSet& forward,
                                                   const DialPlan& plan);

/// Whether this is something that only a supervisor does, about another agent.
[[nodiscard]] bool is_of_supervisor(AgentRequestKind kind);

}  // namespace seatline::core
