#include "api/resource/agent_command.h"

#include <algorithm>

#include "api/resource/agent_access.h"
#include "base/json.h"

namespace seatline::api {
namespace {

using Kind = core::AgentRequestKind;

enum Member : unsigned { kReason = 1, kTarget = 2, kOther = 4, kDigits = 8, kForward = 16 };

struct Rule {
    AgentAction action;
    Kind kind;
    unsigned takes = 0;  ///< Member; all but kReason are also needed
};

constexpr std::array kRules{
    Rule{AgentAction::sign_in, Kind::sign_in},
    Rule{AgentAction::sign_out, Kind::sign_out},
    Rule{AgentAction::idle, Kind::idle},
    Rule{AgentAction::busy, Kind::busy, kReason},
    Rule{AgentAction::hang_up, Kind::hang_up},
    Rule{AgentAction::hold, Kind::hold},
    Rule{AgentAction::resume, Kind::resume},
    Rule{AgentAction::transfer, Kind::transfer, kTarget},
    Rule{AgentAction::consult, Kind::consult, kTarget},
    Rule{AgentAction::swap, Kind::swap},
    Rule{AgentAction::complete, Kind::complete},
    Rule{AgentAction::cancel, Kind::cancel},
    Rule{AgentAction::join, Kind::join},
    Rule{AgentAction::dial, Kind::dial, kTarget},
    Rule{AgentAction::pick_up, Kind::pick_up, kOther},
    Rule{AgentAction::to_flow, Kind::to_flow, kTarget},
    Rule{AgentAction::record, Kind::record},
    Rule{AgentAction::stop_record, Kind::stop_record},
    Rule{AgentAction::pause_record, Kind::pause_record},
    Rule{AgentAction::resume_record, Kind::resume_record},
    Rule{AgentAction::send_digits, Kind::send_digits, kDigits},
    Rule{AgentAction::set_forward, Kind::set_forward, kForward},
};

const Rule& rule_of(AgentAction action) {
    const auto rule = std::ranges::find(kRules, action, &Rule::action);
    SEATLINE_ASSERT(rule != kRules.end());
    return *rule;
}

/// No member may be set that the action does not take: it would be a misunderstanding.
Result<void> check_members(const AgentCommand& command, const Rule& rule) {
    struct Given {
        const char* name;
        bool set;
        unsigned member;
    };
    for (const auto& given : {Given{"reason", !command.reason.empty(), kReason},
                              Given{"target", command.target.has_value(), kTarget},
                              Given{"number", !command.number.empty(), kTarget},
                              Given{"agent", command.agent.has_value(), kOther},
                              Given{"call", command.call.has_value(), kOther},
                              Given{"digits", !command.digits.empty(), kDigits},
                              Given{"forward", command.forward.has_value(), kForward}}) {
        if (given.set && (rule.takes & given.member) == 0) {
            return invalid(given.name,
                           "does not go with the action " + std::string(enum_name(rule.action)));
        }
    }
    return {};
}

/// Whether the tenant has a thing of this id.
bool is_known(core::TargetKind kind, std::uint64_t id, TenantId tenant,
              const core::Directory& directory) {
    const auto among = [&](const auto& things) {
        return std::ranges::any_of(things, [&](const auto& thing) {
            return thing.tenant == tenant && thing.id.value == id;
        });
    };
    switch (kind) {
        case core::TargetKind::agent:
            return among(directory.agents);
        case core::TargetKind::queue:
            return among(directory.queues);
        case core::TargetKind::flow:
            return among(directory.flows);
        case core::TargetKind::mailbox:
            return among(directory.mailboxes);
        case core::TargetKind::conference:
            return among(directory.conferences);
        case core::TargetKind::number:
            return false;
    }
    return false;
}

Error not_dialable(std::string field) {
    return invalid(std::move(field), "must be 1 to 32 digits, * or #, perhaps with + before");
}

Result<core::Target> target_of(const AgentCommand& command, TenantId tenant,
                               const core::Directory& directory) {
    if (command.target && !command.number.empty())
        return invalid("number", "goes in place of target, not with it");
    if (!command.target) {
        if (command.number.empty()) return invalid("target", "or number is needed: where to?");
        if (!is_dialable(command.number)) return not_dialable("number");
        return core::Target{core::TargetKind::number, 0, command.number};
    }
    const CallTarget& target = *command.target;
    if (command.action == AgentAction::to_flow && target.kind != core::TargetKind::flow)
        return invalid("target.kind", "must be flow");
    if (target.kind == core::TargetKind::number) {
        if (target.id) return invalid("target.id", "does not go with the kind number");
        if (!is_dialable(target.number)) return not_dialable("target.number");
        return core::Target{target.kind, 0, target.number};
    }
    if (!target.number.empty()) return invalid("target.number", "goes only with the kind number");
    if (!target.id) return invalid("target.id", "is missing");
    if (!is_known(target.kind, *target.id, tenant, directory)) {
        return Error{"not_found", "target.id",
                     "there is no such " + std::string(enum_name(target.kind))};
    }
    return core::Target{target.kind, *target.id, {}};
}

Result<core::AgentForwardSet> forward_of(const AgentForward& forward) {
    using Field = std::pair<const char*, const std::string&>;
    for (const auto& [name, value] :
         {Field{"forward.always", forward.always}, Field{"forward.on_busy", forward.on_busy},
          Field{"forward.on_no_answer", forward.on_no_answer}}) {
        if (!value.empty() && value != "voicemail" && !is_dialable(value))
            return invalid(name, "must be a number, \"voicemail\" or empty");
    }
    return core::AgentForwardSet{{}, forward.always, forward.on_busy, forward.on_no_answer};
}

bool are_digits(std::string_view digits) {
    return !digits.empty() && digits.size() <= 64 &&
           digits.find_first_not_of("0123456789*#ABCD") == std::string_view::npos;
}

Result<void> add_other(const AgentCommand& command, const core::Directory& directory,
                       core::AgentRequest& request) {
    if (command.agent.has_value() == command.call.has_value())
        return invalid("agent", "or call is needed: whose call, or which?");
    if (command.agent && find_agent(directory, request.tenant, *command.agent) == nullptr)
        return Error{"not_found", "agent", "there is no such agent"};
    request.other = command.agent.value_or(AgentId{});
    request.call = command.call.value_or(CallId{});
    return {};
}

}  // namespace

bool is_dialable(std::string_view number) {
    if (number.starts_with('+')) number.remove_prefix(1);
    return !number.empty() && number.size() <= 32 &&
           number.find_first_not_of("0123456789*#") == std::string_view::npos;
}

Result<core::AgentRequest> to_agent_request(const AgentCommand& command, TenantId tenant,
                                            const core::Directory& directory) {
    const Rule& rule = rule_of(command.action);
    if (auto fits = check_members(command, rule); fits.has_error()) return fits.error();
    core::AgentRequest request;
    request.tenant = tenant;
    request.kind = rule.kind;
    request.reason = command.reason;
    if (rule.takes & kReason) {
        if (auto known = check_busy_reason(directory, command.reason); known.has_error())
            return known.error();
    }
    if (rule.takes & kTarget) {
        auto target = target_of(command, tenant, directory);
        if (target.has_error()) return target.error();
        request.target = std::move(*target);
    }
    if (rule.takes & kOther) {
        if (auto added = add_other(command, directory, request); added.has_error())
            return added.error();
    }
    if (rule.takes & kDigits) {
        if (!are_digits(command.digits)) return invalid("digits", "must be 1 to 64 of 0-9 * # A-D");
        request.text = command.digits;
    }
    if (rule.takes & kForward) {
        if (!command.forward) return invalid("forward", "is missing");
        auto forward = forward_of(*command.forward);
        if (forward.has_error()) return forward.error();
        request.forward = std::move(*forward);
    }
    return request;
}

std::string describe(const AgentCommand& command) {
    std::string out(enum_name(command.action));
    if (!command.reason.empty()) out += ' ' + command.reason;
    if (!command.number.empty()) out += " to " + command.number;
    if (command.target) {
        out += " to " + std::string(enum_name(command.target->kind)) + ' ' +
               (command.target->id ? std::to_string(*command.target->id) : command.target->number);
    }
    if (command.agent) out += " of agent " + std::to_string(command.agent->value);
    if (command.call) out += " call " + std::to_string(command.call->value);
    if (command.forward) {
        out += " always \"" + command.forward->always + "\", busy \"" + command.forward->on_busy +
               "\", no answer \"" + command.forward->on_no_answer + '"';
    }
    return out;
}

}  // namespace seatline::api
