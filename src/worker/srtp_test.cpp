// SRTP through a running worker: keys from descriptions, both ways, and what is not of them.
#include <gtest/gtest.h>

#include "worker/worker_test_client.h"

namespace seatline::worker::testing {
namespace {

using media::G711;
using media::make_tone;
using media::SrtpSuite;
using media::tone_share;

/// What the worker says to `offer` on leg 1; the phone takes it.
proto::MediaDescription answer_to(TestWorker& worker, Phone& phone,
                                  const proto::MediaDescription& offer, std::uint64_t leg = 1) {
    proto::ToWorker c;
    auto& o = *c.mutable_open_leg();
    o.set_leg(leg);
    *o.mutable_remote() = offer;
    add_format(o.mutable_allowed(), "PCMA", 8);
    add_format(o.mutable_allowed(), "PCMU", 0);
    worker.send(c);
    const auto opened = worker.expect(proto::FromWorker::kLegOpened);
    EXPECT_TRUE(opened);
    if (!opened) return {};
    phone.connect(opened->leg_opened().local());
    return opened->leg_opened().local();
}

proto::MediaDescription offer_of(TestWorker& worker, std::uint64_t leg, proto::OpenLeg::Srtp srtp) {
    proto::ToWorker c;
    c.mutable_open_leg()->set_leg(leg);
    c.mutable_open_leg()->set_srtp(srtp);
    add_format(c.mutable_open_leg()->mutable_allowed(), "PCMA", 8);
    add_format(c.mutable_open_leg()->mutable_allowed(), "PCMU", 0);
    worker.send(c);
    const auto opened = worker.expect(proto::FromWorker::kLegOpened);
    EXPECT_TRUE(opened);
    return opened ? opened->leg_opened().local() : proto::MediaDescription{};
}

void set_remote(TestWorker& worker, std::uint64_t leg, const proto::MediaDescription& remote) {
    proto::ToWorker c;
    c.mutable_set_remote()->set_leg(leg);
    *c.mutable_set_remote()->mutable_remote() = remote;
    worker.send(c);
}

/// Waits until all commands sent so far are done.
void settle(TestWorker& worker) {
    proto::ToWorker c;
    c.mutable_close_leg()->set_leg(999);
    worker.send(c);
    worker.expect(proto::FromWorker::kLegClosed);
}

/// One says a tone, the other must hear it whole, and the other way round.
void talk(Phone& a, Phone& b) {
    a.speak(make_tone(500, 8000, 200), false);
    const auto by_b = b.hear(1000);
    ASSERT_EQ(1600u, by_b.size());
    EXPECT_GT(tone_share(by_b, 500), 0.98);
    b.speak(make_tone(1300, 8000, 200), false);
    const auto by_a = a.hear(1000);
    ASSERT_EQ(1600u, by_a.size());
    EXPECT_GT(tone_share(by_a, 1300), 0.98);
    EXPECT_EQ(0, a.not_authentic + b.not_authentic);
}

TEST(SrtpLeg, talks_with_a_plain_one_and_with_another_law) {
    for (const auto suite :
         {SrtpSuite::aes_cm_128_hmac_sha1_80, SrtpSuite::aes_cm_128_hmac_sha1_32}) {
        TestWorker worker(ports(29400));
        Phone a, b, c(G711::ulaw);
        a.use_srtp({.savp = true, .suite = suite, .tag = 7});
        const auto local = a.open_leg(worker, 1, 9);
        EXPECT_TRUE(local.secure());
        ASSERT_EQ(1, local.crypto_size());
        EXPECT_EQ(7u, local.crypto(0).tag());
        EXPECT_EQ(media::srtp_suite_name(suite), local.crypto(0).suite());
        EXPECT_NE(a.sdes->key.base64(), local.crypto(0).key_base64());
        EXPECT_EQ(0, b.open_leg(worker, 2, 9).crypto_size());
        c.open_leg(worker, 3, 9);
        worker.join(5, {1, 2});
        settle(worker);
        talk(a, b);
        worker.place(2, 0, {});
        worker.join(5, {3});
        settle(worker);
        talk(a, c);
        EXPECT_EQ(0u, worker.close(1).malformed());
    }
}

TEST(SrtpLeg, talks_with_another_srtp_leg_and_in_a_mix) {
    TestWorker worker(ports(29600));
    Phone a, b(G711::ulaw), c;
    a.use_srtp();
    b.use_srtp({.savp = false, .suite = SrtpSuite::aes_cm_128_hmac_sha1_32});
    a.open_leg(worker, 1, 9);
    EXPECT_FALSE(b.open_leg(worker, 2, 9).secure());
    c.open_leg(worker, 3, 9);
    worker.join(5, {1, 2});
    settle(worker);
    talk(a, b);
    worker.join(5, {3});
    settle(worker);
    a.speak(make_tone(500, 8000, 600));
    const auto by_b = b.hear(100, 30), by_c = c.hear(100, 30);
    ASSERT_GT(by_b.size(), 4000u);
    EXPECT_GT(tone_share(std::span(by_b).subspan(1600, 1600), 500), 0.95);
    ASSERT_GT(by_c.size(), 4000u);
    EXPECT_GT(tone_share(std::span(by_c).subspan(1600, 1600), 500), 0.95);
    EXPECT_EQ(0, b.not_authentic);
}

TEST(SrtpLeg, strangers_replays_and_plain_packets_are_dropped_and_move_nothing) {
    TestWorker worker(ports(29800));
    Phone a, b, stranger;
    a.use_srtp();
    const auto local = a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    worker.join(5, {1, 2});
    settle(worker);
    // Before a's first packet: a stranger of the same host, with another key and with none.
    stranger.use_srtp();
    stranger.connect(local);
    for (int i = 0; i < 5; ++i) stranger.send(std::vector<std::uint8_t>(160, 1));
    stranger.use_no_srtp();
    stranger.connect(local);
    for (int i = 0; i < 5; ++i) stranger.send(std::vector<std::uint8_t>(160, 1));
    EXPECT_FALSE(b.receive(60));
    b.send(std::vector<std::uint8_t>(160, 2));
    EXPECT_TRUE(a.receive());
    EXPECT_FALSE(stranger.receive(30));
    // A packet of a's own, seen on the way and sent again.
    std::vector<std::uint8_t> datagram(172 + media::srtp_max_trailer, 0x55);
    media::write_rtp_header(datagram.data(), {false, 8, 100, 0, a.ssrc(), 0, 0});
    media::SrtpSender seal(a.sdes->suite, a.sdes->key);
    datagram.resize(seal.protect(datagram, 172));
    a.send_datagram(datagram);
    EXPECT_TRUE(b.receive());
    a.send_datagram(datagram);
    stranger.send_datagram(datagram);
    EXPECT_FALSE(b.receive(60));
    EXPECT_EQ(12u, worker.close(1).malformed());
}

TEST(SrtpLeg, the_far_end_changes_its_key) {
    TestWorker worker(ports(30000));
    Phone a, b;
    a.use_srtp();
    const auto local = a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    worker.join(5, {1, 2});
    settle(worker);
    talk(a, b);
    const auto old = *a.sdes;
    Phone::Sdes fresh;
    a.sdes = fresh;  // says the new one, still speaks with the old one
    set_remote(worker, 1, a.description());
    settle(worker);
    talk(a, b);  // our own key and its count go on: a's receiver is the same
    a.use_srtp(fresh);
    talk(a, b);
    // From the first packet of the new key on the old one is worth nothing.
    media::SrtpSender stale(old.suite, old.key);
    std::vector<std::uint8_t> datagram(172 + media::srtp_max_trailer, 0x55);
    media::write_rtp_header(datagram.data(), {false, 8, a.sequence, 0, a.ssrc(), 0, 0});
    datagram.resize(stale.protect(datagram, 172));
    a.send_datagram(datagram);
    EXPECT_FALSE(b.receive(60));
    EXPECT_FALSE(worker.expect(proto::FromWorker::kLegOpened, 10));  // ours did not change
    EXPECT_EQ(1u, worker.close(1).malformed());
}

TEST(SrtpLeg, another_suite_or_tag_is_announced_anew) {
    TestWorker worker(ports(30200));
    Phone a, b;
    a.use_srtp();
    const auto local = a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    worker.join(5, {1, 2});
    a.use_srtp({.savp = true, .suite = SrtpSuite::aes_cm_128_hmac_sha1_32, .tag = 3});
    set_remote(worker, 1, a.description());
    const auto again = worker.expect(proto::FromWorker::kLegOpened);
    ASSERT_TRUE(again);
    const auto& crypto = again->leg_opened().local().crypto(0);
    EXPECT_EQ(3u, crypto.tag());
    EXPECT_EQ("AES_CM_128_HMAC_SHA1_32", crypto.suite());
    EXPECT_NE(local.crypto(0).key_base64(), crypto.key_base64());
    EXPECT_EQ(local.port(), again->leg_opened().local().port());
    a.connect(again->leg_opened().local());
    talk(a, b);
}

TEST(SrtpLeg, offers_are_answered_with_keys_or_without) {
    TestWorker worker(ports(30400));
    Phone a, b, c, d;
    EXPECT_EQ(0, offer_of(worker, 9, proto::OpenLeg::off).crypto_size());
    const auto required = offer_of(worker, 1, proto::OpenLeg::required);
    EXPECT_TRUE(required.secure());
    ASSERT_EQ(2, required.crypto_size());
    EXPECT_NE(required.crypto(0).key_base64(), required.crypto(1).key_base64());
    a.use_srtp({.savp = true, .suite = SrtpSuite::aes_cm_128_hmac_sha1_32});
    a.connect(required);
    set_remote(worker, 1, a.description());
    const auto optional = offer_of(worker, 2, proto::OpenLeg::optional);
    EXPECT_FALSE(optional.secure());
    EXPECT_EQ(2, optional.crypto_size());
    b.connect(optional);
    set_remote(worker, 2, b.description());  // takes no keys: plain
    worker.join(5, {1, 2});
    settle(worker);
    talk(a, b);
    offer_of(worker, 3, proto::OpenLeg::required);
    set_remote(worker, 3, c.description());
    auto failed = worker.expect(proto::FromWorker::kLegFailed);
    ASSERT_TRUE(failed);
    EXPECT_NE(std::string::npos, failed->leg_failed().reason().find("the far end takes no SRTP"));
}

TEST(SrtpLeg, no_common_suite_fails_only_who_insists) {
    TestWorker worker(ports(30600));
    Phone a;
    a.use_srtp();
    auto offer = a.description();
    offer.mutable_crypto(0)->set_suite("AEAD_AES_256_GCM");
    proto::ToWorker c;
    c.mutable_open_leg()->set_leg(1);
    *c.mutable_open_leg()->mutable_remote() = offer;
    add_format(c.mutable_open_leg()->mutable_allowed(), "PCMA", 8);
    worker.send(c);
    const auto failed = worker.expect(proto::FromWorker::kLegFailed);
    ASSERT_TRUE(failed);
    EXPECT_EQ("no common SRTP suite", failed->leg_failed().reason());
    offer.set_secure(false);
    EXPECT_EQ(0, answer_to(worker, a, offer).crypto_size());
    // The first that we know is taken, and its tag goes back.
    offer.set_secure(true);
    auto& second = *offer.add_crypto();
    second.set_tag(9);
    second.set_suite("AES_CM_128_HMAC_SHA1_80");
    second.set_key_base64(a.sdes->key.base64());
    const auto local = answer_to(worker, a, offer, 2);
    ASSERT_EQ(1, local.crypto_size());
    EXPECT_EQ(9u, local.crypto(0).tag());
    EXPECT_TRUE(local.secure());
}

TEST(SrtpLeg, rtcp_is_encrypted_both_ways) {
    TestWorker worker(ports(30800));
    Phone a, b;
    a.use_srtp();
    a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    worker.join(5, {1, 2});
    settle(worker);
    b.send(std::vector<std::uint8_t>(160, 1));
    const auto first = a.receive();
    ASSERT_TRUE(first);
    std::uint8_t buffer[media::rtcp_max_size];
    media::RtcpReport report;
    report.ssrc = a.ssrc();
    report.cname = "phone";
    report.block = media::ReportBlock{first->packet.ssrc, 51, 3, 7, 16, 0, 0};
    const std::size_t size = media::build_rtcp(buffer, report);
    a.send_rtcp({buffer, size});
    const auto sealed = a.receive_rtcp(4500);
    media::RtcpSummary summary;
    ASSERT_TRUE(media::parse_rtcp(sealed, a.ssrc(), summary));
    EXPECT_EQ(first->packet.ssrc, summary.ssrc);
    a.use_no_srtp();
    report.block->fraction_lost = 99;
    a.send_rtcp({buffer, media::build_rtcp(buffer, report)});  // anybody could have sent this
    std::this_thread::sleep_for(milliseconds{30});
    const auto closed = worker.close(1);
    EXPECT_EQ(51u, closed.remote_fraction_lost_256());
    EXPECT_EQ(1u, closed.malformed());
}

}  // namespace
}  // namespace seatline::worker::testing
