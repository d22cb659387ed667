#pragma once
// Command-line options as a table: each command lists its own, and reading, errors and help come
// from the list.
#include <charconv>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace seatline::robots {

struct Option {
    std::string name;   ///< "--rate"
    std::string value;  ///< "N" in the help; empty: a switch
    std::string help;
    std::function<Result<void>(const std::string&)> set;
};

[[nodiscard]] Option text_option(std::string name, std::string value, std::string help,
                                 std::string& target);
[[nodiscard]] Option switch_option(std::string name, std::string help, bool& target);

/// "0.01", "86400": without the zeros of std::to_string.
[[nodiscard]] std::string short_text(double value);

/// A number within [min, max].
template <class Number>
struct Bounds {
    Number min;
    Number max;
};
template <class Number>
[[nodiscard]] Option number_option(std::string name, std::string help, Bounds<Number> bounds,
                                   Number& target) {
    auto set = [name, bounds, &target](const std::string& text) -> Result<void> {
        Number value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size() ||
            !(value >= bounds.min && value <= bounds.max)) {
            return invalid(name, "must be a number between " +
                                     short_text(static_cast<double>(bounds.min)) + " and " +
                                     short_text(static_cast<double>(bounds.max)));
        }
        target = value;
        return {};
    };
    return {std::move(name), "N", std::move(help), std::move(set)};
}

/// Sets what `arguments` say. Errors: invalid, with the option as field.
[[nodiscard]] Result<void> read_options(const std::vector<Option>& options,
                                        const std::vector<std::string>& arguments);
[[nodiscard]] std::string options_help(const std::vector<Option>& options);

/// Where the server listens.
struct ServerAddress {
    std::string host = "127.0.0.1";  ///< IPv4 literal
    std::uint16_t port = 5060;

    [[nodiscard]] std::string uri(const std::string& user = {}) const {
        return "sip:" + (user.empty() ? user : user + '@') + host + ':' + std::to_string(port);
    }
};
/// "HOST:PORT" or "HOST", an IPv4 literal. Only 127.0.0.0/8 unless `is_remote_allowed` says so when
/// the options have been read: a typing error must not flood a stranger.
[[nodiscard]] Option server_option(ServerAddress& target);
[[nodiscard]] Option remote_option(bool& is_remote_allowed);
[[nodiscard]] Result<void> check_server(const ServerAddress& server, bool is_remote_allowed);

}  // namespace seatline::robots
