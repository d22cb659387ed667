#pragma once
// An event as one JSON object, the journal's and the WebSocket's form:
// {"seq":17,"at":"2026-11-22T12:10:00.000000Z","tenant":1,"type":"CallQueued","call":5,"queue":2}.
// `type` is the name of the body's struct; the variant EventBody is the only list of them. Renaming
// a struct or member breaks journals that exist: add instead.
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/engine/event.h"

namespace seatline::core {

/// The name of the body's type: "CallQueued".
[[nodiscard]] std::string_view event_type(const EventBody& body);

/// Appends the event to `out`; no line end, no line break inside.
void write_event(std::string& out, const Event& event);

/// Reads what write_event wrote; members that are missing keep their defaults, unknown ones are
/// passed over. Errors: invalid, with the field's path; an unknown type is named in the reason.
[[nodiscard]] Result<Event> read_event(std::string_view text);

}  // namespace seatline::core
