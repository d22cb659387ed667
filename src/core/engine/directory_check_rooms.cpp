// Conferences and mailboxes. What can be dialled within a tenant means one thing: agent numbers,
// conferences, mailboxes and service numbers share one set.
#include <set>

#include "core/engine/directory_check.h"
#include "core/route/dial_plan.h"

namespace seatline::core::directory_check {
namespace {

constexpr std::size_t kMaxPinDigits = 16;

class Rooms {
public:
    explicit Rooms(const Index& index) : index_(index) {
        for (const Agent& agent : index.d.agents) dialled_.emplace(agent.tenant, agent.number);
        for (const Number& number : index.d.numbers) dialled_.emplace(number.tenant, number.number);
    }

    Result<void> run() {
        for (std::size_t i = 0; i < index_.d.conferences.size(); ++i) {
            if (auto r = conference(index_.d.conferences[i], i); r.has_error()) return r;
        }
        for (std::size_t i = 0; i < index_.d.mailboxes.size(); ++i) {
            if (auto r = mailbox(index_.d.mailboxes[i], i); r.has_error()) return r;
        }
        return {};
    }

private:
    template <class Room>
    Result<void> common(const Room& room, const char* list, std::size_t i) {
        if (!room.id || room.id.value >= (1ull << 53))
            return invalid(item(list, i, "id"), "must be between 1 and 2^53 - 1");
        if (!ids_.emplace(list, room.id.value).second)
            return invalid(item(list, i, "id"),
                           "id " + std::to_string(room.id.value) + " is used twice");
        if (!index_.tenants.contains(room.tenant)) {
            return invalid(item(list, i, "tenant"),
                           "there is no tenant " + std::to_string(room.tenant.value));
        }
        if (room.name.empty()) return invalid(item(list, i, "name"), "must not be empty");
        if (!all_digits(room.number) || room.number.size() > kMaxOutsideDigits)
            return invalid(item(list, i, "number"), "must be at most 20 digits");
        if (!room.number.empty() && !dialled_.emplace(room.tenant, room.number).second) {
            return invalid(item(list, i, "number"),
                           room.number + " is dialled for something else already");
        }
        return pin(room.pin, item(list, i, "pin"));
    }

    static Result<void> pin(const std::string& pin, const std::string& path) {
        if (!all_digits(pin) || pin.size() > kMaxPinDigits)
            return invalid(path, "must be at most 16 digits");
        return {};
    }

    Result<void> conference(const ConferenceRoom& room, std::size_t i) {
        if (auto r = common(room, "conferences", i); r.has_error()) return r;
        if (room.number.empty())
            return invalid(item("conferences", i, "number"), "must not be empty");
        if (auto r = pin(room.moderator_pin, item("conferences", i, "moderator_pin"));
            r.has_error())
            return r;
        if (!room.moderator_pin.empty() && room.moderator_pin == room.pin) {
            return invalid(item("conferences", i, "moderator_pin"),
                           "must differ from the others' PIN");
        }
        if (room.wait_for_moderator && room.moderator_pin.empty()) {
            return invalid(item("conferences", i, "wait_for_moderator"),
                           "needs a moderator_pin: nobody could be the moderator");
        }
        if (room.max_members < 2 || room.max_members > 500)
            return invalid(item("conferences", i, "max_members"), "must be between 2 and 500");
        return {};
    }

    Result<void> mailbox(const Mailbox& mailbox, std::size_t i) {
        if (auto r = common(mailbox, "mailboxes", i); r.has_error()) return r;
        if (auto r = owner(mailbox, i); r.has_error()) return r;
        for (const std::string& name : mailbox.greeting) {
            if (!index_.has_prompt(name)) {
                return invalid(item("mailboxes", i, "greeting"),
                               "there is no prompt \"" + name + "\"");
            }
        }
        if (auto r =
                in_range(mailbox.max_length_s, 1s, 3600s, item("mailboxes", i, "max_length_s"));
            r.has_error())
            return r;
        if (mailbox.max_messages < 1 || mailbox.max_messages > 10'000)
            return invalid(item("mailboxes", i, "max_messages"), "must be between 1 and 10000");
        return {};
    }

    Result<void> owner(const Mailbox& mailbox, std::size_t i) {
        if (mailbox.agent && mailbox.queue)
            return invalid(item("mailboxes", i, "queue"), "the mailbox has an agent already");
        if (mailbox.agent) {
            if (!Index::has(index_.agents, *mailbox.agent, mailbox.tenant)) {
                return invalid(
                    item("mailboxes", i, "agent"),
                    "the mailbox's tenant has no agent " + std::to_string(mailbox.agent->value));
            }
            if (!agents_.insert(*mailbox.agent).second)
                return invalid(item("mailboxes", i, "agent"), "has another mailbox already");
        }
        if (mailbox.queue) {
            if (!Index::has(index_.queues, *mailbox.queue, mailbox.tenant)) {
                return invalid(
                    item("mailboxes", i, "queue"),
                    "the mailbox's tenant has no queue " + std::to_string(mailbox.queue->value));
            }
            if (!queues_.insert(*mailbox.queue).second)
                return invalid(item("mailboxes", i, "queue"), "has another mailbox already");
        }
        return {};
    }

    const Index& index_;
    std::set<std::pair<std::string, std::uint64_t>> ids_;
    std::set<std::pair<TenantId, std::string>> dialled_;
    std::set<AgentId> agents_;
    std::set<QueueId> queues_;
};

}  // namespace

Result<void> rooms(const Index& index) {
    return Rooms(index).run();
}

}  // namespace seatline::core::directory_check
