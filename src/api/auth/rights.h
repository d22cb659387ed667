#pragma once
// Who may do what: role by action, in this one table. Routes take their least role from it, and
// handlers ask it where one route serves "one's own" and "everybody's" alike. Whatever a role may,
// it may only in its own tenant; and what a seat may, the engine decides (core/agent/rights.h).
#include <array>

#include "api/http/route.h"

namespace seatline::api {

enum class Right {
    see_names,            ///< the directory
    see_trunks,           ///< ... with trunks
    see_board,            ///< all queues and agents, who waits
    command_self,         ///< one's own agent: sign in, call, transfer ...
    command_others,       ///< the tenant's other agents
    supervise,            ///< listen, whisper, barge in, take over, force
    see_own_calls,        ///< records, time line and recordings of calls that one talked in
    see_all_calls,        ///< ... of all calls
    see_conferences,      ///< rosters
    moderate_conference,  ///< mute, kick, lock, dial out, record, end
    own_voicemail,        ///< of oneself and of one's queues
    all_voicemail,
    delete_recording,
    export_recordings,
    see_deletions,  ///< the proofs
};

struct RightRow {
    Right right;
    bool agent;
    bool supervisor;
    bool admin;
};

// clang-format off
inline constexpr std::array kRights{
    //                                     agent  superv. admin
    RightRow{Right::see_names,             true,  true,  true},
    RightRow{Right::see_trunks,            false, false, true},
    RightRow{Right::see_board,             false, true,  true},
    RightRow{Right::command_self,          true,  true,  true},
    RightRow{Right::command_others,        false, true,  true},
    RightRow{Right::supervise,             false, true,  true},
    RightRow{Right::see_own_calls,         true,  true,  true},
    RightRow{Right::see_all_calls,         false, true,  true},
    RightRow{Right::see_conferences,       false, true,  true},
    RightRow{Right::moderate_conference,   false, true,  true},
    RightRow{Right::own_voicemail,         true,  true,  true},
    RightRow{Right::all_voicemail,         false, true,  true},
    RightRow{Right::delete_recording,      false, false, true},
    RightRow{Right::export_recordings,     false, true,  true},
    RightRow{Right::see_deletions,         false, false, true},
};
// clang-format on

[[nodiscard]] constexpr bool may(Role role, Right right) {
    for (const RightRow& row : kRights) {
        if (row.right != right) continue;
        switch (role) {
            case Role::agent:
                return row.agent;
            case Role::supervisor:
                return row.supervisor;
            case Role::admin:
                return row.admin;
        }
    }
    return false;
}

/// The least role that a route for this right asks for.
[[nodiscard]] constexpr Access access_for(Right right) {
    if (may(Role::agent, right)) return Access::agent;
    return may(Role::supervisor, right) ? Access::supervisor : Access::admin;
}

}  // namespace seatline::api
