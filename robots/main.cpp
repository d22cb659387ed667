// seatline-robots: real SIP callers and phones, for the demo, tests and load.
#include <array>
#include <cstdio>
#include <string_view>

#include "robots/commands.h"

using namespace seatline::robots;

namespace {

struct Command {
    std::string_view name;
    const char* help;
    int (*run)(const Arguments&);
};

constexpr std::array kCommands{
    Command{"demo",
            "a living center: phones that answer and callers that behave like people, until Ctrl-C",
            demo_command},
    Command{"load", "calls at a constant rate, held calls or waiting callers; measures and checks",
            load_command},
    Command{"phone", "one phone that registers and answers", phone_command},
    Command{"call", "one caller", call_command},
};

void print_help() {
    std::printf(
        "usage: seatline-robots COMMAND [OPTIONS]; seatline-robots COMMAND --help shows the "
        "options\n\n");
    for (const auto& command : kCommands) {
        std::printf("  %-6s %s\n", std::string(command.name).c_str(), command.help);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view name = argc > 1 ? argv[1] : "--help";
    for (const auto& command : kCommands) {
        if (name == command.name) return command.run(Arguments(argv + 2, argv + argc));
    }
    print_help();
    return name == "--help" ? 0 : 2;
}
