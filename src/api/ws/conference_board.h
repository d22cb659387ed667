#pragma once
// Who is in which conference now, and who of them speaks: projected from events, and from what the
// media worker says of its circles (which is no event: it changes twice a second and is never
// needed again).
#include <map>
#include <set>

#include "api/types.h"
#include "core/engine/event.h"

namespace seatline::api {

/// The event loop's thread only.
class ConferenceBoard {
public:
    explicit ConferenceBoard(const core::Directory& directory);

    void apply(const core::Event& event);
    /// A leg that is in no conference changes nothing.
    void speaks(CircleId circle, LegId leg);

    [[nodiscard]] std::vector<ConferenceView> all(TenantId tenant) const;
    [[nodiscard]] std::optional<ConferenceView> one(TenantId tenant, ConferenceId id) const;
    [[nodiscard]] std::set<std::pair<TenantId, ConferenceId>> take_changes();

private:
    struct Room {
        TenantId tenant;
        ConferenceView view;
        std::vector<LegId> legs;  ///< of view.members, in their order
    };

    void join(const core::Event& event, const core::ConferenceJoined& joined);
    void leave(const core::ConferenceLeft& left);
    void change(const core::ConferenceChanged& changed);
    void place(const core::LegPlaced& placed);
    void record(CallId call, core::RecordingKind kind, bool on);
    void end(CallId call);
    void set_speaking(LegId leg, bool speaking);
    Room* room_of(CallId conference_call);
    /// The room with this leg and the member's index; null: none.
    std::pair<Room*, std::size_t> member_of(LegId leg);
    void mark(const Room& room) { changes_.emplace(room.tenant, room.view.id); }

    std::map<ConferenceId, Room> rooms_;
    std::map<CallId, ConferenceId> calls_;  ///< the conferences' own calls
    std::map<LegId, ConferenceId> legs_;
    std::map<CircleId, LegId> speakers_;
    std::set<std::pair<TenantId, ConferenceId>> changes_;
};

}  // namespace seatline::api
