#pragma once
// Who speaks in each conference: of what the media workers say of their circles, which is no event
// (it changes twice a second and is never needed again). The roster itself is the live board's.
#include <map>
#include <set>
#include <vector>

#include "core/engine/event.h"

namespace seatline::api {

/// The event loop's thread only.
class ConferenceSpeakers {
public:
    using Key = std::pair<TenantId, ConferenceId>;

    /// Learns which legs are in conferences.
    void apply(const core::Event& event);
    /// Leg 0: nobody in this circle. A leg that is in no conference changes nothing.
    void speaks(CircleId circle, LegId leg);

    [[nodiscard]] bool is_speaking(LegId leg) const { return speaking_.contains(leg); }
    [[nodiscard]] std::set<Key> take_changes() { return std::exchange(changes_, {}); }

private:
    struct Member {
        Key conference;
        CallId call;  ///< the conference's own
    };
    void forget(LegId leg);

    std::map<LegId, Member> members_;
    std::map<CircleId, LegId> circles_;
    std::set<LegId> speaking_;
    std::set<Key> changes_;
};

}  // namespace seatline::api
