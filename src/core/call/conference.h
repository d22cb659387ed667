#pragma once
// A conference as the engine keeps it while somebody is in it. Each who takes part has a call of
// its own, in CallPhase::conference; this one's call is only a number that the events and the
// circle carry.
#include <string>
#include <vector>

#include "core/engine/directory.h"

namespace seatline::core {

/// One who takes part.
struct Participant {
    CallId call;  ///< its own
    LegId leg;
    bool moderator = false;
    bool muted = false;
};

struct Conference {
    CallId call;
    const ConferenceRoom* room = nullptr;
    std::uint32_t worker = 0;          ///< that of all its members
    std::vector<Participant> members;  ///< in the order in which they came
    bool has_begun = false;            ///< else all hear music: no moderator has come yet
    bool locked = false;
    bool all_muted = false;  ///< who is no moderator comes muted
    bool is_ending = false;
    EndCause cause = EndCause::conference_ended;
    bool is_recorded = false;
    RecordingId recording;
    std::uint32_t recordings = 0;     ///< so many were begun
    std::vector<LegId> recorded;      ///< as told last
    std::vector<LegId> recorded_now;  ///< only to compare
};

/// A call at the door of a room or inside.
struct ConferenceVisit {
    ConferenceId room;
    bool is_inside = false;
    bool is_invited = false;  ///< called from the conference: no PIN, no lock
    bool star = false;        ///< the key before was a star
};

}  // namespace seatline::core
