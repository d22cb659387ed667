// Calls over TLS and IPv6 between two endpoints, and what a TLS port refuses.
#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>

#include "sip/digest.h"
#include "sip/testing.h"

/// sofia's tls_free() never frees the SSL object of a connection (src/sip/README.md): every TLS
/// test leaves some. Read by LeakSanitizer only.
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libssl.so\nleak:libcrypto.so\n";
}

namespace seatline::sip {
namespace {

using namespace testing_support;

std::uint16_t free_tcp_port() {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof own;
    (void)!bind(fd, reinterpret_cast<sockaddr*>(&own), size);
    getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size);
    close(fd);
    return ntohs(own.sin_port);
}

/// A key and its own certificate in two files.
struct KeyPair {
    explicit KeyPair(const std::string& name)
        : certificate(::testing::TempDir() + name + std::to_string(getpid()) + ".crt"),
          key(certificate + ".key") {
        EVP_PKEY* pair = EVP_RSA_gen(2048);
        X509* x509 = X509_new();
        X509_set_version(x509, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
        X509_gmtime_adj(X509_getm_notBefore(x509), -60);
        X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
        X509_set_pubkey(x509, pair);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
        X509_set_issuer_name(x509, X509_get_subject_name(x509));
        X509_sign(x509, pair, EVP_sha256());
        FILE* file = std::fopen(certificate.c_str(), "w");
        PEM_write_X509(file, x509);
        std::fclose(file);
        file = std::fopen(key.c_str(), "w");
        PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(file);
        X509_free(x509);
        EVP_PKEY_free(pair);
    }
    ~KeyPair() {
        std::remove(certificate.c_str());
        std::remove(key.c_str());
    }
    KeyPair(const KeyPair&) = delete;
    KeyPair& operator=(const KeyPair&) = delete;

    [[nodiscard]] Config config() const {
        Config out;
        out.tls_port = free_tcp_port();
        out.tls_certificate = certificate;
        out.tls_key = key;
        return out;
    }

    std::string certificate;
    std::string key;
};

void register_and_call(Node& center, Node& phone, const std::string& registrar) {
    center.post(SetDevices{{{"8001", md5_hex("8001:seatline:secret")}}});
    center.settle();
    phone.post(Register{registrar, "8001", "secret", 300});
    const auto result = phone.expect<RegisterResult>();
    ASSERT_TRUE(result.ok) << result.sip_code;
    center.expect<DeviceRegistered>();
    Invite invite;
    invite.leg = LegId{2};
    invite.device_user = "8001";
    invite.from_user = "4008";
    invite.local = audio(5000);
    center.post(invite);
    const auto call = phone.expect<IncomingCall>();
    phone.post(Accept{call.leg, audio(6000)});
    center.expect<Answered>();
    phone.expect<Confirmed>();
    phone.post(HangUp{call.leg});  // goes to the center's Contact
    phone.expect<Ended>();
    EXPECT_EQ(center.expect<Ended>().by, EndedBy::remote);
}

TEST(sip_transports, registers_and_calls_over_tls) {
    const KeyPair pair("center");
    const auto config = pair.config();
    Node center{config};
    Node phone{pair.config()};
    register_and_call(center, phone,
                      "sip:127.0.0.1:" + std::to_string(config.tls_port) + ";transport=tls");
}

TEST(sip_transports, registers_and_calls_over_ipv6) {
    Config config;
    config.second_bind_address = "::1";
    Node center{config};
    Node phone{config};
    register_and_call(center, phone, "sip:[::1]:" + std::to_string(center.port()));
}

TEST(sip_transports, a_trunk_whose_certificate_nobody_vouches_for_stays_down) {
    const KeyPair known("known");
    const KeyPair stranger("stranger");
    for (const bool is_known : {true, false}) {
        const auto there = (is_known ? known : stranger).config();
        Node carrier{there};
        auto here = known.config();
        here.tls_ca = known.certificate;
        Node center{here};
        const auto uri = "sip:127.0.0.1:" + std::to_string(there.tls_port) + ";transport=tls";
        center.post(SetTrunks{{}, {{TrunkId{7}, uri, "", "", false, seconds{60}}}});
        EXPECT_EQ(center.expect<TrunkState>(seconds{15}).up, is_known);
    }
}

TEST(sip_transports, a_key_of_another_certificate_is_a_clear_error) {
    const KeyPair one("one");
    const KeyPair other("other");
    auto config = one.config();
    config.tls_key = other.key;
    const auto started = Endpoint::start(
        config, [](Event&&) {}, wall_now);
    ASSERT_TRUE(started.has_error());
    EXPECT_EQ(started.error().field, "tls_key");
}

}  // namespace
}  // namespace seatline::sip
