// RTCP, silence, allocation and control trouble of a running worker.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "worker/worker_test_client.h"

namespace {
std::atomic<bool> counting{false};
std::atomic<std::uint64_t> allocations{0};

void* counted(std::size_t size) {
    if (counting.load(std::memory_order_relaxed))
        allocations.fetch_add(1, std::memory_order_relaxed);
    void* p = std::malloc(size == 0 ? 1 : size);
    if (p == nullptr) std::abort();
    return p;
}
}  // namespace

void* operator new(std::size_t size) {
    return counted(size);
}
void* operator new[](std::size_t size) {
    return counted(size);
}
void operator delete(void* p) noexcept {
    std::free(p);
}
void operator delete[](void* p) noexcept {
    std::free(p);
}
void operator delete(void* p, std::size_t) noexcept {
    std::free(p);
}
void operator delete[](void* p, std::size_t) noexcept {
    std::free(p);
}

namespace seatline::worker::testing {
namespace {

using media::G711;

TEST(Streams, no_allocation_per_packet) {
    TestWorker worker(ports(25000));
    Phone a, b(G711::ulaw), c;
    a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    c.open_leg(worker, 3, 9);
    worker.join(5, {1, 2});
    worker.place(3, 0, {5});  // mixed
    proto::ToWorker r;
    r.mutable_start_recording()->set_recording(9);
    r.mutable_start_recording()->set_path("/dev/null");
    r.mutable_start_recording()->add_left(1);
    r.mutable_start_recording()->add_right(2);
    worker.send(r);
    const std::array<std::uint8_t, 160> voice{};
    int heard = 0;
    const auto exchange = [&](int packets) {
        for (int i = 0; i < packets; ++i) {
            a.send(voice);
            b.send(voice);
            std::uint8_t sink[2048];
            pollfd p{};
            (void)p;
            (void)sink;
            std::this_thread::sleep_for(milliseconds{2});
        }
    };
    exchange(100);
    while (worker.expect(proto::FromWorker::kWorkerStats, 10)) {
    }
    counting = true;
    exchange(200);  // 0.4 s: between two statistics, or with one or two of their events
    counting = false;
    while (b.receive(30)) ++heard;
    EXPECT_EQ(300, heard);
    // 400 packets in, 400 relayed, 20 ticks, a block for the disk; events to control may allocate,
    // packets may not.
    EXPECT_LE(allocations.load(), 4u);
    EXPECT_EQ(300u, worker.close(1).packets_received());
}

TEST(Streams, rtcp_reports_go_both_ways) {
    TestWorker worker(ports(25200));
    Phone a, b;
    a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    worker.join(5, {1, 2});
    b.send(std::vector<std::uint8_t>(160, 1));
    const auto first = a.receive();
    ASSERT_TRUE(first);
    for (int i = 0; i < 20; ++i) {
        if (i == 5) a.sequence = static_cast<std::uint16_t>(a.sequence + 4);  // four lost
        a.send(std::vector<std::uint8_t>(160, 1));
    }
    std::uint8_t buffer[media::rtcp_max_size];
    media::RtcpReport ours;
    ours.ssrc = a.ssrc();
    ours.cname = "phone";
    const auto wall = std::chrono::duration_cast<microseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    ours.sender = media::SenderInfo{from_unix_us(wall.count()), 1, 20, 3200};
    ours.block = media::ReportBlock{first->packet.ssrc, 51, 3, 7, 16, 0, 0};
    a.send_rtcp({buffer, media::build_rtcp(buffer, ours)});
    a.send_rtcp({buffer, 10});  // cut
    const auto datagram = a.receive_rtcp(4500);
    media::RtcpSummary summary;
    ASSERT_TRUE(media::parse_rtcp(datagram, a.ssrc(), summary));
    EXPECT_EQ(first->packet.ssrc, summary.ssrc);
    EXPECT_TRUE(summary.sender_ntp_middle.has_value());
    ASSERT_TRUE(summary.about_us.has_value());
    EXPECT_EQ(4, summary.about_us->cumulative_lost);
    EXPECT_EQ(4 * 256 / 24, summary.about_us->fraction_lost);
    EXPECT_EQ(media::ntp_middle(ours.sender->sent_at), summary.about_us->last_sr);
    const auto stats = worker.expect(proto::FromWorker::kLegStats);
    ASSERT_TRUE(stats);
    ours.block->last_sr = *summary.sender_ntp_middle;
    a.send_rtcp({buffer, media::build_rtcp(buffer, ours)});
    std::this_thread::sleep_for(milliseconds{30});
    const auto report = worker.close(1);
    EXPECT_EQ(4u, report.packets_lost());
    EXPECT_EQ(51u, report.remote_fraction_lost_256());
    EXPECT_EQ(2000u, report.remote_jitter_us());
    EXPECT_GT(report.round_trip_us(), 0u);
    EXPECT_LT(report.round_trip_us(), 3'000'000u);
    EXPECT_EQ(1u, report.malformed());
    const auto bye = a.receive_rtcp(500);
    ASSERT_TRUE(media::parse_rtcp(bye, a.ssrc(), summary));
    EXPECT_TRUE(summary.bye);
}

TEST(Streams, silence_and_resume_are_noticed) {
    TestWorker worker(ports(25400));
    Phone a;
    a.open_leg(worker, 1, 9, 400);
    for (int i = 0; i < 5; ++i) {
        a.send(std::vector<std::uint8_t>(160, 1));
        std::this_thread::sleep_for(milliseconds{100});
        EXPECT_FALSE(worker.expect(proto::FromWorker::kRtpSilence, 1));
    }
    const auto silence = worker.expect(proto::FromWorker::kRtpSilence, 1000);
    ASSERT_TRUE(silence);
    EXPECT_GE(silence->rtp_silence().silent_ms(), 400u);
    EXPECT_LE(silence->rtp_silence().silent_ms(), 650u);
    EXPECT_FALSE(worker.expect(proto::FromWorker::kRtpSilence, 700));  // told once
    a.send(std::vector<std::uint8_t>(160, 1));
    EXPECT_TRUE(worker.expect(proto::FromWorker::kRtpResumed, 500));
    EXPECT_TRUE(worker.expect(proto::FromWorker::kRtpSilence, 1000));
}

TEST(Streams, control_that_speaks_nonsense_ends_the_worker) {
    TestWorker worker(ports(25600));
    ASSERT_TRUE(worker.expect(proto::FromWorker::kReady));
    worker.send_raw(std::string("\xff\xff\xff\xff rubbish", 12));
    char c;
    std::this_thread::sleep_for(milliseconds{100});
    while (::recv(worker.fd(), &c, 1, MSG_DONTWAIT) > 0) {
    }
    EXPECT_EQ(0, ::recv(worker.fd(), &c, 1, 0));
    EXPECT_EQ(0, worker.stop());
}

TEST(Streams, ports_run_out_with_a_reason_and_serve_again) {
    WorkerConfig config;
    config.port_min = 25800;
    config.port_max = 25803;
    TestWorker worker(config);
    Phone a, b, c;
    a.open_leg(worker, 1, 1);
    b.open_leg(worker, 2, 2);
    proto::ToWorker open;
    open.mutable_open_leg()->set_leg(3);
    add_format(open.mutable_open_leg()->mutable_allowed(), "PCMA", 8);
    worker.send(open);
    const auto failed = worker.expect(proto::FromWorker::kLegFailed);
    ASSERT_TRUE(failed);
    EXPECT_EQ("no free RTP port in the range", failed->leg_failed().reason());
    worker.close(1);
    c.open_leg(worker, 3, 3);
    EXPECT_NE(0, c.target().port());
}

TEST(Streams, unknown_legs_get_an_answer) {
    TestWorker worker(ports(26000));
    worker.place(5, 6, {6});
    EXPECT_EQ("unknown leg", worker.expect(proto::FromWorker::kLegFailed)->leg_failed().reason());
    worker.play(5, 3, {"x"});
    EXPECT_EQ("stopped", worker.expect(proto::FromWorker::kPlayEnded)->play_ended().outcome());
    EXPECT_EQ(0u, worker.close(5).packets_received());
}

TEST(Streams, opening_and_closing_is_cheap) {
    TestWorker worker(ports(26200));
    Phone a;
    proto::ToWorker open, close;
    *open.mutable_open_leg()->mutable_remote() = a.description();
    add_format(open.mutable_open_leg()->mutable_allowed(), "PCMA", 8);
    for (std::uint64_t i = 1; i <= 2000; ++i) {
        open.mutable_open_leg()->set_leg(i);
        open.mutable_open_leg()->set_room(i);
        close.mutable_close_leg()->set_leg(i);
        worker.send(open);
        worker.send(close);
        if (i % 50 == 0) worker.receive(0);
    }
    const auto start = steady_ms();
    EXPECT_EQ(0u, worker.close(9999).packets_received());
    EXPECT_LT(steady_ms() - start, 3000);
}

}  // namespace
}  // namespace seatline::worker::testing
