#include "sip/resolver.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>
#include <tuple>

#include "sip/trunk_table.h"

namespace seatline::sip {

namespace {

std::uint16_t default_port(Transport transport) {
    return transport == Transport::tls ? 5061 : 5060;
}

std::string service_of(Transport transport) {
    if (transport == Transport::tls) return "_sips._tcp.";
    return transport == Transport::tcp ? "_sip._tcp." : "_sip._udp.";
}

}  // namespace

Result<Destination> parse_destination(const std::string& uri) {
    su_home_t home[1] = {SU_HOME_INIT(home)};
    Destination out;
    const auto* url = url_make(home, uri.c_str());
    const bool is_usable = url != nullptr && url->url_host != nullptr && *url->url_host != 0 &&
                           (url->url_type == url_sip || url->url_type == url_sips);
    if (is_usable) {
        out.host = url->url_host;
        if (url->url_port != nullptr)
            out.port = static_cast<std::uint16_t>(std::strtoul(url->url_port, nullptr, 10));
    }
    su_home_deinit(home);
    if (!is_usable) return invalid("uri", "must be a SIP URI: sip:carrier.example");
    if (out.host.front() == '[') out.host = out.host.substr(1, out.host.size() - 2);
    out.transport = way_of(uri).transport;
    return out;
}

Resolver::Resolver(su_root_t* root, const std::string& resolv_conf, bool with_ip6)
    : resolver_(sres_resolver_create(root, resolv_conf.empty() ? nullptr : resolv_conf.c_str(),
                                     TAG_END())),
      with_ip6_(with_ip6) {}

Resolver::~Resolver() {
    for (auto& job : jobs_) job->owner = nullptr;
    if (resolver_ != nullptr) sres_resolver_destroy(resolver_);
}

void Resolver::resolve(const Destination& destination, Found found) {
    const auto port =
        destination.port != 0 ? destination.port : default_port(destination.transport);
    if (address_bytes(destination.host)) {
        return found({Source{destination.host, port, destination.transport}.uri()});
    }
    if (resolver_ == nullptr) return found({});
    auto& job = *jobs_.emplace_back(std::make_unique<Job>());
    job.owner = this;
    job.destination = destination;
    job.found = std::move(found);
    if (destination.port == 0) {
        return ask(job, sres_type_srv, service_of(destination.transport) + destination.host,
                   on_servers);
    }
    job.servers.push_back({0, 0, port, destination.host, {}});
    ask_addresses(job);
}

void Resolver::ask(Job& job, std::uint16_t type, const std::string& name, sres_answer_f* answered) {
    if (sres_query(resolver_, answered, &job, type, name.c_str()) == nullptr) {
        answered(&job, nullptr, nullptr);
    }
}

void Resolver::on_servers(void* context, sres_query_t*, sres_record_t** answers) {
    auto& job = *static_cast<Job*>(context);
    if (job.owner == nullptr) return;
    for (auto** record = answers; record != nullptr && *record != nullptr; ++record) {
        const auto& common = *(*record)->sr_record;
        if (common.r_status != 0 || common.r_type != sres_type_srv) continue;
        const auto& srv = *(*record)->sr_srv;
        job.servers.push_back({srv.srv_priority, srv.srv_weight, srv.srv_port, srv.srv_target, {}});
    }
    sres_free_answers(job.owner->resolver_, answers);
    if (job.servers.empty()) {  // RFC 3263 4.2: no SRV, then the name itself
        const auto& to = job.destination;
        job.servers.push_back({0, 0, default_port(to.transport), to.host, {}});
    }
    order(job.servers);
    job.owner->ask_addresses(job);
}

/// RFC 2782: lower priorities first; among equals a drawing, again and again, by weight.
void Resolver::order(std::vector<Server>& servers) {
    static thread_local std::minstd_rand random{std::random_device{}()};
    std::stable_sort(servers.begin(), servers.end(), [](const Server& a, const Server& b) {
        return std::make_tuple(a.priority, a.weight != 0) <
               std::make_tuple(b.priority, b.weight != 0);
    });
    for (auto from = servers.begin(); from != servers.end(); ++from) {
        std::uint32_t sum = 0;
        auto end = from;
        for (; end != servers.end() && end->priority == from->priority; ++end) sum += end->weight;
        auto drawn = std::uniform_int_distribution<std::uint32_t>(0, sum)(random);
        auto chosen = from;
        while (chosen + 1 != end && chosen->weight < drawn) {
            drawn -= chosen->weight;
            ++chosen;
        }
        std::rotate(from, chosen, chosen + 1);
    }
}

void Resolver::ask_addresses(Job& job) {
    while (job.at < job.servers.size() && address_bytes(job.servers[job.at].host)) {
        auto& server = job.servers[job.at++];
        server.addresses.push_back(server.host);
    }
    if (job.at == job.servers.size()) return finish(job);
    ask(job, job.asks_ip6 ? sres_type_aaaa : sres_type_a, job.servers[job.at].host, on_addresses);
}

void Resolver::on_addresses(void* context, sres_query_t*, sres_record_t** answers) {
    auto& job = *static_cast<Job*>(context);
    if (job.owner == nullptr) return;
    auto& server = job.servers[job.at];
    for (auto** record = answers; record != nullptr && *record != nullptr; ++record) {
        const auto& common = *(*record)->sr_record;
        std::array<char, INET6_ADDRSTRLEN> text{};
        if (common.r_status != 0) continue;
        if (common.r_type == sres_type_a) {
            inet_ntop(AF_INET, &(*record)->sr_a->a_addr, text.data(), text.size());
        } else if (common.r_type == sres_type_aaaa) {
            inet_ntop(AF_INET6, &(*record)->sr_aaaa->aaaa_addr, text.data(), text.size());
        } else {
            continue;
        }
        server.addresses.emplace_back(text.data());
    }
    sres_free_answers(job.owner->resolver_, answers);
    const bool was_ip4 = !job.asks_ip6;
    job.asks_ip6 = was_ip4 && job.owner->with_ip6_;
    if (!job.asks_ip6) ++job.at;
    job.owner->ask_addresses(job);
}

void Resolver::finish(Job& job) {
    std::vector<std::string> routes;
    for (const auto& server : job.servers) {
        for (const auto& address : server.addresses) {
            routes.push_back(Source{address, server.port, job.destination.transport}.uri());
        }
    }
    const auto found = std::move(job.found);
    std::erase_if(jobs_, [&](const auto& entry) { return entry.get() == &job; });
    found(std::move(routes));
}

}  // namespace seatline::sip
