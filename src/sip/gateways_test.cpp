// Trunks that calls go out on, with a real DNS server on 127.0.0.1 and real servers behind it.
#include "sip/gateways.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "sip/testing.h"

namespace seatline::sip {
namespace {

using namespace testing_support;

/// Answers SRV of _sip._udp.carrier.test with the given ports (priorities 1, 2, ...), and A of
/// anything with 127.0.0.1.
class DnsServer {
public:
    explicit DnsServer(std::vector<std::uint16_t> ports) : ports_(std::move(ports)) {
        socket_ = socket(AF_INET, SOCK_DGRAM, 0);
        sockaddr_in own{};
        own.sin_family = AF_INET;
        own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof own;
        if (bind(socket_, reinterpret_cast<sockaddr*>(&own), size) != 0) std::abort();
        getsockname(socket_, reinterpret_cast<sockaddr*>(&own), &size);
        std::ofstream conf(conf_);
        conf << "nameserver 127.0.0.1\nport " << ntohs(own.sin_port) << "\n";
        thread_ = std::thread([this] { serve(); });
    }
    ~DnsServer() {
        is_over_ = true;
        thread_.join();
        close(socket_);
        unlink(conf_.c_str());
    }
    [[nodiscard]] const std::string& conf() const { return conf_; }

private:
    static void put(std::string& out, unsigned value) {
        out += static_cast<char>(value >> 8);
        out += static_cast<char>(value & 255);
    }

    void serve() {
        while (!is_over_) {
            pollfd ready{socket_, POLLIN, 0};
            if (poll(&ready, 1, 20) <= 0) continue;
            std::string query(512, '\0');
            sockaddr_in from{};
            socklen_t size = sizeof from;
            const auto got = recvfrom(socket_, query.data(), query.size(), 0,
                                      reinterpret_cast<sockaddr*>(&from), &size);
            if (got < 17) continue;
            const auto reply = answer(query.substr(0, static_cast<std::size_t>(got)));
            (void)!sendto(socket_, reply.data(), reply.size(), 0,
                          reinterpret_cast<sockaddr*>(&from), size);
        }
    }

    [[nodiscard]] std::string answer(const std::string& query) const {
        auto end = query.find('\0', 12);
        const unsigned type = static_cast<unsigned char>(query[end + 2]);
        const auto question = query.substr(12, end + 5 - 12);
        std::vector<std::string> records;
        if (type == 1) records.push_back(std::string("\x7f\0\0\1", 4));
        for (unsigned i = 0; type == 33 && i < ports_.size(); ++i) {
            std::string data;
            put(data, i + 1);
            put(data, 0);
            put(data, ports_[i]);
            records.push_back(data + "\4host\4test" + '\0');
        }
        std::string out = query.substr(0, 2) + "\x85";
        out += '\x80';
        for (const auto count : {std::size_t{1}, records.size(), std::size_t{0}, std::size_t{0}}) {
            put(out, static_cast<unsigned>(count));
        }
        out += question;
        for (const auto& data : records) {
            put(out, 0xc00c);
            put(out, type);
            put(out, 1);
            put(out, 0);
            put(out, 60);
            put(out, static_cast<unsigned>(data.size()));
            out += data;
        }
        return out;
    }

