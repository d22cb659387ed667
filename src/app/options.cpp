#include "app/options.h"

#include <charconv>
#include <filesystem>
#include <functional>

namespace seatline::app {
namespace {

Result<std::uint32_t> number(const std::string& option, const std::string& text, std::uint32_t min,
                             std::uint32_t max) {
    std::uint32_t value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc{} || end != text.data() + text.size() || value < min || value > max) {
        return invalid(option, "\"" + text + "\" must be a number between " + std::to_string(min) +
                                   " and " + std::to_string(max));
    }
    return value;
}

struct Option {
    const char* name;
    const char* value;  ///< null: a switch
    const char* help;
    std::function<Result<void>(Options&, const std::string&)> set;
};

Option port(const char* name, const char* help, std::uint16_t Options::*member) {
    return {name, "PORT", help, [name, member](Options& o, const std::string& v) -> Result<void> {
                const auto n = number(name, v, 1, 65535);
                if (n.has_error()) return n.error();
                o.*member = static_cast<std::uint16_t>(*n);
                return {};
            }};
}

Option text(const char* name, const char* value, const char* help, std::string Options::*member) {
    return {name, value, help, [name, member](Options& o, const std::string& v) -> Result<void> {
                if (v.empty()) return invalid(name, "must not be empty");
                o.*member = v;
                return {};
            }};
}

const std::vector<Option>& options() {
    static const std::vector<Option> all{
        text("--data", "DIR", "data folder (default: data)", &Options::data),
        port("--http", "port of the pages and the API (default: 8080)", &Options::http_port),
        port("--sip", "SIP port, UDP and TCP (default: 5060)", &Options::sip_port),
        port("--sips", "SIP port over TLS, with --tls-cert and --tls-key (default: none)",
             &Options::sips_port),
        text("--sips-ca", "FILE", "PEM: certificates of trunks over TLS are checked by it",
             &Options::sips_ca),
        text("--bind6", "ADDR", "IPv6 address to listen on for SIP, beside --bind",
             &Options::bind6),
        text("--bind", "ADDR", "address to listen on (default: 127.0.0.1)", &Options::bind),
        text("--advertise", "ADDR", "address in SIP and SDP when behind NAT (default: --bind)",
             &Options::advertise),
        port("--rtp-min", "first RTP port (default: 20000)", &Options::rtp_min),
        port("--rtp-max", "last RTP port (default: 29999)", &Options::rtp_max),
        {"--workers", "N", "media workers (default: 1)",
         [](Options& o, const std::string& v) -> Result<void> {
             const auto n = number("--workers", v, 1, 64);
             if (n.has_error()) return n.error();
             o.workers = *n;
             return {};
         }},
        text("--recording-key", "FILE", "keys for recordings at rest (default: not encrypted)",
             &Options::recording_key),
        {"--archive-after", "S", "a finished recording stays a WAV so long (default: 600)",
         [](Options& o, const std::string& v) -> Result<void> {
             const auto n = number("--archive-after", v, 0, 7 * 86400);
             if (n.has_error()) return n.error();
             o.archive_after_s = *n;
             return {};
         }},
        text("--web", "DIR", "folder of the built pages (default: web/dist)", &Options::web_root),
        text("--tls-cert", "FILE", "PEM certificate chain: serve HTTPS", &Options::tls_certificate),
        text("--tls-key", "FILE", "PEM key", &Options::tls_key),
        text("--log", "LEVEL", "debug, info, warn or error (default: info)", &Options::log_level),
        {"--no-demo", nullptr,
         "a fresh data folder gets a small starter center, without demo agents",
         [](Options& o, const std::string&) -> Result<void> {
             o.demo = false;
             return {};
         }},
    };
    return all;
}

}  // namespace

Result<Options> parse_options(const std::vector<std::string>& arguments) {
    Options out;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const Option* found = nullptr;
        for (const Option& option : options()) {
            if (arguments[i] == option.name) found = &option;
        }
        if (found == nullptr) return invalid(arguments[i], "is not an option; see seatline --help");
        std::string value;
        if (found->value != nullptr) {
            if (++i == arguments.size()) return invalid(found->name, "needs a value");
            value = arguments[i];
        }
        if (auto r = found->set(out, value); r.has_error()) return r.error();
    }
    if (out.rtp_min >= out.rtp_max) return invalid("--rtp-min", "must be less than --rtp-max");
    const bool any_address = out.bind == "0.0.0.0" || out.bind == "::";
    if (any_address && out.advertise.empty()) {
        return invalid("--advertise",
                       "is needed with --bind " + out.bind +
                           ": the address that phones and carriers reach this machine by");
    }
    const auto absolute = [](const std::string& path) {
        return std::filesystem::absolute(path).lexically_normal().string();
    };
    if (!out.recording_key.empty() &&
        absolute(out.recording_key).starts_with(absolute(out.data + "/"))) {
        return invalid("--recording-key",
                       "must not be in the data folder: a copy of the folder would have the key");
    }
    if (out.tls_certificate.empty() != out.tls_key.empty())
        return invalid("--tls-key", "goes with --tls-cert");
    if (out.sips_port != 0 && out.tls_certificate.empty())
        return invalid("--sips", "needs --tls-cert and --tls-key");
    return out;
}

std::string options_help() {
    std::string help;
    for (const Option& option : options()) {
        std::string left =
            std::string("  ") + option.name + (option.value ? std::string(" ") + option.value : "");
        left.resize(std::max<std::size_t>(left.size() + 1, 22), ' ');
        help += left + option.help + "\n";
    }
    return help;
}

}  // namespace seatline::app
