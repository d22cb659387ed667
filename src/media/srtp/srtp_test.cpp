// SRTP against figures of another implementation (libsrtp 2.5.0 made them) and against misuse.
#include "media/srtp/srtp.h"

#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <vector>

#include "media/rtp/packet.h"

namespace seatline::media {
namespace {

std::atomic<long> openssl_allocations{0};
// Before OpenSSL's first own allocation, or it is refused.
const int counted = CRYPTO_set_mem_functions(
    [](std::size_t size, const char*, int) {
        ++openssl_allocations;
        return std::malloc(size);
    },
    [](void* p, std::size_t size, const char*, int) {
        ++openssl_allocations;
        return std::realloc(p, size);
    },
    [](void* p, const char*, int) { std::free(p); });

using Octets = std::vector<std::uint8_t>;

Octets from_hex(const std::string& text) {
    Octets out;
    for (std::size_t i = 0; i < text.size(); i += 2)
        out.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
    return out;
}

SrtpKey known_key() {
    std::array<std::uint8_t, SrtpKey::size> octets;
    for (std::size_t i = 0; i < octets.size(); ++i)
        octets[i] = static_cast<std::uint8_t>(i * 7 + 1);
    return SrtpKey(octets);
}

/// A packet with one CSRC, a header extension of one word and 20 octets.
Octets packet_with_extension(std::uint16_t sequence) {
    Octets p{0x91, 8, 0, 0, 0,    0,    1, 0, 0xCA, 0xFE, 0xBA, 0xBE,
             1,    2, 3, 4, 0xBE, 0xDE, 0, 1, 0x10, 0xFF, 0,    0};
    store_u16(p.data() + 2, sequence);
    for (int i = 0; i < 20; ++i) p.push_back(static_cast<std::uint8_t>(0xA0 + i));
    return p;
}

Octets voice(std::uint16_t sequence, std::uint32_t ssrc = 7) {
    Octets p(12 + 160, 0x55);
    write_rtp_header(p.data(), {false, 8, sequence, sequence * 160u, ssrc, 0, 0});
    return p;
}

/// The packet as it goes over the wire; empty when refused.
Octets sealed(SrtpSender& sender, Octets packet) {
    const std::size_t size = packet.size();
    packet.resize(size + srtp_max_trailer);
    packet.resize(sender.protect(packet, size));
    return packet;
}

/// What the receiver makes of it; empty when refused.
Octets opened(SrtpReceiver& receiver, Octets datagram) {
    datagram.resize(receiver.unprotect(datagram));
    return datagram;
}

TEST(Srtp, is_what_libsrtp_makes_over_the_rollover) {
    const std::pair<int, const char*> wanted[] = {
        {65534, "df81ed8013c0ce82f0f257461a40c389206d96640b8e68c3257bceaa1461"},
        {65535, "0b020db3abe4de3df085b22beca3e37b5f05df28feaec20725e5d37777cd"},
        {0, "cc61d14ada7e2d7f3ad59b0147837c166dfa163eee7f662203c44d6285e4"},
        {1, "bdeeaed26efbb8f19c561160b00b1e617f6887995252e73dc5e06e23ec7d"}};
    for (const auto suite :
         {SrtpSuite::aes_cm_128_hmac_sha1_80, SrtpSuite::aes_cm_128_hmac_sha1_32}) {
        SrtpSender sender(suite, known_key());
        SrtpReceiver receiver(suite, known_key());
        for (const auto& [sequence, hex] : wanted) {
            const auto packet = packet_with_extension(static_cast<std::uint16_t>(sequence));
            const auto datagram = sealed(sender, packet);
            auto text = from_hex(hex);
            if (suite == SrtpSuite::aes_cm_128_hmac_sha1_32) text.resize(24);
            EXPECT_EQ(text, Octets(datagram.begin() + 24, datagram.end())) << sequence;
            EXPECT_EQ(packet, opened(receiver, datagram)) << sequence;
        }
    }
}

TEST(Srtp, rtcp_is_what_libsrtp_makes) {
    SrtpSender sender(SrtpSuite::aes_cm_128_hmac_sha1_32, known_key());
    SrtpReceiver receiver(SrtpSuite::aes_cm_128_hmac_sha1_32, known_key());
    const auto plain = from_hex("80c90001cafebabe81ca0002cafebabe01026162");
    for (const auto* hex :
         {"80c90001cafebabe2657f8202b39554d1b54709d8000000182ebb7bec71c3a49a954",
          "80c90001cafebabeade898a065cbdf91fd7f5e3880000002a7c1d496c23471e46fb5"}) {
        Octets p = plain;
        p.resize(plain.size() + srtcp_trailer);
        p.resize(sender.protect_rtcp(p, plain.size()));
        EXPECT_EQ(from_hex(hex), p);
        Octets broken = p;
        broken[10] ^= 1;
        EXPECT_EQ(0u, receiver.unprotect_rtcp(broken));
        const Octets again = p;
        p.resize(receiver.unprotect_rtcp(p));
        EXPECT_EQ(plain, p);
        p = again;
        EXPECT_EQ(0u, receiver.unprotect_rtcp(p));  // a replay
    }
}

TEST(Srtp, keystream_and_keys_of_rfc_3711_appendix_b) {
    // B.3: the session keys of this master key and salt; B.2's keystream is of another key, so what
    // they derive is seen through one packet of zeros: its payload is the keystream.
    const auto octets = from_hex("E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6");
    std::array<std::uint8_t, SrtpKey::size> key;
    std::copy(octets.begin(), octets.end(), key.begin());
    srtp_detail::SessionKeys keys(SrtpKey(key), srtp_detail::SessionKeys::For::rtp);
    Octets zeros(16, 0);
    // Session key C61E7A93744F39EE10734AFE3FF7A087, salt 30CBBC08863D8C85D49DB34A9AE1: with SSRC
    // and index 0 the first block is AES of salt and two zeros (computed with openssl enc).
    keys.crypt(zeros, 0, 0);
    EXPECT_EQ(from_hex("fa63bc4668685b65f8fa1ce3909cead5"), zeros);
}

TEST(Srtp, wrong_keys_and_changed_packets_change_nothing) {
    SrtpSender sender(SrtpSuite::aes_cm_128_hmac_sha1_80, SrtpKey::random());
    SrtpReceiver stranger(SrtpSuite::aes_cm_128_hmac_sha1_80, SrtpKey::random());
    Octets datagram = sealed(sender, voice(1));
    const Octets before = datagram;
    EXPECT_EQ(0u, stranger.unprotect(datagram));
    EXPECT_EQ(before, datagram);
    const SrtpKey key = SrtpKey::random();
    SrtpSender ours(SrtpSuite::aes_cm_128_hmac_sha1_80, key);
    SrtpReceiver receiver(SrtpSuite::aes_cm_128_hmac_sha1_80, key);
    datagram = sealed(ours, voice(100));
    for (const std::size_t at :
         {std::size_t{1}, std::size_t{3}, std::size_t{20}, std::size_t{175}}) {
        Octets changed = datagram;
        changed[at] ^= 1;
        EXPECT_TRUE(opened(receiver, changed).empty()) << at;
    }
    EXPECT_TRUE(opened(receiver, voice(100)).empty());  // not encrypted at all
    EXPECT_EQ(voice(100), opened(receiver, datagram));
    for (std::size_t size = 0; size < datagram.size(); ++size)
        EXPECT_TRUE(opened(receiver, Octets(datagram.begin(),
                                            datagram.begin() + static_cast<std::ptrdiff_t>(size)))
                        .empty());
}

TEST(Srtp, replays_are_refused_and_late_packets_are_not) {
    const SrtpKey key = SrtpKey::random();
    SrtpSender sender(SrtpSuite::aes_cm_128_hmac_sha1_80, key);
    SrtpReceiver receiver(SrtpSuite::aes_cm_128_hmac_sha1_80, key);
    std::vector<Octets> sent;
    for (std::uint16_t i = 0; i < 300; ++i)
        sent.push_back(sealed(sender, voice(static_cast<std::uint16_t>(65500 + i))));
    EXPECT_FALSE(opened(receiver, sent[0]).empty());
    EXPECT_FALSE(opened(receiver, sent[40]).empty());
    EXPECT_FALSE(opened(receiver, sent[39]).empty());
    EXPECT_TRUE(opened(receiver, sent[40]).empty());
    EXPECT_TRUE(opened(receiver, sent[39]).empty());
    EXPECT_TRUE(opened(receiver, sent[0]).empty());
    EXPECT_FALSE(opened(receiver, sent[1]).empty());  // over the rollover, backwards
    EXPECT_FALSE(opened(receiver, sent[299]).empty());
    EXPECT_TRUE(opened(receiver, sent[100]).empty());  // older than the window
}

TEST(Srtp, a_number_is_never_sent_twice) {
    SrtpSender sender(SrtpSuite::aes_cm_128_hmac_sha1_80, SrtpKey::random());
    EXPECT_FALSE(sealed(sender, voice(10)).empty());
    EXPECT_FALSE(sealed(sender, voice(12)).empty());
    EXPECT_FALSE(sealed(sender, voice(11)).empty());
    EXPECT_TRUE(sealed(sender, voice(11)).empty());
    EXPECT_TRUE(sealed(sender, voice(12)).empty());
}

TEST(Srtp, streams_of_one_key_are_apart) {
    const SrtpKey key = SrtpKey::random();
    SrtpReceiver receiver(SrtpSuite::aes_cm_128_hmac_sha1_80, key);
    for (std::uint32_t ssrc = 1; ssrc <= 6; ++ssrc) {
        SrtpSender sender(SrtpSuite::aes_cm_128_hmac_sha1_80, key);
        for (std::uint16_t i = 0; i < 5; ++i) {
            EXPECT_FALSE(
                opened(receiver,
                       sealed(sender, voice(static_cast<std::uint16_t>(60000 / ssrc + i), ssrc)))
                    .empty());
        }
    }
}

TEST(Srtp, no_allocation_per_packet) {
    ASSERT_EQ(1, counted);
    const SrtpKey key = SrtpKey::random();
    SrtpSender sender(SrtpSuite::aes_cm_128_hmac_sha1_80, key);
    SrtpReceiver receiver(SrtpSuite::aes_cm_128_hmac_sha1_80, key);
    Octets datagram(172 + srtp_max_trailer);
    const long before = openssl_allocations;
    EXPECT_GT(before, 0);
    for (std::uint16_t i = 0; i < 1000; ++i) {
        write_rtp_header(datagram.data(), {false, 8, i, i * 160u, 7, 0, 0});
        ASSERT_EQ(182u, sender.protect(datagram, 172));
        ASSERT_EQ(172u, receiver.unprotect(datagram));
    }
    EXPECT_EQ(before, openssl_allocations);
}

TEST(Sdes, keys_and_suites_are_read_strictly) {
    const SrtpKey key = known_key();
    EXPECT_EQ(40u, key.base64().size());
    ASSERT_TRUE(SrtpKey::parse(key.base64()).has_value());
    EXPECT_TRUE(*SrtpKey::parse(key.base64()) == key);
    EXPECT_FALSE(SrtpKey::random() == SrtpKey::random());
    EXPECT_FALSE(SrtpKey::parse("short"));
    EXPECT_FALSE(SrtpKey::parse(std::string(40, '=')));
    EXPECT_FALSE(SrtpKey::parse(key.base64() + "A"));
    EXPECT_EQ(SrtpSuite::aes_cm_128_hmac_sha1_32, srtp_suite("AES_CM_128_HMAC_SHA1_32"));
    EXPECT_FALSE(srtp_suite("AEAD_AES_128_GCM"));
    EXPECT_FALSE(srtp_suite("NULL_HMAC_SHA1_80"));
}

}  // namespace
}  // namespace seatline::media
