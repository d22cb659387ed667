#pragma once
// Where a SIP URI leads (RFC 3263 without NAPTR): SRV by priority and weight (RFC 2782), then A and
// AAAA, as routes to literal addresses, the best first. Asks the servers of resolv.conf over UDP
// and never waits: the answer comes by callback. Not sofia's own look-up, because that knows
// neither 503 nor a time-out shorter than 32 s as a reason for the next server. SIP thread only.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "sip/message.h"
#include "sip/sofia.h"

namespace seatline::sip {

/// The parts of a gateway's URI that say where to send.
struct Destination {
    std::string host;        ///< a name, or a literal without brackets
    std::uint16_t port = 0;  ///< 0: not given
    Transport transport = Transport::udp;
};
/// Errors: invalid, field "uri".
[[nodiscard]] Result<Destination> parse_destination(const std::string& uri);

class Resolver {
public:
    /// Empty when nothing was found.
    using Found = std::function<void(std::vector<std::string> routes)>;

    /// `resolv_conf`: empty means the system's. `with_ip6`: AAAA records are asked for, too.
    Resolver(su_root_t* root, const std::string& resolv_conf, bool with_ip6);
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    /// Calls `found` once, at once for literals; never after the resolver is gone.
    void resolve(const Destination& destination, Found found);

private:
    struct Server {
        std::uint16_t priority = 0;
        std::uint16_t weight = 0;
        std::uint16_t port = 0;
        std::string host;
        std::vector<std::string> addresses;
    };
    struct Job {
        Resolver* owner = nullptr;
        Destination destination;
        std::vector<Server> servers;
        std::size_t at = 0;
        bool asks_ip6 = false;
        Found found;
    };

    void ask(Job& job, std::uint16_t type, const std::string& name, sres_answer_f* answered);
    void ask_addresses(Job& job);
    void finish(Job& job);
    static void on_servers(void* job, sres_query_t*, sres_record_t** answers);
    static void on_addresses(void* job, sres_query_t*, sres_record_t** answers);
    static void order(std::vector<Server>& servers);

    sres_resolver_t* resolver_;
    bool with_ip6_;
    std::vector<std::unique_ptr<Job>> jobs_;
};

}  // namespace seatline::sip
