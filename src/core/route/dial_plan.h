#pragma once
// What dialled digits mean within a tenant: a colleague, a conference, a mailbox, a feature code, a
// service number of the tenant's own, else a number outside. Built once from a checked Directory;
// each answer costs one or two hash look-ups. No tenant sees another's numbers: those are outside
// numbers like all others.
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "base/result.h"
#include "core/engine/directory.h"

namespace seatline::core {

/// "*8" and "*8<agent number>": the call that rings at `agent`, or, with agent 0, the one that
/// rings longest at any agent of the dialling agent's queues.
struct PickUpCode {
    AgentId agent;
    friend bool operator==(const PickUpCode&, const PickUpCode&) = default;
};
/// "*97" and a mailbox's number: messages are listened to, none is left.
struct ListenToMailbox {
    MailboxId mailbox;
    friend bool operator==(const ListenToMailbox&, const ListenToMailbox&) = default;
};

/// A Target of kind agent, flow (a service number of the tenant's own), conference or number.
using DialPlanResult = std::variant<Target, PickUpCode, ListenToMailbox>;

inline constexpr std::size_t kMaxOutsideDigits = 20;
inline constexpr std::string_view kPickUpCode = "*8";
inline constexpr std::string_view kOwnMailboxCode = "*97";
/// What is written into a forward to send calls to the agent's mailbox.
inline constexpr std::string_view kForwardToVoicemail = "voicemail";

class DialPlan {
public:
    /// Copies what it needs; of numbers used twice the first of agents, conferences, mailboxes,
    /// service numbers counts (check(Directory) leaves none).
    explicit DialPlan(const Directory& directory);

    /// `from`: whose feature codes these are. Errors, field "number": "invalid" for what is no
    /// number (empty, other signs than digits and a leading +, more than 20 digits), "not_found"
    /// for an unknown feature code, agent or an own mailbox that there is none of.
    [[nodiscard]] Result<DialPlanResult> resolve(const Agent& from, std::string_view digits) const;

    /// Where one of `from`'s forwards leads: "voicemail" or digits; never empty. Feature codes and
    /// the own number are refused. Errors, field "number": as above, and "invalid".
    [[nodiscard]] Result<Target> forward(const Agent& from, std::string_view text) const;

    /// The agent's own mailbox; 0: none.
    [[nodiscard]] MailboxId mailbox_of(AgentId agent) const;

private:
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };
    using Names = std::unordered_map<std::string, DialPlanResult, TextHash, std::equal_to<>>;

    [[nodiscard]] const DialPlanResult* find(TenantId tenant, std::string_view digits) const;
    [[nodiscard]] Result<DialPlanResult> feature(const Agent& from, std::string_view code) const;

    std::unordered_map<TenantId, Names> names_;
    std::unordered_map<AgentId, MailboxId> mailboxes_;
};

/// Whether `text` is digits, perhaps after one +, 1 to 20 of them. Errors: invalid, field "number".
[[nodiscard]] Result<void> check_outside_number(std::string_view text);

}  // namespace seatline::core
