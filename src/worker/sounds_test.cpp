// Prompts, mixing, digits and recordings through a running worker.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "media/dtmf/receiver.h"
#include "media/record/wav.h"
#include "worker/worker_test_client.h"

namespace seatline::worker::testing {
namespace {

using media::G711;
using media::make_tone;
using media::tone_share;

std::string temporary(const std::string& name) {
    return (std::filesystem::temp_directory_path() /
            ("seatline_media_" + std::to_string(::getpid()) + "_" + name))
        .string();
}

/// A mono WAV of any rate, written by hand.
void write_wav(const std::string& path, std::span<const std::int16_t> samples, std::uint32_t rate) {
    auto header = media::wav_header(samples.size() * 2);
    header[22] = 1;
    for (unsigned i = 0; i < 4; ++i) header[24 + i] = static_cast<std::uint8_t>(rate >> (8 * i));
    for (unsigned i = 0; i < 4; ++i)
        header[28 + i] = static_cast<std::uint8_t>(rate * 2 >> (8 * i));
    header[32] = 2;
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(header.data()), header.size());
    out.write(reinterpret_cast<const char*>(samples.data()),
              static_cast<std::streamsize>(samples.size() * 2));
}

struct Stereo {
    std::vector<std::int16_t> left, right;
};
Stereo read_stereo(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::vector<char> all((std::istreambuf_iterator<char>(in)), {});
    Stereo s;
    for (std::size_t at = media::wav_header_size; at + 4 <= all.size(); at += 4) {
        std::int16_t v[2];
        std::memcpy(v, all.data() + at, 4);
        s.left.push_back(v[0]);
        s.right.push_back(v[1]);
    }
    return s;
}

void load(TestWorker& worker, const std::string& name, const std::string& path) {
    proto::ToWorker c;
    c.mutable_load_prompt()->set_name(name);
    c.mutable_load_prompt()->set_path(path);
    worker.send(c);
}

void record(TestWorker& worker, std::uint64_t room, const std::string& path) {
    proto::ToWorker c;
    c.mutable_start_recording()->set_recording(room);
    c.mutable_start_recording()->set_path(path);
    c.mutable_start_recording()->add_left(1);
    c.mutable_start_recording()->add_right(2);
    worker.send(c);
}

proto::RecordingEnded stop_recording(TestWorker& worker, std::uint64_t room) {
    proto::ToWorker c;
    c.mutable_stop_recording()->set_recording(room);
    worker.send(c);
    const auto ended = worker.expect(proto::FromWorker::kRecordingEnded);
    EXPECT_TRUE(ended);
    return ended ? ended->recording_ended() : proto::RecordingEnded{};
}

TEST(Play, prompts_follow_each_other_and_end) {
    TestWorker worker(ports(23000));
    Phone a(G711::ulaw);
    a.open_leg(worker, 1, 9);
    const auto low = temporary("low.wav"), high = temporary("high.wav");
    write_wav(low, make_tone(700, 8000, 300), 8000);
    std::vector<std::int16_t> wide(16000 * 3 / 10);
    for (std::size_t i = 0; i < wide.size(); ++i) {
        wide[i] = static_cast<std::int16_t>(
            8000 * std::sin(2 * 3.14159265358979 * 1500 * static_cast<double>(i) / 16000));
    }
    write_wav(high, wide, 16000);
    load(worker, "low", low);
    load(worker, "high", high);
    worker.play(1, 77, {"low", "high"});  // still being read: the player waits
    for (int i = 0; i < 2; ++i) {
        const auto loaded = worker.expect(proto::FromWorker::kPromptLoaded);
        ASSERT_TRUE(loaded);
        EXPECT_EQ("", loaded->prompt_loaded().error());
        EXPECT_EQ(300u, loaded->prompt_loaded().length_ms());
    }
    const auto heard = a.hear(2000, 200);
    ASSERT_EQ(4800u, heard.size());
    EXPECT_GT(tone_share(std::span(heard).first(2400), 700), 0.98);
    EXPECT_GT(tone_share(std::span(heard).subspan(2400), 1500), 0.95);
    const auto ended = worker.expect(proto::FromWorker::kPlayEnded);
    ASSERT_TRUE(ended);
    EXPECT_EQ(77u, ended->play_ended().play());
    EXPECT_EQ("finished", ended->play_ended().outcome());
    worker.play(1, 78, {"nothing"});
    EXPECT_EQ("unknown_prompt",
              worker.expect(proto::FromWorker::kPlayEnded)->play_ended().outcome());
    worker.play(1, 79, {"low"}, true);
    worker.play(1, 80, {"high"}, true);
    EXPECT_EQ("replaced", worker.expect(proto::FromWorker::kPlayEnded)->play_ended().outcome());
    proto::ToWorker c;
    c.mutable_stop_play()->set_leg(1);
    worker.send(c);
    EXPECT_EQ("stopped", worker.expect(proto::FromWorker::kPlayEnded)->play_ended().outcome());
    std::filesystem::remove(low);
    std::filesystem::remove(high);
}

TEST(Play, bad_prompt_files_are_refused_with_a_reason) {
    TestWorker worker(ports(23200));
    const auto path = temporary("bad.wav");
    std::ofstream(path) << "this is no audio";
    load(worker, "bad", path);
    EXPECT_NE("", worker.expect(proto::FromWorker::kPromptLoaded)->prompt_loaded().error());
    load(worker, "none", "/nonexistent/x.wav");
    EXPECT_NE("", worker.expect(proto::FromWorker::kPromptLoaded)->prompt_loaded().error());
    std::filesystem::remove(path);
}

TEST(Mix, three_hear_each_other_but_not_themselves) {
    TestWorker worker(ports(23400));
    Phone a, b, c;
    a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    c.open_leg(worker, 3, 9);
    worker.join(5, {1, 2, 3});
    std::thread ta([&] { a.speak(make_tone(500, 6000, 1000)); });
    std::thread tb([&] { b.speak(make_tone(900, 6000, 1000)); });
    c.speak(make_tone(1700, 6000, 1000));
    ta.join();
    tb.join();
    const auto heard = a.hear(300, 30);
    ASSERT_GT(heard.size(), 6000u);
    const auto middle = std::span(heard).subspan(2400, 3200);
    EXPECT_LT(tone_share(middle, 500), 0.02);
    EXPECT_NEAR(tone_share(middle, 900), 0.5, 0.12);
    EXPECT_NEAR(tone_share(middle, 1700), 0.5, 0.12);
}

TEST(Digits, are_reported_once_and_relayed) {
    TestWorker worker(ports(23600));
    Phone a, b;
    b.event_type = 97;
    a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    worker.place(1, 5, {});
    worker.place(2, 0, {5});
    const auto ts = a.timestamp;
    for (int i = 1; i <= 8; ++i) {
        const bool end = i > 5;
        const std::uint16_t units = static_cast<std::uint16_t>(std::min(i, 6) * 160);
        const std::uint8_t p[4] = {5, static_cast<std::uint8_t>(end ? 0x8A : 0x0A),
                                   static_cast<std::uint8_t>(units >> 8),
                                   static_cast<std::uint8_t>(units)};
        a.send(p, 101, i == 1);
    }
    const auto digit = worker.expect(proto::FromWorker::kDigit);
    ASSERT_TRUE(digit);
    EXPECT_EQ("5", digit->digit().digit());
    EXPECT_EQ(120u, digit->digit().duration_ms());
    EXPECT_FALSE(worker.expect(proto::FromWorker::kDigit, 400));
    b.hear(200);
    ASSERT_EQ(8u, b.received.size());
    for (const auto& r : b.received) {
        EXPECT_EQ(97, r.packet.payload_type);
        EXPECT_EQ(b.received[0].packet.timestamp, r.packet.timestamp);
    }
    // The next key's end packets are all lost: told after a silence.
    a.timestamp = ts + 4000;
    const std::uint8_t p[4] = {11, 0x0A, 1, 0x40};
    a.send(p, 101, true);
    const auto hash = worker.expect(proto::FromWorker::kDigit);
    ASSERT_TRUE(hash);
    EXPECT_EQ("#", hash->digit().digit());
}

TEST(Digits, are_sent) {
    TestWorker worker(ports(23800));
    Phone a;
    a.open_leg(worker, 1, 9);
    proto::ToWorker c;
    c.mutable_send_digits()->set_leg(1);
    c.mutable_send_digits()->set_digits("1#");
    c.mutable_send_digits()->set_duration_ms(100);
    worker.send(c);
    a.hear(1500, 300);
    media::DigitReceiver receiver;
    std::string keys;
    for (const auto& r : a.received) {
        const auto pressed = receiver.on_packet(r.packet.timestamp, r.payload, Instant{});
        for (std::size_t i = 0; i < pressed.count; ++i) {
            keys += pressed.items[i].digit;
            EXPECT_EQ(800u, pressed.items[i].duration_units);
        }
    }
    EXPECT_EQ("1#", keys);
}

TEST(Recording, left_is_the_caller_and_right_the_agent) {
    TestWorker worker(ports(24000));
    Phone a, b(G711::ulaw);
    a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    worker.join(5, {1, 2});
    const auto path = temporary("call.wav");
    record(worker, 9, path);
    std::thread ta([&] { a.speak(make_tone(500, 8000, 1500)); });
    b.speak(make_tone(1300, 8000, 1500));
    ta.join();
    const auto ended = stop_recording(worker, 9);
    EXPECT_EQ("", ended.error());
    EXPECT_NEAR(1500, static_cast<double>(ended.length_ms()), 60);
    EXPECT_EQ(ended.octets(), std::filesystem::file_size(path));
    const auto s = read_stereo(path);
    ASSERT_GT(s.left.size(), 11000u);
    EXPECT_GT(tone_share(std::span(s.left).subspan(800, 10000), 500), 0.97);
    EXPECT_GT(tone_share(std::span(s.right).subspan(800, 10000), 1300), 0.97);
    const auto repaired = media::recover_wav(path);
    ASSERT_TRUE(repaired.has_value());
    EXPECT_EQ(ended.octets() - 44, *repaired);
    std::filesystem::remove(path);
}

TEST(Recording, goes_on_to_the_call_when_the_disk_is_full) {
    TestWorker worker(ports(24200));
    Phone a, b;
    a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    worker.place(1, 5, {});
    worker.place(2, 0, {5});
    record(worker, 9, "/dev/full");
    int heard = 0;
    a.speak(make_tone(500, 8000, 1200), true, [&] { heard += b.receive(100) ? 1 : 0; });
    EXPECT_EQ(60, heard);
    const auto ended = stop_recording(worker, 9);
    EXPECT_NE(std::string::npos, ended.error().find("disk full")) << ended.error();
    record(worker, 9, "/nonexistent/folder/x.wav");
    EXPECT_NE(std::string::npos, stop_recording(worker, 9).error().find("cannot be opened"));
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
    record(worker, 9, path);
    a.speak(make_tone(500, 8000, 1700));
    const auto ended = stop_recording(worker, 9);
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
    record(worker, 9, path);
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

}  // namespace
}  // namespace seatline::worker::testing
