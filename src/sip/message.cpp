#include "sip/message.h"

#include <arpa/inet.h>
#include <strings.h>

#include <array>
#include <cctype>
#include <cstdlib>

namespace seatline::sip {

namespace {

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

const char* transport_name(Transport transport) {
    static constexpr std::array<const char*, 3> names{"udp", "tcp", "tls"};
    return names[static_cast<std::size_t>(transport)];
}

Way way_of(std::string_view uri) {
    Way way;
    if (!uri.empty() && uri.front() == '<') uri.remove_prefix(1);
    const auto at = uri.find('@');
    const auto colon = uri.find(':');
    const auto host = at != std::string_view::npos      ? at + 1
                      : colon != std::string_view::npos ? colon + 1
                                                        : 0;
    way.is_ip6 = host < uri.size() && uri[host] == '[';
    std::string text(uri.substr(0, uri.find('>')));
    for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (text.find(";transport=tls") != std::string::npos || text.rfind("sips:", 0) == 0) {
        way.transport = Transport::tls;
    } else if (text.find(";transport=tcp") != std::string::npos) {
        way.transport = Transport::tcp;
    }
    return way;
}

std::string host_and_port(const std::string& host, std::uint16_t port) {
    const bool is_ip6 = host.find(':') != std::string::npos;
    return (is_ip6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

std::string Source::text() const {
    return host_and_port(host, port);
}

std::string Source::uri() const {
    return "sip:" + host_and_port(host, port) + ";transport=" + transport_name(transport);
}

Source source_of(msg_t* message, const sip_t* sip) {
    Source source;
    const auto* address = msg_addr(message);
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(address->su_family, SU_ADDR(address), text.data(), text.size());
    source.host = text.data();
    source.port = ntohs(address->su_port);
    const char* protocol = sip->sip_via != nullptr ? sip->sip_via->v_protocol : "";
    if (strcasecmp(protocol, "SIP/2.0/TCP") == 0) source.transport = Transport::tcp;
    if (strcasecmp(protocol, "SIP/2.0/TLS") == 0) source.transport = Transport::tls;
    return source;
}

Source source_of(nta_incoming_t* request, const sip_t* sip) {
    msg_t* message = nta_incoming_getrequest(request);
    auto source = source_of(message, sip);
    msg_destroy(message);
    return source;
}

std::string user_of(const url_t* url) {
    if (url == nullptr || url->url_user == nullptr) return {};
    std::string user(url->url_user);
    user.resize(url_unescape_to(user.data(), url->url_user, user.size()));
    return user;
}

std::string uri_text(const url_t* url) {
    std::array<char, 1024> text;
    const auto size = url_e(text.data(), text.size(), url);
    if (size <= 0 || static_cast<std::size_t>(size) >= text.size()) return {};
    return text.data();
}

std::string display_of(const char* display) {
    if (display == nullptr) return {};
    std::string_view text(display);
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
    std::string out;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '\\' && i + 2 < text.size()) ++i;
        out += text[i];
    }
    return out;
}

std::string unknown_header(const sip_t* sip, std::string_view name) {
    for (const auto* header = sip->sip_unknown; header != nullptr; header = header->un_next) {
        if (header->un_name != nullptr && name.size() == std::string_view(header->un_name).size() &&
            strncasecmp(header->un_name, name.data(), name.size()) == 0) {
            return header->un_value == nullptr ? "" : header->un_value;
        }
    }
    return {};
}

bool is_repeated(const sip_t* sip, msg_hclass_t* header_class) {
    for (const auto* header = reinterpret_cast<const sip_header_t*>(sip->sip_error);
         header != nullptr; header = header->sh_next) {
        if (header->sh_class == header_class) return true;
    }
    return false;
}

int q850_cause(const sip_t* sip) {
    if (sip == nullptr) return 0;
    for (const auto* reason = sip->sip_reason; reason != nullptr; reason = reason->re_next) {
        if (reason->re_protocol != nullptr && reason->re_cause != nullptr &&
            strcasecmp(reason->re_protocol, "Q.850") == 0) {
            const int cause = std::atoi(reason->re_cause);
            return cause >= 1 && cause <= 127 ? cause : 0;
        }
    }
    return 0;
}

std::string_view body_of(const sip_t* sip) {
    if (sip == nullptr || sip->sip_payload == nullptr || sip->sip_payload->pl_data == nullptr) {
        return {};
    }
    return {sip->sip_payload->pl_data, sip->sip_payload->pl_len};
}

bool has_content_type(const sip_t* sip, const char* type) {
    return sip->sip_content_type != nullptr && sip->sip_content_type->c_type != nullptr &&
           strcasecmp(sip->sip_content_type->c_type, type) == 0;
}

std::optional<DigestFields> digest_of(const msg_auth_t* header) {
    if (header == nullptr || header->au_scheme == nullptr ||
        strcasecmp(header->au_scheme, "Digest") != 0) {
        return std::nullopt;
    }
    std::vector<std::string_view> items;
    for (const auto* item = header->au_params; item != nullptr && *item != nullptr; ++item) {
        items.emplace_back(*item);
    }
    return read_digest(items);
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (is_control(c)) continue;
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string name_addr(std::string_view name, std::string_view uri) {
    return (name.empty() ? std::string{} : quoted(name) + ' ') + '<' + std::string(uri) + '>';
}

std::string escape_user(std::string_view user) {
    static constexpr std::string_view plain = "-_.!~*'()&=+$,;?/";  // RFC 3261 25.1 user-unreserved
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : user) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) || plain.find(c) != std::string_view::npos) {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    return out;
}

std::string reason_header(std::string_view text) {
    if (text.empty()) return {};
    return "Reason: Q.850;cause=16;text=" + quoted(text) + "\r\n";
}

std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (!is_control(c)) out += c;
    }
    return out;
}

std::string header_lines(const std::vector<std::pair<std::string, std::string>>& headers) {
    static constexpr std::string_view token_marks = "-.!%*_+`'~";
    std::string out;
    for (const auto& [name, value] : headers) {
        bool is_token = !name.empty();
        for (const char c : name) {
            is_token = is_token && (std::isalnum(static_cast<unsigned char>(c)) ||
                                    token_marks.find(c) != std::string_view::npos);
        }
        if (is_token) out += name + ": " + one_line(value) + "\r\n";
    }
    return out;
}

}  // namespace seatline::sip
