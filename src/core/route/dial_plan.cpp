#include "core/route/dial_plan.h"

#include <algorithm>

namespace seatline::core {
namespace {

Error not_found(std::string reason) {
    return {"not_found", "number", std::move(reason)};
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

Result<void> check_outside_number(std::string_view text) {
    const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
    if (digits.empty()) return invalid("number", "is empty: dial digits, perhaps after a +");
    if (!std::ranges::all_of(digits, is_digit)) {
        return invalid("number", "may hold digits only, perhaps after a +");
    }
    if (digits.size() > kMaxOutsideDigits) {
        return invalid("number", "has more than " + std::to_string(kMaxOutsideDigits) + " digits");
    }
    return {};
}

DialPlan::DialPlan(const Directory& directory) {
    for (const Agent& agent : directory.agents) {
        names_[agent.tenant].try_emplace(agent.number,
                                         Target{TargetKind::agent, agent.id.value, {}});
    }
    for (const ConferenceRoom& room : directory.conferences) {
        names_[room.tenant].try_emplace(room.number,
                                        Target{TargetKind::conference, room.id.value, {}});
    }
    for (const Mailbox& mailbox : directory.mailboxes) {
        if (!mailbox.number.empty())
            names_[mailbox.tenant].try_emplace(mailbox.number, ListenToMailbox{mailbox.id});
        if (mailbox.agent) mailboxes_.try_emplace(*mailbox.agent, mailbox.id);
    }
    for (const Number& number : directory.numbers) {
        names_[number.tenant].try_emplace(number.number,
                                          Target{TargetKind::flow, number.flow.value, {}});
    }
}

const DialPlanResult* DialPlan::find(TenantId tenant, std::string_view digits) const {
    const auto names = names_.find(tenant);
    if (names == names_.end()) return nullptr;
    const auto found = names->second.find(digits);
    return found == names->second.end() ? nullptr : &found->second;
}

MailboxId DialPlan::mailbox_of(AgentId agent) const {
    const auto found = mailboxes_.find(agent);
    return found == mailboxes_.end() ? MailboxId{} : found->second;
}

Result<DialPlanResult> DialPlan::feature(const Agent& from, std::string_view code) const {
    if (code == kOwnMailboxCode) {
        const MailboxId mailbox = mailbox_of(from.id);
        if (!mailbox) return not_found("agent " + from.number + " has no mailbox");
        return ListenToMailbox{mailbox};
    }
    if (!code.starts_with(kPickUpCode)) {
        return not_found(
            "there is no such feature code: *8 picks up what rings, *8 and an agent number what "
            "rings there, *97 is the own mailbox");
    }
    const std::string_view number = code.substr(kPickUpCode.size());
    if (number.empty()) return PickUpCode{};
    const DialPlanResult* found = find(from.tenant, number);
    const Target* target = found != nullptr ? std::get_if<Target>(found) : nullptr;
    if (target == nullptr || target->kind != TargetKind::agent)
        return not_found("there is no agent " + std::string(number));
    return PickUpCode{AgentId{target->id}};
}

Result<DialPlanResult> DialPlan::resolve(const Agent& from, std::string_view digits) const {
    if (digits.starts_with('*')) return feature(from, digits);
    if (const DialPlanResult* found = find(from.tenant, digits)) return *found;
    if (auto r = check_outside_number(digits); r.has_error()) return r.error();
    return Target{TargetKind::number, 0, std::string(digits)};
}

Result<Target> DialPlan::forward(const Agent& from, std::string_view text) const {
    if (text == kForwardToVoicemail) {
        const MailboxId mailbox = mailbox_of(from.id);
        if (!mailbox) return not_found("agent " + from.number + " has no mailbox");
        return Target{TargetKind::mailbox, mailbox.value, {}};
    }
    if (text.starts_with('*')) return invalid("number", "calls can't be forwarded to a code");
    auto found = resolve(from, text);
    if (found.has_error()) return found.error();
    if (const auto* listen = std::get_if<ListenToMailbox>(&*found))
        return Target{TargetKind::mailbox, listen->mailbox.value, {}};
    Target target = std::get<Target>(*found);
    if (target.kind == TargetKind::agent && target.id == from.id.value)
        return invalid("number", "calls can't be forwarded to the agent who forwards them");
    return target;
}

}  // namespace seatline::core
