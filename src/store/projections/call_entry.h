#pragma once
// One call as its events make it: the pure step from entry and event to entry, without SQL. Which
// event sets which member is here and nowhere else.
#include <optional>
#include <string>
#include <vector>

#include "core/engine/event.h"
#include "core/record/records.h"
#include "store/store.h"

namespace seatline::store {

/// A record with what else must be remembered of the call.
struct CallEntry {
    core::CallRecord record;
    std::optional<core::QueueOutcome> queue_outcome;  ///< of the last stay
    std::string recording_path;       ///< of the last one that is not deleted; no voicemail
    std::vector<std::uint64_t> seqs;  ///< the call's events, ascending
    bool has_voicemail = false;
    std::vector<StoredRecording> recordings;  ///< what record.recordings is made of
    bool recordings_changed = false;          ///< ... ahead of their rows
};

/// The call that an event belongs to; 0: none. An agent's change of state belongs to none: it is
/// not part of call_events.
[[nodiscard]] CallId call_of(const core::EventBody& body);

/// The second call that an event is about: who takes part in a conference; 0: none.
[[nodiscard]] CallId member_of(const core::EventBody& body);

/// Advances the entry by one event of its call (or of the conference that it is a member of).
/// CallArrived starts it anew.
void apply_event(CallEntry& entry, const core::Event& event);

/// True while the call is in a queue.
[[nodiscard]] inline bool is_waiting(const core::CallRecord& record) {
    return record.queued_at && !record.left_queue_at && !record.ended_at;
}

}  // namespace seatline::store
