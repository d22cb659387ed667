// seatline-robots load: reads what to measure, runs it, prints the findings. Exit code 0 only when
// all checks hold.
#include <fstream>

#include "base/json.h"
#include "base/log.h"
#include "robots/commands.h"
#include "robots/load.h"

namespace seatline::robots {
namespace {

struct LoadArguments {
    LoadSettings load;
    std::string robots_path;
    std::string agents_prefix;
    std::string password = "secret";
    std::uint32_t agents = 0;
    std::uint32_t hold = 0;
    std::uint32_t waiting = 0;
    std::string audio = "off";
    std::string codec = "alaw";
    std::string json_path;
    bool is_remote_allowed = false;
};

std::vector<Option> options_of(LoadArguments& a) {
    LoadSettings& s = a.load;
    return {
        server_option(s.server),
        text_option("--robots", "FILE", "phones: robots.json of the server's data folder",
                    a.robots_path),
        text_option("--agents-prefix", "P", "or: phones P1, P2, ... (with --agents and --password)",
                    a.agents_prefix),
        text_option("--password", "PASSWORD", "of all these phones (secret)", a.password),
        number_option("--agents", "so many phones of these (all)", Bounds<std::uint32_t>{1, 20'000},
                      a.agents),
        text_option("--number", "NUMBER", "to dial (4002)", s.number),
        number_option("--rate", "calls a second (100)", Bounds<double>{0.01, 2000}, s.rate),
        number_option("--seconds", "how long calls arrive, or are held (60)",
                      Bounds<double>{0.1, 86'400}, s.seconds),
        number_option("--talk", "seconds of talk, then the caller hangs up (1)",
                      Bounds<double>{0, 3600}, s.talk_s),
        text_option("--audio", "MODE",
                    "off, on, or tone-check: each side must hear the other (off)", a.audio),
        text_option("--codec", "LAW", "what callers offer first: alaw or ulaw (alaw)", a.codec),
        number_option("--hold", "open N calls, hold them for --seconds, end them",
                      Bounds<std::uint32_t>{1, 20'000}, a.hold),
        number_option("--waiting", "N callers queue up, then the agents serve them",
                      Bounds<std::uint32_t>{1, 100'000}, a.waiting),
        number_option("--patience", "seconds a caller waits for an agent (60; waiting: 3600)",
                      Bounds<double>{1, 86'400}, s.patience_s),
        number_option("--ring", "seconds an agent's phone rings (0)", Bounds<double>{0, 60},
                      s.ring_s),
        text_option("--keys", "KEYS", "each caller presses these; needs audio", s.keys),
        number_option("--key-after", "seconds after the answer (1)", Bounds<double>{0, 60},
                      s.key_after_s),
        text_option("--bind-agents", "ADDR", "address of the phones (127.0.0.3)", s.bind_agents),
        text_option("--bind-callers", "ADDR", "address of the callers: the trunk (127.0.0.2)",
                    s.bind_callers),
        text_option("--json", "FILE", "write the findings there", a.json_path),
        switch_option("--keep-phones", "leave the phones registered at the end", s.keeps_phones),
        remote_option(a.is_remote_allowed)};
}

Result<void> read_agents(LoadArguments& a) {
    LoadSettings& s = a.load;
    if (!a.agents_prefix.empty()) {
        s.agents = numbered_accounts(a.agents_prefix, a.agents, a.password);
    } else {
        if (a.robots_path.empty())
            return invalid("--robots", "is missing: whose phones shall answer?");
        auto accounts = read_accounts(a.robots_path);
        if (accounts.has_error()) return accounts.error();
        s.agents = std::move(accounts->agents);
        if (a.agents != 0 && a.agents < s.agents.size()) s.agents.resize(a.agents);
    }
    if (s.agents.empty()) return invalid("--agents", "there is no agent");
    return {};
}

Result<void> complete(LoadArguments& a) {
    LoadSettings& s = a.load;
    if (auto r = check_server(s.server, a.is_remote_allowed); r.has_error()) return r;
    if (a.hold != 0 && a.waiting != 0) return invalid("--hold", "goes not with --waiting");
    if (a.hold != 0) s.mode = LoadMode::hold;
    if (a.waiting != 0) s.mode = LoadMode::waiting;
    if (a.waiting != 0 && s.patience_s == 60) s.patience_s = 3600;
    s.calls = a.hold + a.waiting;
    if (a.audio != "off" && a.audio != "on" && a.audio != "tone-check")
        return invalid("--audio", "must be off, on or tone-check");
    s.audio = a.audio == "off"  ? LoadAudio::off
              : a.audio == "on" ? LoadAudio::on
                                : LoadAudio::tone_check;
    if (a.codec != "alaw" && a.codec != "ulaw") return invalid("--codec", "must be alaw or ulaw");
    s.caller_law = a.codec == "ulaw" ? media::G711::ulaw : media::G711::alaw;
    if (!s.keys.empty() && s.audio == LoadAudio::off)
        return invalid("--keys", "are RTP packets: needs --audio on");
    return read_agents(a);
}

}  // namespace

int load_command(const Arguments& arguments) {
    LoadArguments a;
    const auto options = options_of(a);
    if (!arguments.empty() && arguments[0] == "--help") {
        std::printf(
            "seatline-robots load: measures and checks; exit code 0 only when all checks hold\n%s",
            options_help(options).c_str());
        return 0;
    }
    if (auto r = read_options(options, arguments); r.has_error()) return complain(r.error());
    if (auto r = complete(a); r.has_error()) return complain(r.error());
    LoadReport report;
    {
        Loop loop;
        Load load(loop, a.load);
        if (auto r = load.start(); r.has_error()) return complain(r.error());
        loop.on_interrupt([&] { load.interrupt(); });
        loop.run();
        report = load.report();
    }
    std::printf("%s", to_text(report).c_str());
    if (!a.json_path.empty() && !(std::ofstream(a.json_path) << to_json(report) << '\n')) {
        return complain({"unavailable", "--json", "can't write " + a.json_path});
    }
    return report.ok ? 0 : 1;
}

}  // namespace seatline::robots
