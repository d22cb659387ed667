#include "store/projections/voicemails.h"

namespace seatline::store {

using namespace core;

void Voicemails::load(Connection& connection) {
    Query query(connection,
                "SELECT tenant, mailbox, message, call, caller, path, left_at, length_ms, heard_at,"
                " heard_by FROM voicemails INDEXED BY voicemails_kept WHERE deleted_at IS NULL");
    while (query.next()) {
        VoicemailRecord r;
        r.tenant = TenantId{query.number(0)};
        r.mailbox = MailboxId{query.number(1)};
        r.message = MessageId{query.number(2)};
        r.call = CallId{query.number(3)};
        r.caller = query.text(4);
        r.path = query.text(5);
        r.left_at = query.instant(6);
        r.length_ms = milliseconds{query.integer(7)};
        r.heard_at = query.optional_instant(8);
        r.heard_by = AgentId{query.number(9)};
        boxes_[{r.tenant, r.mailbox}].emplace(r.message, std::move(r));
    }
}

void Voicemails::apply(const Event& event) {
    if (const auto* left = std::get_if<VoicemailLeft>(&event.body)) {
        const VoicemailRecord r{
            left->message, event.tenant, left->mailbox,   left->call, left->caller,
            left->path,    event.at,     left->length_ms, {},         {}};
        if (boxes_[{event.tenant, left->mailbox}].emplace(r.message, r).second)
            changed_.push_back({r, {}, {}});
    } else if (const auto* heard = std::get_if<VoicemailHeard>(&event.body)) {
        Box& box = boxes_[{event.tenant, heard->mailbox}];
        const auto found = box.find(heard->message);
        if (found == box.end() || found->second.heard_at) return;
        found->second.heard_at = event.at;
        found->second.heard_by = heard->by;
        changed_.push_back({found->second, {}, {}});
    } else if (const auto* gone = std::get_if<VoicemailDeleted>(&event.body)) {
        Box& box = boxes_[{event.tenant, gone->mailbox}];
        const auto found = box.find(gone->message);
        if (found == box.end()) return;
        changed_.push_back({std::move(found->second), event.at, gone->by});
        box.erase(found);
    }
}

void Voicemails::write(Connection& connection) const {
    for (const Change& change : changed_) {
        const VoicemailRecord& r = change.record;
        Query(connection, "REPLACE INTO voicemails VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)")
            .bind(r.tenant, r.mailbox, r.message, r.call, r.caller, r.path, r.left_at, r.length_ms)
            .bind(r.heard_at, r.heard_by, change.deleted_at, change.deleted_by)
            .run();
    }
}

std::vector<VoicemailRecord> Voicemails::list(TenantId tenant, MailboxId mailbox, MessageId before,
                                              std::uint32_t limit) const {
    std::vector<VoicemailRecord> messages;
    const auto box = boxes_.find({tenant, mailbox});
    if (box == boxes_.end()) return messages;
    auto at = before ? box->second.lower_bound(before) : box->second.end();
    while (at != box->second.begin() && messages.size() < limit) messages.push_back((--at)->second);
    return messages;
}

std::optional<VoicemailRecord> Voicemails::find(TenantId tenant, MailboxId mailbox,
                                                MessageId message) const {
    const auto box = boxes_.find({tenant, mailbox});
    if (box == boxes_.end()) return std::nullopt;
    const auto found = box->second.find(message);
    return found == box->second.end() ? std::nullopt : std::optional(found->second);
}

MessagesWaiting Voicemails::waiting(TenantId tenant, MailboxId mailbox) const {
    MessagesWaiting count;
    const auto box = boxes_.find({tenant, mailbox});
    if (box == boxes_.end()) return count;
    for (const auto& [id, r] : box->second) ++(r.heard_at ? count.heard : count.unheard);
    return count;
}

std::vector<VoicemailRecord> Voicemails::all() const {
    std::vector<VoicemailRecord> messages;
    for (const auto& [key, box] : boxes_) {
        for (const auto& [id, r] : box) messages.push_back(r);
    }
    return messages;
}

}  // namespace seatline::store
