// seatline-robots demo: the people of ./run's demo center.
#include <optional>

#include "base/log.h"
#include "robots/commands.h"
#include "robots/demo.h"

namespace seatline::robots {

int demo_command(const Arguments& arguments) {
    DemoSettings settings;
    std::string path = "data/robots.json";
    bool is_remote_allowed = false;
    const std::vector<Option> options{
        server_option(settings.server),
        text_option("--robots", "FILE", "phones and numbers (data/robots.json)", path),
        text_option("--bind-agents", "ADDR", "address of the phones (127.0.0.3)",
                    settings.bind_agents),
        text_option("--bind-callers", "ADDR", "address of the callers: the trunk (127.0.0.2)",
                    settings.bind_callers),
        number_option("--calls-per-minute", "mean rate of calls (14)", Bounds<double>{0.1, 600},
                      settings.calls_per_minute),
        number_option("--talk", "median talk time in seconds (50)", Bounds<double>{1, 3600},
                      settings.talk_s),
        number_option("--max-calls", "calls at once (60)", Bounds<std::uint32_t>{1, 1000},
                      settings.max_calls),
        number_option("--seed", "the same people again; 0: others each time (0)",
                      Bounds<std::uint64_t>{0, 1ull << 53}, settings.seed),
        remote_option(is_remote_allowed)};
    if (!arguments.empty() && arguments[0] == "--help") {
        std::printf("seatline-robots demo: a living center, until Ctrl-C\n%s",
                    options_help(options).c_str());
        return 0;
    }
    if (auto r = read_options(options, arguments); r.has_error()) return complain(r.error());
    if (auto r = check_server(settings.server, is_remote_allowed); r.has_error())
        return complain(r.error());
    auto accounts = read_accounts(path);
    if (accounts.has_error()) return complain(accounts.error());
    settings.accounts = std::move(*accounts);
    if (settings.accounts.agents.empty() || settings.accounts.numbers.empty()) {
        return complain(invalid(
            path, "has no agents or no numbers: the server was started without its demo center"));
    }
    Loop loop;
    Demo demo(loop, std::move(settings));
    if (auto r = demo.start(); r.has_error()) return complain(r.error());
    loop.on_interrupt([&] { demo.leave(); });
    loop.run();
    log::info("the robots have left");
    return 0;
}

}  // namespace seatline::robots
