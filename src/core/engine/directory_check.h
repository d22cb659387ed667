#pragma once
// The parts of check(Directory), a file for each group of resources; only directory.cpp calls them.
// Each looks at its lists whole and names the first wrong field. They run after the ids were found
// unique, in this order.
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "core/engine/directory.h"

namespace seatline::core::directory_check {

/// Everything that is referred to, by id or name.
struct Index {
    explicit Index(const Directory& directory);

    const Directory& d;
    std::unordered_set<TenantId> tenants;
    std::unordered_map<TrunkId, const Trunk*> trunks;
    /// Their tenants:
    std::unordered_map<QueueId, TenantId> queues;
    std::unordered_map<AgentId, TenantId> agents;
    std::unordered_map<FlowId, TenantId> flows;
    std::unordered_map<ConferenceId, TenantId> conferences;
    std::unordered_map<MailboxId, TenantId> mailboxes;
    std::unordered_map<std::string, TenantId> devices;
    std::unordered_map<std::string, TenantId> numbers;
    std::unordered_set<std::string> prompts;

    /// Whether `tenant` has the thing of this id in `list` (queues, agents, ...).
    template <class List, class Key>
    [[nodiscard]] static bool has(const List& list, const Key& key, TenantId tenant) {
        const auto found = list.find(key);
        return found != list.end() && found->second == tenant;
    }
    /// Prompts of the directory, and those that the program brings along.
    [[nodiscard]] bool has_prompt(const std::string& name) const;
};

/// "agents[3].device".
[[nodiscard]] std::string item(const char* list, std::size_t index, const std::string& field);
[[nodiscard]] bool all_digits(std::string_view text);
/// Whether `from` <= `value` <= `to`; seconds.
[[nodiscard]] Result<void> in_range(seconds value, seconds from, seconds to,
                                    const std::string& path);

/// Gateways, tenants of trunks, routes.
[[nodiscard]] Result<void> trunks(const Index& index);
/// Conferences and mailboxes, with their numbers and PINs.
[[nodiscard]] Result<void> rooms(const Index& index);
/// Agents' devices, numbers and forwards; devices' secrets.
[[nodiscard]] Result<void> people(const Index& index);
/// Tenants' settings, record rules, targets of flows.
[[nodiscard]] Result<void> rules(const Index& index);

}  // namespace seatline::core::directory_check