    std::vector<std::uint16_t> ports_;
    std::string conf_ = ::testing::TempDir() + "seatline-resolv-" + std::to_string(getpid());
    int socket_ = -1;
    std::atomic<bool> is_over_ = false;
    std::thread thread_;
};

Invite by_trunk(LegId leg) {
    Invite invite;
    invite.leg = leg;
    invite.trunk = TrunkId{7};
    invite.number = "13800138000";
    invite.from_user = "8001";
    invite.local = audio(5000);
    return invite;
}

SetTrunks gateway(const std::string& uri, bool registers = false) {
    return {{}, {{TrunkId{7}, uri, "8001", "secret", registers, seconds{60}}}};
}

void expect_call(Node& center, Node& carrier, LegId leg) {
    center.post(by_trunk(leg));
    const auto call = carrier.expect<IncomingCall>(seconds{10});
    EXPECT_EQ(call.called, "13800138000");
    carrier.post(Accept{call.leg, audio(6000)});
    center.expect<Answered>();
    carrier.expect<Confirmed>();
    center.post(HangUp{leg});
    center.expect<Ended>();
    carrier.expect<Ended>();
}

TEST(sip_gateways, the_second_server_of_a_name_takes_the_call_when_the_first_is_dead) {
    Node carrier;
    carrier.post(SetTrunks{{{TrunkId{1}, "127.0.0.1", 0}}, {}});
    std::uint16_t silent_port = 0;
    {
        const RawPeer silent(carrier.port(), SOCK_DGRAM);
        silent_port = silent.port();
    }
    const DnsServer dns({silent_port, carrier.port()});
    Config config;
    config.resolv_conf = dns.conf();
    Node center{config};
    center.post(gateway("sip:carrier.test"));
    const auto state = center.expect<TrunkState>(seconds{15});
    EXPECT_TRUE(state.up);
    EXPECT_EQ(state.trunk, TrunkId{7});
    expect_call(center, carrier, LegId{2});
}

TEST(sip_gateways, a_server_that_says_503_passes_the_call_on_to_the_next) {
    Node carrier;
    carrier.post(SetTrunks{{{TrunkId{1}, "127.0.0.1", 0}}, {}});
    Config full;
    full.max_proceeding = 0;  // answers OPTIONS, but every INVITE with 503
    Node busy{full};
    busy.post(SetTrunks{{{TrunkId{1}, "127.0.0.1", 0}}, {}});
    const DnsServer dns({busy.port(), carrier.port()});
    Config config;
    config.resolv_conf = dns.conf();
    Node center{config};
    center.post(gateway("sip:carrier.test"));
    EXPECT_TRUE(center.expect<TrunkState>(seconds{15}).up);
    expect_call(center, carrier, LegId{2});
}

TEST(sip_gateways, a_trunk_that_does_not_answer_is_down_and_up_at_the_first_answer) {
    auto carrier = std::make_unique<RawPeer>(9, SOCK_DGRAM);
    Node center;
    center.post(gateway("sip:127.0.0.1:" + std::to_string(carrier->port())));
    const auto state = center.expect<TrunkState>(seconds{15});
    EXPECT_FALSE(state.up);
    EXPECT_FALSE(state.reason.empty());
}

TEST(sip_gateways, a_registered_trunk_is_up_and_a_wrong_password_says_so) {
    for (const bool is_right : {true, false}) {
        Node carrier;
        const auto a1 = std::string("8001:seatline:") + (is_right ? "secret" : "other");
        carrier.post(SetDevices{{{"8001", md5_hex(a1), digest_hex(DigestAlgorithm::sha256, a1)}}});
        carrier.settle();
        Node center;
        center.post(gateway("sip:127.0.0.1:" + std::to_string(carrier.port()), true));
        const auto state = center.expect<TrunkState>(seconds{15});
        EXPECT_EQ(state.up, is_right) << state.reason;
        if (!is_right) {
            EXPECT_EQ(state.reason, "REGISTER: 403 Forbidden");
            continue;
        }
        EXPECT_EQ(carrier.expect<DeviceRegistered>().user, "8001");
        expect_call(center, carrier, LegId{2});  // challenged with SHA-256
    }
}

TEST(sip_gateways, a_name_that_does_not_exist_is_said) {
    const DnsServer dns({});
    Config config;
    config.resolv_conf = dns.conf();
    Node center{config};
    center.post(gateway("sip:[nonsense"));
    EXPECT_FALSE(center.expect<TrunkState>().up);
    center.post(by_trunk(LegId{2}));
    EXPECT_EQ(center.expect<Ended>().sip_code, 480);
}

}  // namespace
}  // namespace seatline::sip
