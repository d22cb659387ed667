#include "api/resource/all.h"

namespace seatline::api {

void add_all(RouteTable& table, Services& services) {
    add_session(table, services);
    add_directory(table, services);
    add_board(table, services);
    add_agents(table, services);
    add_calls(table, services);
    add_recording(table, services);
    add_waveform(table, services);
    add_deletions(table, services);
    add_recording_export(table, services);
    add_supervision(table, services);
    add_forward(table, services);
    add_conferences(table, services);
    add_mailboxes(table, services);
    add_system(table, services);
}

}  // namespace seatline::api
