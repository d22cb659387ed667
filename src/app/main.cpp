// The program: `seatline serve` is the product; the other commands look into a data folder or are
// started by serve.
#include <cstdio>
#include <string>
#include <vector>

#include "app/journal_command.h"
#include "app/options.h"
#include "app/password_command.h"
#include "app/serve.h"
#include "app/worker_process.h"

namespace {

void help() {
    std::printf(
        "usage: seatline serve [options]    run the center\n"
        "       seatline journal DIR        print a data folder's events, one JSON object a line\n"
        "       seatline password DIR USER  give a user of the pages a new random password and "
        "print it\n\n"
        "options of serve:\n%s",
        seatline::app::options_help().c_str());
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const std::string command = arguments.empty() ? "--help" : arguments[0];
    const std::vector<std::string> rest(arguments.empty() ? arguments.end() : arguments.begin() + 1,
                                        arguments.end());
    if (command == "worker") return seatline::app::worker_main(rest);
    if (command == "journal") return seatline::app::journal_main(rest);
    if (command == "password") return seatline::app::password_main(rest);
    if (command == "serve") {
        const auto options = seatline::app::parse_options(rest);
        if (options.has_error()) {
            std::fprintf(stderr, "seatline: %s\n", options.error().text().c_str());
            return 2;
        }
        return seatline::app::serve(*options);
    }
    help();
    return command == "--help" || command == "-h" ? 0 : 2;
}
