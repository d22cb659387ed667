#pragma once
// The data folder's center: center.json with every resource, made on the first start, and the
// log-ins that go with it.
#include <string>
#include <vector>

#include "base/result.h"
#include "core/engine/directory.h"

namespace seatline::app {

/// A person's log-in or a phone's, as generated: shown once in log-ins.txt (0600), kept only as
/// hashes otherwise.
struct LogIn {
    std::string user_name;
    std::string password;
    std::string role;  ///< admin, supervisor, agent; "phone" for a SIP device
    TenantId tenant;
    std::optional<AgentId> agent;
};

struct NewCenter {
    core::Directory directory;
    std::vector<LogIn> log_ins;
};

/// The realm of phones' digest; HA1 in center.json is made with it.
inline constexpr const char* kRealm = "seatline";

/// 20 agents whose phones the robots play, two seats for people, a trunk at 127.0.0.2, numbers 4001
/// (menu) and 4002 (queue).
[[nodiscard]] NewCenter make_demo_center();
/// One tenant with a queue, a number and two seats; no trunk yet.
[[nodiscard]] NewCenter make_starter_center();

/// Reads and checks FOLDER/center.json. Errors: unavailable ("data"), invalid with the path of the
/// wrong field.
[[nodiscard]] Result<core::Directory> load_center(const std::string& folder);
[[nodiscard]] bool has_center(const std::string& folder);
/// Writes center.json, log-ins.txt and, for the robots, robots.json; all 0600, whole or not at all.
[[nodiscard]] Result<void> save_center(const std::string& folder, const NewCenter& center);

/// 14 characters of an alphabet without look-alikes (84 bits), from the kernel's generator.
[[nodiscard]] std::string random_password();

}  // namespace seatline::app
