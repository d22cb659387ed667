#include "core/agent/rights.h"

#include <array>
#include <utility>

namespace seatline::core {
namespace {

constexpr auto kMay = std::optional<Error>{};

Error not_allowed(const char* field, const std::string& what) {
    return {"not_allowed", field,
            "an inbound seat (呼入坐席) may not " + what + "; a two-way seat (双向坐席) may"};
}

/// For inbound seats: what needs a target, and which one it has.
std::optional<Error> inbound_target(AgentRequestKind kind, TargetKind target) {
    if (target == TargetKind::number) {
        switch (kind) {
            case AgentRequestKind::dial:
                return not_allowed("target", "call outside numbers");
            case AgentRequestKind::consult:
                return not_allowed("target", "consult outside numbers");
            default:
                return not_allowed("target", "transfer to outside numbers");
        }
    }
    // Who consults holds a caller meanwhile: a queue would hold that caller for as long as it
    // takes.
    if (kind == AgentRequestKind::consult && target == TargetKind::queue)
        return not_allowed("target", "consult a queue");
    return kMay;
}

std::optional<Error> inbound_refusal(AgentRequestKind kind, std::optional<TargetKind> target) {
    switch (kind) {
        case AgentRequestKind::join:
            return not_allowed("action", "hold three-way calls");
        case AgentRequestKind::pick_up:
            return not_allowed("action", "pick up calls that ring elsewhere");
        case AgentRequestKind::transfer:
        case AgentRequestKind::consult:
        case AgentRequestKind::dial:
            return target ? inbound_target(kind, *target) : kMay;
        default:
            return kMay;
    }
}

}  // namespace

bool is_of_supervisor(AgentRequestKind kind) {
    switch (kind) {
        case AgentRequestKind::listen:
        case AgentRequestKind::whisper:
        case AgentRequestKind::barge_in:
        case AgentRequestKind::take_over:
        case AgentRequestKind::leave:
        case AgentRequestKind::forced_release:
        case AgentRequestKind::forced_sign_out:
        case AgentRequestKind::forced_busy:
        case AgentRequestKind::forced_idle:
            return true;
        case AgentRequestKind::sign_in:
        case AgentRequestKind::sign_out:
        case AgentRequestKind::idle:
        case AgentRequestKind::busy:
        case AgentRequestKind::hang_up:
        case AgentRequestKind::hold:
        case AgentRequestKind::resume:
        case AgentRequestKind::transfer:
        case AgentRequestKind::consult:
        case AgentRequestKind::swap:
        case AgentRequestKind::complete:
        case AgentRequestKind::cancel:
        case AgentRequestKind::join:
        case AgentRequestKind::dial:
        case AgentRequestKind::pick_up:
        case AgentRequestKind::to_flow:
        case AgentRequestKind::record:
        case AgentRequestKind::stop_record:
        case AgentRequestKind::pause_record:
        case AgentRequestKind::resume_record:
        case AgentRequestKind::send_digits:
        case AgentRequestKind::set_forward:
            return false;
    }
    assertion_failed("known kind of request", __FILE__, __LINE__);
}

std::optional<Error> refusal(const Agent& agent, AgentRequestKind kind,
                             std::optional<TargetKind> target) {
    if (is_of_supervisor(kind)) {
        if (agent.supervisor) return kMay;
        return Error{"not_allowed", "action", "only a supervisor may do this"};
    }
    return agent.seat == SeatKind::inbound ? inbound_refusal(kind, target) : kMay;
}

std::optional<Error> forward_refusal(const Agent& agent, const AgentForwardSet& forward,
                                     const DialPlan& plan) {
    const std::array<std::pair<const char*, const std::string*>, 3> parts{
        {{"forward.always", &forward.always},
         {"forward.on_busy", &forward.on_busy},
         {"forward.on_no_answer", &forward.on_no_answer}}};
    for (const auto& [field, text] : parts) {
        if (text->empty()) continue;
        const auto target = plan.forward(agent, *text);
        if (target.has_error()) return Error{target.error().code, field, target.error().reason};
        if (agent.seat == SeatKind::inbound && target->kind == TargetKind::number)
            return not_allowed(field, "forward calls to outside numbers");
    }
    return kMay;
}

}  // namespace seatline::core
