#pragma once
// The commands of seatline-robots. Each reads its options from `arguments` (without program and
// command name), runs, and returns the exit code: 0 all well, 1 something failed, 2 wrong options.
#include <cstdio>
#include <string>
#include <vector>

#include "robots/options.h"

namespace seatline::robots {

using Arguments = std::vector<std::string>;

int demo_command(const Arguments& arguments);
int load_command(const Arguments& arguments);
int phone_command(const Arguments& arguments);
int call_command(const Arguments& arguments);

inline int complain(const Error& error) {
    std::fprintf(stderr, "seatline-robots: %s\n", error.text().c_str());
    return error.code == "invalid" ? 2 : 1;
}

}  // namespace seatline::robots
