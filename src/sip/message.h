#pragma once
// Reading single facts out of SIP messages into our own values, and small pieces of text for ours.
// SIP thread only.
#include <optional>
#include <string>
#include <string_view>

#include "sip/digest.h"
#include "sip/endpoint.h"
#include "sip/sofia.h"

namespace seatline::sip {

inline constexpr const char* allowed_methods =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, PRACK, REFER, SUBSCRIBE, REGISTER";
inline constexpr const char* supported_extensions = "timer, 100rel, replaces, norefersub, tdialog";

enum class Transport : std::uint8_t { udp, tcp, tls };
[[nodiscard]] const char* transport_name(Transport transport);  ///< "udp", "tcp", "tls"

/// By which of our sockets a peer is reached: what our Contact towards it must name.
struct Way {
    Transport transport = Transport::udp;
    bool is_ip6 = false;
};
/// Of a SIP URI or name-addr: its scheme, transport parameter and kind of host.
[[nodiscard]] Way way_of(std::string_view uri);

/// "127.0.0.1:5060", "[::1]:5060"
[[nodiscard]] std::string host_and_port(const std::string& host, std::uint16_t port);

/// Where a request came from on the wire.
struct Source {
    std::string host;
    std::uint16_t port = 0;
    Transport transport = Transport::udp;

    [[nodiscard]] std::string text() const;  ///< "127.0.0.1:5060", "[::1]:5060"
    [[nodiscard]] std::string uri()
        const;  ///< "sip:127.0.0.1:5060;transport=udp": a route to exactly there
    [[nodiscard]] Way way() const { return {transport, host.find(':') != std::string::npos}; }
};
[[nodiscard]] Source source_of(msg_t* message, const sip_t* sip);
[[nodiscard]] Source source_of(nta_incoming_t* request, const sip_t* sip);

/// The user part with its %xx undone; empty when the URI has none.
[[nodiscard]] std::string user_of(const url_t* url);
[[nodiscard]] std::string uri_text(const url_t* url);
/// A display name without its quotes.
[[nodiscard]] std::string display_of(const char* display);
/// A header that sofia doesn't know; empty when absent.
[[nodiscard]] std::string unknown_header(const sip_t* sip, std::string_view name);
/// Whether a header that may stand once stands twice: sofia keeps the further ones as errors.
[[nodiscard]] bool is_repeated(const sip_t* sip, msg_hclass_t* header_class);
/// The Q.850 cause of a Reason header (RFC 3326); 0 when none.
[[nodiscard]] int q850_cause(const sip_t* sip);
[[nodiscard]] std::string_view body_of(const sip_t* sip);
[[nodiscard]] bool has_content_type(const sip_t* sip, const char* type);
/// The parameters of a Digest challenge or credentials; empty when it isn't Digest.
[[nodiscard]] std::optional<DigestFields> digest_of(const msg_auth_t* header);

/// A quoted-string (RFC 3261 25.1) without control characters.
[[nodiscard]] std::string quoted(std::string_view text);
/// `"name" <uri>` with the name quoted as RFC 3261 25.1 wants it; no quotes when it is empty.
[[nodiscard]] std::string name_addr(std::string_view name, std::string_view uri);
/// A user part with what mustn't stand there as %xx.
[[nodiscard]] std::string escape_user(std::string_view user);
/// A Reason header line for a normal end, with a text for people; empty without one (RFC 3326).
[[nodiscard]] std::string reason_header(std::string_view text);
/// Without line ends and other control characters: what a tenant typed can't add a header.
[[nodiscard]] std::string one_line(std::string_view text);
/// Name and value lines for SIPTAG_HEADER_STR; names that aren't tokens are left out.
[[nodiscard]] std::string header_lines(
    const std::vector<std::pair<std::string, std::string>>& headers);

}  // namespace seatline::sip
