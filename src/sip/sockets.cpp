// The sockets: UDP, TCP and TLS on one address, and on a second one of the other family.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "sip/certificates.h"
#include "sip/stack.h"

namespace seatline::sip {

namespace {

/// Below 64 KB, so that a response, which repeats the request's Via and Record-Route, still fits
/// into one datagram: a final response that can't be sent and then an ACK would fail an assertion
/// of this sofia.
constexpr unsigned max_message_bytes = 60'000;

/// A port that is free for UDP and TCP at this moment; 0 when none could be found.
std::uint16_t free_port(const std::string& address) {
    const bool is_ip6 = address.find(':') != std::string::npos;
    for (int attempt = 0; attempt < 20; ++attempt) {
        sockaddr_storage name{};
        socklen_t size = is_ip6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
        name.ss_family = is_ip6 ? AF_INET6 : AF_INET;
        auto* raw = reinterpret_cast<sockaddr*>(&name);
        inet_pton(name.ss_family, address.c_str(),
                  is_ip6 ? static_cast<void*>(&reinterpret_cast<sockaddr_in6*>(&name)->sin6_addr)
                         : static_cast<void*>(&reinterpret_cast<sockaddr_in*>(&name)->sin_addr));
        const int tcp = socket(name.ss_family, SOCK_STREAM, 0);
        const int udp = socket(name.ss_family, SOCK_DGRAM, 0);
        const bool is_free = bind(tcp, raw, size) == 0 && getsockname(tcp, raw, &size) == 0 &&
                             bind(udp, raw, size) == 0;
        close(tcp);
        close(udp);
        if (is_free) return ntohs(reinterpret_cast<sockaddr_in*>(&name)->sin_port);
    }
    return 0;
}

/// Of sofia's "stateless" mode, in which we see a request before there is a transaction: only so
/// can it be dropped without an answer.
int on_message_callback(void* stack, nta_agent_t*, msg_t* message, sip_t* sip) {
    auto& self = *static_cast<Stack*>(stack);
    self.sweep();
    self.on_message(message, sip);
    return 0;
}

}  // namespace

Result<void> Stack::open_sockets() {
    agent_ = nta_agent_create(
        root_, reinterpret_cast<const url_string_t*>(-1), on_message_callback, this, NTATAG_UA(1),
        NTATAG_STATELESS(1), NTATAG_MERGE_482(1), NTATAG_CANCEL_487(1), NTATAG_CLIENT_RPORT(1),
        NTATAG_SERVER_RPORT(2), NTATAG_TCP_RPORT(1), NTATAG_TLS_RPORT(1),
        NTATAG_MAXSIZE(max_message_bytes), NTATAG_UDP_MTU(16'000), NTATAG_PRELOAD(2048),
        NTATAG_SIP_T1(static_cast<unsigned>(config_.t1.count())),
        NTATAG_SIP_T1X64(static_cast<unsigned>(64 * config_.t1.count())), NTATAG_TIMEOUT_408(1),
        NTATAG_PASS_408(0), TAG_END());
    if (agent_ == nullptr) return Error{"unavailable", "bind", "the SIP agent can't be created"};
    port_ = config_.port != 0 ? config_.port : free_port(config_.bind_address);
    if (config_.tls_port != 0) {
        certificates_ = std::make_unique<CertificateFolder>();
        if (auto made = certificates_->fill(config_); made.has_error()) return made;
    }
    std::vector<std::string> addresses{config_.bind_address};
    if (!config_.second_bind_address.empty()) addresses.push_back(config_.second_bind_address);
    // IPv6 first: sofia takes "[::1]" for a name and sends to it by the first socket, while it
    // finds the right one for an IPv4 address.
    std::stable_partition(addresses.begin(), addresses.end(),
                          [](const auto& text) { return text.find(':') != std::string::npos; });
    for (const auto& address : addresses) {
        if (!address_bytes(address)) {
            return Error{"unavailable", "bind", address + " is no IP address"};
        }
        const auto& shown = address == config_.bind_address && !config_.advertised_address.empty()
                                ? config_.advertised_address
                                : address;
        for (const auto transport : {Transport::udp, Transport::tcp, Transport::tls}) {
            const bool is_tls = transport == Transport::tls;
            if (is_tls && config_.tls_port == 0) continue;
            const auto port = is_tls ? config_.tls_port : port_;
            if (!bind_socket(address, shown, port, transport)) {
                return Error{"unavailable", "bind",
                             "the SIP port " + host_and_port(address, port) +
                                 " can't be opened; is another program using it?"};
            }
            headers_.set_contact({transport, shown.find(':') != std::string::npos},
                                 host_and_port(shown, port));
        }
    }
    host_port_ = headers_.host_port(
        Way{Transport::udp, config_.bind_address.find(':') != std::string::npos});
    certificates_.reset();  // sofia has read them
    return {};
}

bool Stack::bind_socket(const std::string& address, const std::string& shown, std::uint16_t port,
                        Transport transport) {
    if (port == 0) return false;
    // sofia binds TLS for a sips: URL only.
    auto url = (transport == Transport::tls ? "sips:" : "sip:") + host_and_port(shown, port);
    if (shown != address) url += ";maddr=" + address;
    // One transport a URL: "udp,tcp" in one crashes this sofia.
    url += std::string(";transport=") + transport_name(transport);
    const auto* folder = certificates_ ? certificates_->path().c_str() : "";
    // A peer's chain is checked when there is something to check it by. Its name is not: we connect
    // to the addresses that DNS gave us.
    const auto policy = config_.tls_ca.empty() ? TPTLS_VERIFY_NONE : TPTLS_VERIFY_OUT;
    return nta_agent_add_tport(agent_, URL_STRING_MAKE(url.c_str()), TPTAG_IDLE(1'800'000),
                               TPTAG_TIMEOUT(10'000), TPTAG_QUEUESIZE(4096),
                               TPTAG_UDP_RMEM(4 << 20), TPTAG_KEEPALIVE(0), TPTAG_PONG2PING(1),
                               TPTAG_STUN_SERVER(0),
                               TAG_IF(transport == Transport::tls, TPTAG_CERTIFICATE(folder)),
                               TAG_IF(transport == Transport::tls, TPTAG_TLS_VERIFY_POLICY(policy)),
                               TAG_END()) == 0;
}

}  // namespace seatline::sip
