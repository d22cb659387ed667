#include "robots/options.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdio>

namespace seatline::robots {

std::string short_text(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.10g", value);
    return text;
}

Option text_option(std::string name, std::string value, std::string help, std::string& target) {
    auto set = [name, &target](const std::string& text) -> Result<void> {
        if (text.empty()) return invalid(name, "must not be empty");
        target = text;
        return {};
    };
    return {std::move(name), std::move(value), std::move(help), std::move(set)};
}

Option switch_option(std::string name, std::string help, bool& target) {
    return {std::move(name), {}, std::move(help), [&target](const std::string&) -> Result<void> {
                target = true;
                return {};
            }};
}

Result<void> read_options(const std::vector<Option>& options,
                          const std::vector<std::string>& arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto option = std::find_if(options.begin(), options.end(),
                                         [&](const Option& o) { return o.name == arguments[i]; });
        if (option == options.end())
            return invalid(arguments[i], "is not an option of this command; see --help");
        if (option->value.empty()) {
            if (auto r = option->set({}); r.has_error()) return r;
            continue;
        }
        if (++i == arguments.size()) return invalid(option->name, "needs a value");
        if (auto r = option->set(arguments[i]); r.has_error()) return r;
    }
    return {};
}

std::string options_help(const std::vector<Option>& options) {
    std::string help;
    for (const Option& option : options) {
        std::string left = "  " + option.name + (option.value.empty() ? "" : ' ' + option.value);
        left.resize(std::max<std::size_t>(left.size() + 1, 28), ' ');
        help += left + option.help + '\n';
    }
    return help;
}

Option server_option(ServerAddress& target) {
    return {"--server", "HOST:PORT", "the server, an IPv4 address (127.0.0.1:5060)",
            [&target](const std::string& text) -> Result<void> {
                const auto colon = text.find(':');
                target.host = text.substr(0, colon);
                in_addr address{};
                unsigned port = 5060;
                const char* end = text.data() + text.size();
                const bool is_port = colon == std::string::npos ||
                                     std::from_chars(text.data() + colon + 1, end, port).ptr == end;
                if (::inet_pton(AF_INET, target.host.c_str(), &address) != 1 || !is_port ||
                    port == 0 || port > 65535) {
                    return invalid(
                        "--server",
                        "must be an IPv4 address, with a port or without: 127.0.0.1:5060");
                }
                target.port = static_cast<std::uint16_t>(port);
                return {};
            }};
}

Option remote_option(bool& is_remote_allowed) {
    return switch_option("--allow-remote",
                         "a server outside of 127.0.0.0/8 is meant; only your own",
                         is_remote_allowed);
}

Result<void> check_server(const ServerAddress& server, bool is_remote_allowed) {
    if (is_remote_allowed || server.host.starts_with("127.")) return {};
    return invalid("--server",
                   server.host + " is another machine; add --allow-remote if it is yours");
}

}  // namespace seatline::robots
