// Two phones through the worker: relay, translation, symmetric RTP, directions, malformed packets.
#include <gtest/gtest.h>

#include "worker/worker_test_client.h"

namespace seatline::worker::testing {
namespace {

using media::G711;
using media::make_tone;
using media::tone_share;

/// Legs 1 and 2 talk in circle 5.
void bridge(TestWorker& worker, Phone& a, Phone& b) {
    a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    worker.join(5, {1, 2});
}

TEST(Relay, both_hear_each_other_octet_by_octet) {
    TestWorker worker(ports(21000));
    const auto ready = worker.expect(proto::FromWorker::kReady);
    ASSERT_TRUE(ready);
    EXPECT_EQ(4000u, ready->ready().max_legs());
    Phone a, b;
    bridge(worker, a, b);
    b.send(std::vector<std::uint8_t>(160, 0xD5));
    ASSERT_TRUE(a.receive());
    std::vector<std::uint8_t> payload(160);
    std::optional<Phone::Received> last;
    for (int i = 0; i < 100; ++i) {
        for (std::size_t k = 0; k < payload.size(); ++k)
            payload[k] = static_cast<std::uint8_t>(i * 7 + static_cast<int>(k));
        a.send(payload);
        const auto got = b.receive();
        ASSERT_TRUE(got) << i;
        EXPECT_EQ(payload, got->payload);
        EXPECT_EQ(8, got->packet.payload_type);
        if (last) {
            EXPECT_EQ(static_cast<std::uint16_t>(last->packet.sequence + 1), got->packet.sequence);
            EXPECT_EQ(last->packet.timestamp + 160, got->packet.timestamp);
            EXPECT_EQ(last->packet.ssrc, got->packet.ssrc);
        }
        last = got;
    }
    const auto report = worker.close(1);
    EXPECT_EQ(100u, report.packets_received());
    EXPECT_EQ(0u, report.packets_lost());
    EXPECT_EQ(1u, report.packets_sent());
    EXPECT_EQ(100u, worker.close(2).packets_sent());
    EXPECT_EQ(0, worker.stop());
}

TEST(Relay, alaw_and_ulaw_are_translated) {
    TestWorker worker(ports(21200));
    Phone a(G711::alaw), b(G711::ulaw);
    bridge(worker, a, b);
    const auto tone = make_tone(1000, 8000, 400);
    a.speak(tone, false);
    const auto heard = b.hear(1000);
    ASSERT_EQ(tone.size(), heard.size());
    EXPECT_GT(tone_share(heard, 1000), 0.98);
    EXPECT_EQ(0, b.received[0].packet.payload_type);
    b.speak(make_tone(600, 8000, 400), false);
    EXPECT_GT(tone_share(a.hear(1000), 600), 0.98);
}

TEST(Relay, stream_stays_continuous_when_the_source_changes) {
    TestWorker worker(ports(21400));
    Phone a, b, c;
    bridge(worker, a, b);
    c.open_leg(worker, 3, 9);
    const auto tone = make_tone(1000, 8000, 200);
    a.speak(tone);
    worker.place(1, 0, {});
    worker.place(3, 5, {});
    std::this_thread::sleep_for(milliseconds{30});
    c.speak(tone);
    b.hear(500);
    ASSERT_EQ(20u, b.received.size());
    for (std::size_t i = 1; i < b.received.size(); ++i) {
        EXPECT_EQ(b.received[0].packet.ssrc, b.received[i].packet.ssrc);
        EXPECT_EQ(static_cast<std::uint16_t>(b.received[i - 1].packet.sequence + 1),
                  b.received[i].packet.sequence);
        const auto step = b.received[i].packet.timestamp - b.received[i - 1].packet.timestamp;
        EXPECT_GT(step, 0u);
        EXPECT_LT(step, 1600u);
    }
    EXPECT_TRUE(b.received[10].packet.marker);
}

TEST(Relay, phone_behind_nat_is_answered_where_it_sends_from) {
    TestWorker worker(ports(21600));
    Phone described, real, b;
    described.open_leg(worker, 1, 9);
    real.connect([&] {
        proto::MediaDescription d;
        d.set_address("127.0.0.1");
        d.set_port(described.target().port());
        d.set_rtcp_port(described.target().port() + 1u);
        return d;
    }());
    b.open_leg(worker, 2, 9);
    worker.place(1, 0, {5});
    worker.place(2, 5, {});
    real.send(std::vector<std::uint8_t>(160, 1));
    std::this_thread::sleep_for(milliseconds{20});
    b.send(std::vector<std::uint8_t>(160, 2));
    ASSERT_TRUE(real.receive());
    EXPECT_FALSE(described.receive(50));
    // A stranger, even of the same host, can't take the stream while it runs.
    Phone stranger;
    stranger.connect([&] {
        proto::MediaDescription d;
        d.set_address("127.0.0.1");
        d.set_port(described.target().port());
        return d;
    }());
    real.send(std::vector<std::uint8_t>(160, 1));
    stranger.set_ssrc(real.ssrc());
    for (int i = 0; i < 5; ++i) stranger.send(std::vector<std::uint8_t>(160, 3));
    std::this_thread::sleep_for(milliseconds{20});
    b.send(std::vector<std::uint8_t>(160, 2));
    EXPECT_TRUE(real.receive());
    EXPECT_FALSE(stranger.receive(50));
    EXPECT_GE(worker.close(1).malformed(), 5u);
}

TEST(Relay, hold_stops_what_we_send) {
    TestWorker worker(ports(21800));
    Phone a, b;
    bridge(worker, a, b);
    const std::vector<std::uint8_t> voice(160, 0x55);
    a.send(voice);
    ASSERT_TRUE(b.receive());
    proto::ToWorker c;
    c.mutable_set_remote()->set_leg(2);
    *c.mutable_set_remote()->mutable_remote() = b.description(1);  // sendonly: b holds
    worker.send(c);
    std::this_thread::sleep_for(milliseconds{30});
    a.send(voice);
    EXPECT_FALSE(b.receive(60));
    b.send(voice);  // its music on hold goes on
    EXPECT_TRUE(a.receive());
    *c.mutable_set_remote()->mutable_remote() = b.description(0);
    c.mutable_set_remote()->mutable_remote()->set_address("0.0.0.0");
    worker.send(c);
    std::this_thread::sleep_for(milliseconds{30});
    a.send(voice);
    EXPECT_FALSE(b.receive(60));
    *c.mutable_set_remote()->mutable_remote() = b.description(0);
    worker.send(c);
    std::this_thread::sleep_for(milliseconds{30});
    a.send(voice);
    EXPECT_TRUE(b.receive());
}

TEST(Relay, malformed_datagrams_are_counted_and_dropped) {
    TestWorker worker(ports(22000));
    Phone a, b;
    bridge(worker, a, b);
    a.send(std::vector<std::uint8_t>(160, 0x55));
    ASSERT_TRUE(b.receive());
    const std::vector<std::vector<std::uint8_t>> bad{
        {},
        {0x80},
        std::vector<std::uint8_t>(11, 0x80),
        std::vector<std::uint8_t>(172, 0x00),
        {0x8F, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1},                    // 15 CSRCs, none there
        {0x90, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0xFF, 0xFF},  // extension beyond the end
        {0xA0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 9},                 // padding longer than the rest
        {0x80, 99, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 9, 9},             // type not negotiated
        std::vector<std::uint8_t>(3000, 0x80)};
    for (const auto& d : bad) a.send_datagram(d);
    EXPECT_FALSE(b.receive(60));
    a.send(std::vector<std::uint8_t>(160, 0x55));
    EXPECT_TRUE(b.receive());
    EXPECT_EQ(bad.size(), worker.close(1).malformed());
}

TEST(Relay, ipv6) {
    auto config = ports(22200);
    config.second_bind_address = "::1";
    TestWorker worker(config);
    Phone a(G711::alaw, "::1"), b;
    bridge(worker, a, b);
    EXPECT_EQ(AF_INET6, a.target().family());
    a.send(std::vector<std::uint8_t>(160, 7));
    EXPECT_TRUE(b.receive());
    b.send(std::vector<std::uint8_t>(160, 7));
    EXPECT_TRUE(a.receive());
}

TEST(Relay, offer_then_answer) {
    TestWorker worker(ports(22400));
    Phone a, b(G711::ulaw);
    a.open_leg(worker, 1, 9);
    proto::ToWorker c;
    c.mutable_open_leg()->set_leg(2);
    c.mutable_open_leg()->set_room(9);
    add_format(c.mutable_open_leg()->mutable_allowed(), "PCMA", 8);
    add_format(c.mutable_open_leg()->mutable_allowed(), "PCMU", 0);
    add_format(c.mutable_open_leg()->mutable_allowed(), "telephone-event", 101);
    worker.send(c);
    const auto opened = worker.expect(proto::FromWorker::kLegOpened);
    ASSERT_TRUE(opened);
    EXPECT_EQ(3, opened->leg_opened().local().formats_size());
    b.connect(opened->leg_opened().local());
    worker.join(5, {1, 2});
    a.send(std::vector<std::uint8_t>(160, 0xD5));
    EXPECT_FALSE(b.receive(50));
    c.mutable_set_remote()->set_leg(2);
    *c.mutable_set_remote()->mutable_remote() = b.description();
    worker.send(c);
    std::this_thread::sleep_for(milliseconds{30});
    a.send(std::vector<std::uint8_t>(160, 0xD5));
    const auto got = b.receive();
    ASSERT_TRUE(got);
    EXPECT_EQ(0, got->packet.payload_type);
}

TEST(Relay, no_common_codec_fails_the_leg) {
    TestWorker worker(ports(22600));
    proto::ToWorker c;
    c.mutable_open_leg()->set_leg(1);
    c.mutable_open_leg()->set_room(1);
    add_format(c.mutable_open_leg()->mutable_remote()->mutable_formats(), "G729", 18);
    c.mutable_open_leg()->mutable_remote()->set_address("127.0.0.1");
    add_format(c.mutable_open_leg()->mutable_allowed(), "PCMA", 8);
    worker.send(c);
    const auto failed = worker.expect(proto::FromWorker::kLegFailed);
    ASSERT_TRUE(failed);
    EXPECT_EQ("no common codec", failed->leg_failed().reason());
}

}  // namespace
}  // namespace seatline::worker::testing
