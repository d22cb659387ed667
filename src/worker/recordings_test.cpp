// Recordings through a running worker: who is on which side when, and what a file keeps of it.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>

#include "worker/worker_test_client.h"
#include "worker/worker_test_files.h"

namespace seatline::worker::testing {
namespace {

using media::G711;
using media::make_tone;
using media::tone_share;
using Ids = std::vector<std::uint64_t>;

void record(TestWorker& worker, std::uint64_t recording, const std::string& path, const Ids& left,
            const Ids& right, bool mono = false) {
    proto::ToWorker c;
    auto& start = *c.mutable_start_recording();
    start.set_recording(recording);
    start.set_path(path);
    for (auto leg : left) start.add_left(leg);
    for (auto leg : right) start.add_right(leg);
    start.set_mono(mono);
    worker.send(c);
}

void set_recording(TestWorker& worker, std::uint64_t recording, const Ids& left, const Ids& right) {
    proto::ToWorker c;
    c.mutable_set_recording()->set_recording(recording);
    for (auto leg : left) c.mutable_set_recording()->add_left(leg);
    for (auto leg : right) c.mutable_set_recording()->add_right(leg);
    worker.send(c);
}

proto::RecordingEnded stop_recording(TestWorker& worker, std::uint64_t recording) {
    proto::ToWorker c;
    c.mutable_stop_recording()->set_recording(recording);
    worker.send(c);
    const auto ended = worker.expect(proto::FromWorker::kRecordingEnded);
    EXPECT_TRUE(ended);
    if (!ended) return {};
    EXPECT_EQ(recording, ended->recording_ended().recording());
    return ended->recording_ended();
}

/// Two phones say their tones at once.
void both(Phone& a, double a_hertz, Phone& b, double b_hertz, std::uint32_t ms) {
    std::thread other([&] { a.speak(make_tone(a_hertz, 6000, ms)); });
    b.speak(make_tone(b_hertz, 6000, ms));
    other.join();
}

/// The largest share of `hertz` in any 100 ms from `from` to `to` (ms; to the end by default).
double loudest(const std::vector<std::int16_t>& samples, double hertz, std::size_t from = 0,
               std::size_t to = 1 << 20) {
    double most = 0;
    for (std::size_t at = from * 8; at + 800 <= std::min(samples.size(), to * 8); at += 400)
        most = std::max(most, tone_share(std::span(samples).subspan(at, 800), hertz));
    return most;
}

TEST(Recording, left_is_the_caller_and_right_the_agent) {
    TestWorker worker(ports(24000));
    Phone a, b(G711::ulaw);
    a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    worker.join(5, {1, 2});
    const auto path = temporary("call.wav");
    record(worker, 70, path, {1}, {2});
    std::thread ta([&] { a.speak(make_tone(500, 8000, 1500)); });
    b.speak(make_tone(1300, 8000, 1500));
    ta.join();
    const auto ended = stop_recording(worker, 70);
    EXPECT_EQ("", ended.error());
    EXPECT_NEAR(1500, static_cast<double>(ended.length_ms()), 60);
    EXPECT_EQ(ended.octets(), std::filesystem::file_size(path));
    const auto s = read_stereo(path);
    ASSERT_GT(s.left.size(), 11000u);
    EXPECT_GT(tone_share(std::span(s.left).subspan(800, 10000), 500), 0.97);
    EXPECT_GT(tone_share(std::span(s.right).subspan(800, 10000), 1300), 0.97);
    const auto repaired = media::recover_wav(path);
    ASSERT_TRUE(repaired.has_value());
    EXPECT_EQ(ended.octets() - 44, repaired->octets);
    std::filesystem::remove(path);
}

TEST(Recording, goes_on_to_the_call_when_the_disk_is_full) {
    TestWorker worker(ports(24200));
    Phone a, b;
    a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    worker.place(1, 5, {});
    worker.place(2, 0, {5});
    record(worker, 70, "/dev/full", {1}, {2});
    int heard = 0;
    a.speak(make_tone(500, 8000, 1200), true, [&] { heard += b.receive(100) ? 1 : 0; });
    EXPECT_EQ(60, heard);
    const auto ended = stop_recording(worker, 70);
    EXPECT_NE(std::string::npos, ended.error().find("disk full")) << ended.error();
    record(worker, 70, "/nonexistent/folder/x.wav", {1}, {});
    EXPECT_NE(std::string::npos, stop_recording(worker, 70).error().find("cannot be opened"));
}

TEST(Recording, file_size_limit_is_an_error_with_its_place) {
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit small = before;
    small.rlim_cur = 30000;
    TestWorker worker(ports(24400));
    Phone a;
    a.open_leg(worker, 1, 9);
    const auto path = temporary("limit.wav");
    ::setrlimit(RLIMIT_FSIZE, &small);
    record(worker, 70, path, {1}, {2});
    a.speak(make_tone(500, 8000, 1700));
    const auto ended = stop_recording(worker, 70);
    ::setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_NE(std::string::npos, ended.error().find("file size limit reached after"))
        << ended.error();
    std::filesystem::remove(path);
}

TEST(Recording, is_finished_when_control_vanishes) {
    TestWorker worker(ports(24600));
    Phone a;
    a.open_leg(worker, 1, 9);
    const auto path = temporary("vanish.wav");
    record(worker, 70, path, {1}, {2});
    a.speak(make_tone(500, 8000, 700));
    EXPECT_EQ(0, worker.stop());
    const auto s = read_stereo(path);
    EXPECT_NEAR(5600, static_cast<double>(s.left.size()), 500);
    EXPECT_GT(tone_share(std::span(s.left).subspan(800, 4000), 500), 0.97);
    std::ifstream in(path, std::ios::binary);
    char head[44];
    in.read(head, 44);
    std::uint32_t data = 0;
    std::memcpy(&data, head + 40, 4);
    EXPECT_EQ(s.left.size() * 4, data);
    std::filesystem::remove(path);
}

TEST(Recording, legs_of_one_side_are_mixed) {
    TestWorker worker(ports(28000));
    Phone a, b(G711::ulaw), c;
    a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    c.open_leg(worker, 3, 9);
    const auto path = temporary("mixed.wav");
    record(worker, 70, path, {1}, {2, 3});
    std::thread tc([&] { c.speak(make_tone(2030, 6000, 800)); });
    both(a, 500, b, 1300, 800);
    tc.join();
    EXPECT_EQ("", stop_recording(worker, 70).error());
    const auto s = read_stereo(path);
    ASSERT_GT(s.left.size(), 5600u);
    EXPECT_GT(tone_share(std::span(s.left).subspan(800, 4000), 500), 0.97);
    EXPECT_NEAR(0.5, tone_share(std::span(s.right).subspan(800, 4000), 1300), 0.05);
    EXPECT_NEAR(0.5, tone_share(std::span(s.right).subspan(800, 4000), 2030), 0.05);
    std::filesystem::remove(path);
}

TEST(Recording, doubled_packets_are_not_louder) {
    TestWorker worker(ports(28200));
    Phone a;
    a.open_leg(worker, 1, 9);
    const auto path = temporary("doubled.wav");
    record(worker, 70, path, {1}, {});
    a.speak(make_tone(500, 6000, 500), true, [&] {
        a.sequence = static_cast<std::uint16_t>(a.sequence - 1);
        a.timestamp -= 160;
        a.send(std::vector<std::uint8_t>(160, 0xAA));  // its number came before: never added
    });
    stop_recording(worker, 70);
    const auto s = read_stereo(path);
    EXPECT_LT(*std::ranges::max_element(s.left), 6200);
    EXPECT_GT(tone_share(std::span(s.left).subspan(400, 3200), 500), 0.97);
    std::filesystem::remove(path);
}

TEST(Recording, a_pause_is_silence_and_keeps_nothing_of_what_was_said) {
    TestWorker worker(ports(28400));
    Phone a, b;
    a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    const auto path = temporary("pause.wav");
    record(worker, 70, path, {1}, {2});
    both(a, 500, b, 500, 600);
    set_recording(worker, 70, {}, {});
    both(a, 1300, b, 1300, 600);  // a card number
    set_recording(worker, 70, {1}, {2});
    both(a, 2030, b, 2030, 600);
    const auto ended = stop_recording(worker, 70);
    EXPECT_NEAR(1800, static_cast<double>(ended.length_ms()), 100);
    const auto s = read_stereo(path);
    for (const auto* side : {&s.left, &s.right}) {
        EXPECT_GT(loudest(*side, 500, 0, 700), 0.97);
        EXPECT_LT(loudest(*side, 1300), 0.02);
        EXPECT_GT(loudest(*side, 2030, 1100), 0.97);
        // Half a second of nothing at all.
        EXPECT_FALSE(std::ranges::search_n(*side, 4000, 0).empty());
    }
    std::filesystem::remove(path);
}

TEST(Recording, late_packets_of_a_pause_stay_out) {
    TestWorker worker(ports(28600));
    Phone a;
    a.open_leg(worker, 1, 9);
    const auto path = temporary("late_pause.wav");
    record(worker, 70, path, {1}, {});
    a.speak(make_tone(500, 6000, 400));
    set_recording(worker, 70, {}, {});
    a.speak(make_tone(1300, 6000, 300));
    // 200 ms said in the pause hang in the network and come after its end.
    std::this_thread::sleep_for(milliseconds{200});
    set_recording(worker, 70, {1}, {});
    std::this_thread::sleep_for(milliseconds{20});
    a.speak(make_tone(1300, 6000, 200), false);
    a.speak(make_tone(2030, 6000, 500));
    stop_recording(worker, 70);
    const auto s = read_stereo(path);
    EXPECT_LT(loudest(s.left, 1300), 0.05);
    EXPECT_GT(loudest(s.left, 2030), 0.97);
    std::filesystem::remove(path);
}

TEST(Recording, a_leg_is_in_its_call_and_in_the_conference_at_once) {
    TestWorker worker(ports(28800));
    Phone a, b, c;
    a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    const auto call = temporary("of_call.wav"), conference = temporary("of_conference.wav");
    record(worker, 70, call, {1}, {2});
    record(worker, 71, conference, {1, 2, 3}, {}, true);  // leg 3 is not open yet
    c.open_leg(worker, 3, 10);
    std::thread tc([&] { c.speak(make_tone(2030, 6000, 800)); });
    both(a, 500, b, 1300, 800);
    tc.join();
    EXPECT_EQ("", stop_recording(worker, 70).error());
    std::thread more([&] { c.speak(make_tone(2030, 6000, 400)); });
    a.speak(make_tone(500, 6000, 400));
    more.join();
    const auto ended = stop_recording(worker, 71);
    EXPECT_EQ("", ended.error());
    const auto s = read_stereo(call);
    EXPECT_GT(tone_share(std::span(s.left).subspan(800, 4000), 500), 0.97);
    EXPECT_GT(tone_share(std::span(s.right).subspan(800, 4000), 1300), 0.97);
    const auto mono = read_mono(conference);
    EXPECT_NEAR(1200, static_cast<double>(mono.size() / 8), 100);
    EXPECT_EQ(ended.length_ms(), mono.size() / 8);
    EXPECT_EQ(ended.octets(), mono.size() * 2 + media::wav_header_size);
    for (double hertz : {500.0, 1300.0, 2030.0})
        EXPECT_NEAR(0.33, tone_share(std::span(mono).subspan(800, 4000), hertz), 0.05) << hertz;
    EXPECT_NEAR(0.5, tone_share(std::span(mono).subspan(7200, 1600), 500), 0.05);
    EXPECT_EQ(1u, media::recover_wav(conference)->channels);
    std::filesystem::remove(call);
    std::filesystem::remove(conference);
}

TEST(Recording, lives_on_when_its_legs_close_and_others_come) {
    TestWorker worker(ports(29000));
    Phone a, b, c;
    a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    const auto path = temporary("transfer.wav");
    record(worker, 70, path, {1}, {2});
    both(a, 500, b, 1300, 400);
    worker.close(2);
    worker.close(1);
    std::this_thread::sleep_for(milliseconds{300});
    c.open_leg(worker, 3, 9);
    set_recording(worker, 70, {}, {3});
    c.speak(make_tone(2030, 6000, 400));
    const auto ended = stop_recording(worker, 70);
    EXPECT_EQ("", ended.error());
    EXPECT_NEAR(1100, static_cast<double>(ended.length_ms()), 100);
    const auto s = read_stereo(path);
    EXPECT_GT(loudest(s.left, 500, 0, 500), 0.97);
    EXPECT_GT(loudest(s.right, 1300, 0, 500), 0.97);
    EXPECT_GT(loudest(s.right, 2030, 700), 0.97);
    EXPECT_LT(loudest(s.left, 2030), 0.05);
    std::filesystem::remove(path);
}

TEST(Recording, an_unknown_one_is_an_error) {
    TestWorker worker(ports(29200));
    EXPECT_EQ("this recording is not running", stop_recording(worker, 5).error());
}

}  // namespace
}  // namespace seatline::worker::testing
