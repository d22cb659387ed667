#pragma once
// Voicemail as the engine keeps it: the messages of a box, and a call that leaves or hears some.
#include <string>
#include <vector>

#include "core/engine/directory.h"

namespace seatline::core {

/// Its number is also that of its recording.
struct Message {
    MessageId id;
    std::string path;  ///< below the data folder
    bool heard = false;
};

enum class MailboxStep : std::uint8_t {
    pin,
    greeting,
    recording,
    listening  ///< a message plays, or a key is waited for
};

/// A call in a mailbox.
struct MailboxVisit {
    MailboxId mailbox;
    MailboxStep step = MailboxStep::pin;
    RecordingId recording = {};
    std::vector<MessageId> to_hear = {};  ///< new ones first, each kind by age
    std::size_t current = 0;
};

/// What was typed of a PIN, for rooms and mailboxes.
struct PinEntry {
    std::string typed;
    std::uint8_t tries = 0;
};

}  // namespace seatline::core
