// Reading SDP: one pass, line by line, into Session.
#include <arpa/inet.h>

#include <charconv>
#include <optional>

#include "sip/sdp/sdp.h"

namespace seatline::sip::sdp {

namespace {

/// Takes the text up to the next blank off the front of `rest`.
std::string_view next_word(std::string_view& rest) {
    const auto start = rest.find_first_not_of(' ');
    if (start == std::string_view::npos) {
        rest = {};
        return {};
    }
    rest.remove_prefix(start);
    const auto word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    return word;
}

template <class T>
std::optional<T> number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool is_ip_literal(const std::string& address) {
    in6_addr scratch;
    return inet_pton(AF_INET, address.c_str(), &scratch) == 1 ||
           inet_pton(AF_INET6, address.c_str(), &scratch) == 1;
}

/// "IN IP4 192.0.2.1" or "IN IP4 224.2.1.1/127"; empty when it is neither IPv4 nor IPv6.
std::string read_connection(std::string_view value) {
    if (next_word(value) != "IN") return {};
    const auto family = next_word(value);
    if (family != "IP4" && family != "IP6") return {};
    const auto literal = next_word(value);
    std::string address(literal.substr(0, literal.find('/')));
    return is_ip_literal(address) ? address : std::string{};
}

std::optional<MediaLine> read_media(std::string_view value) {
    MediaLine media;
    media.type = next_word(value);
    const auto port_and_count = next_word(value);
    const auto port = number<std::uint16_t>(port_and_count.substr(0, port_and_count.find('/')));
    media.proto = next_word(value);
    if (media.type.empty() || !port || media.proto.empty()) return std::nullopt;
    media.port = *port;
    for (auto word = next_word(value); !word.empty(); word = next_word(value)) {
        if (media.formats.size() == max_formats) return std::nullopt;
        media.formats.emplace_back(word);
    }
    if (media.formats.empty()) return std::nullopt;
    return media;
}

/// Adds one line to the session; the reason when it is wrong, else null.
const char* read_line(Session& session, char type, std::string_view value) {
    switch (type) {
        case 'o':
            session.origin = value;
            return nullptr;
        case 'c': {
            auto address = read_connection(value);
            if (address.empty()) return "the connection line names no IP address";
            (session.media.empty() ? session.address : session.media.back().address) =
                std::move(address);
            return nullptr;
        }
        case 'm': {
            if (session.media.size() == max_media) return "too many media lines";
            auto media = read_media(value);
            if (!media) return "the media line is malformed";
            session.media.push_back(std::move(*media));
            return nullptr;
        }
        case 'a': {
            const auto colon = value.find(':');
            Attribute attribute{std::string(value.substr(0, colon)), {}};
            if (colon != std::string_view::npos) attribute.value = value.substr(colon + 1);
            auto& to = session.media.empty() ? session.attributes : session.media.back().attributes;
            to.push_back(std::move(attribute));
            return nullptr;
        }
        default:
            return nullptr;  // s= t= b= i= u= e= p= k= r= z= say nothing that a call needs
    }
}

}  // namespace

const std::string* MediaLine::find(std::string_view name) const {
    for (const auto& attribute : attributes) {
        if (attribute.name == name) return &attribute.value;
    }
    return nullptr;
}

Result<Session> parse(std::string_view text) {
    if (text.size() > max_bytes) return invalid("sdp", "the body is too large");
    if (text.find('\0') != std::string_view::npos) return invalid("sdp", "the body has a NUL");
    Session session;
    std::size_t line_number = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (++line_number > max_lines) return invalid("sdp", "too many lines");
        if (line.empty()) continue;
        const auto where = "line " + std::to_string(line_number) + ": ";
        if (line.size() < 2 || line[1] != '=') return invalid("sdp", where + "is no type=value");
        if (line_number == 1 && line != "v=0") return invalid("sdp", where + "must be v=0");
        if (const char* reason = read_line(session, line[0], line.substr(2))) {
            return invalid("sdp", where + reason);
        }
    }
    if (session.media.empty()) return invalid("sdp", "has no media line");
    return session;
}

}  // namespace seatline::sip::sdp
