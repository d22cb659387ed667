#pragma once
// The projection of voicemail. Messages that are kept are few (a mailbox has a limit), so all of
// them are in memory, and reads of mailboxes never lag; rows of deleted ones stay as a trace.
#include <map>
#include <vector>

#include "core/record/records.h"
#include "store/sqlite/sqlite.h"

namespace seatline::store {

/// Thread: the writer's; reads by any thread that holds the writer's mutex.
class Voicemails {
public:
    void load(Connection& connection);
    /// Events about messages that nobody left, or that are deleted, change nothing.
    void apply(const core::Event& event);
    void write(Connection& connection) const;
    void committed() { changed_.clear(); }

    /// Newest first, those below `before` (0: all).
    [[nodiscard]] std::vector<core::VoicemailRecord> list(TenantId tenant, MailboxId mailbox,
                                                          MessageId before,
                                                          std::uint32_t limit) const;
    [[nodiscard]] std::optional<core::VoicemailRecord> find(TenantId tenant, MailboxId mailbox,
                                                            MessageId message) const;
    [[nodiscard]] core::MessagesWaiting waiting(TenantId tenant, MailboxId mailbox) const;
    [[nodiscard]] std::vector<core::VoicemailRecord> all() const;

private:
    using Box = std::map<MessageId, core::VoicemailRecord>;
    struct Change {
        core::VoicemailRecord record;
        std::optional<Instant> deleted_at;
        AgentId deleted_by;
    };
    std::map<std::pair<TenantId, MailboxId>, Box> boxes_;
    std::vector<Change> changed_;  ///< ahead of their rows, in order
};

}  // namespace seatline::store
