#pragma once
// The list of resources. To add one: a file here with its add_*() and a line in add_all().
#include "api/http/services.h"

namespace seatline::api {

/// Answers with `Accepted`, or with the error for which the engine refused.
[[nodiscard]] EngineDone answer_with_call(const Done& done);

void add_session(RouteTable& table, Services& services);
void add_directory(RouteTable& table, Services& services);
void add_board(RouteTable& table, Services& services);
void add_agents(RouteTable& table, Services& services);
void add_calls(RouteTable& table, Services& services);
void add_recording(RouteTable& table, Services& services);
void add_waveform(RouteTable& table, Services& services);
void add_deletions(RouteTable& table, Services& services);
void add_recording_export(RouteTable& table, Services& services);
void add_supervision(RouteTable& table, Services& services);
void add_forward(RouteTable& table, Services& services);
void add_conferences(RouteTable& table, Services& services);
void add_mailboxes(RouteTable& table, Services& services);
void add_system(RouteTable& table, Services& services);

void add_all(RouteTable& table, Services& services);

}  // namespace seatline::api
