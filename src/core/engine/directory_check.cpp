#include "core/engine/directory_check.h"

#include <algorithm>

#include "core/ivr/speech.h"

namespace seatline::core::directory_check {

Index::Index(const Directory& directory) : d(directory) {
    for (const Tenant& x : d.tenants) tenants.insert(x.id);
    for (const Trunk& x : d.trunks) trunks.emplace(x.id, &x);
    for (const Queue& x : d.queues) queues.emplace(x.id, x.tenant);
    for (const Agent& x : d.agents) agents.emplace(x.id, x.tenant);
    for (const Flow& x : d.flows) flows.emplace(x.id, x.tenant);
    for (const ConferenceRoom& x : d.conferences) conferences.emplace(x.id, x.tenant);
    for (const Mailbox& x : d.mailboxes) mailboxes.emplace(x.id, x.tenant);
    for (const Device& x : d.devices) devices.emplace(x.user, x.tenant);
    for (const Number& x : d.numbers) numbers.emplace(x.number, x.tenant);
    for (const Prompt& x : d.prompts) prompts.insert(x.name);
}

bool Index::has_prompt(const std::string& name) const {
    return prompts.contains(name) || ivr::is_built_in(name);
}

std::string item(const char* list, std::size_t index, const std::string& field) {
    return std::string(list) + "[" + std::to_string(index) + "]." + field;
}

bool all_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Result<void> in_range(seconds value, seconds from, seconds to, const std::string& path) {
    if (value >= from && value <= to) return {};
    return invalid(path, "must be between " + std::to_string(from.count()) + " and " +
                             std::to_string(to.count()));
}

}  // namespace seatline::core::directory_check
