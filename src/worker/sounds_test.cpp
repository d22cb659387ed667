// Prompts, mixing and digits through a running worker.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "media/dtmf/receiver.h"
#include "worker/worker_test_client.h"
#include "worker/worker_test_files.h"

namespace seatline::worker::testing {
namespace {

using media::G711;
using media::make_tone;
using media::tone_share;

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

TEST(Play, a_file_is_read_for_one_play_and_forgotten) {
    TestWorker worker(ports(31000));
    Phone a;
    a.open_leg(worker, 1, 9);
    const auto path = temporary("voicemail.wav");
    write_wav(path, make_tone(700, 8000, 200), 8000);
    const PromptFile beep(worker, "beep", make_tone(1500, 8000, 200));
    worker.play(1, 50, {"beep", "file:" + path, "beep"});
    auto heard = a.hear(2000, 300);
    ASSERT_EQ(4800u, heard.size());
    EXPECT_GT(tone_share(std::span(heard).first(1600), 1500), 0.98);
    EXPECT_GT(tone_share(std::span(heard).subspan(1600, 1600), 700), 0.98);
    EXPECT_EQ("finished", worker.expect(proto::FromWorker::kPlayEnded)->play_ended().outcome());
    write_wav(path, make_tone(2100, 8000, 200), 8000);  // another message under this name
    worker.play(1, 51, {"file:" + path});
    heard = a.hear(2000, 300);
    EXPECT_GT(tone_share(heard, 2100), 0.98);
    EXPECT_EQ("finished", worker.expect(proto::FromWorker::kPlayEnded)->play_ended().outcome());
    EXPECT_FALSE(worker.expect(proto::FromWorker::kPromptLoaded, 10));
    std::filesystem::remove(path);
}

TEST(Play, a_file_that_cannot_be_read_ends_its_play_only) {
    TestWorker worker(ports(22800));
    Phone a, b;
    a.open_leg(worker, 1, 9);
    b.open_leg(worker, 2, 9);
    const auto path = temporary("no_voicemail.wav");
    std::ofstream(path) << "this is no audio";
    const PromptFile beep(worker, "beep", make_tone(1500, 8000, 200));
    worker.play(2, 60, {"beep"}, true);
    std::uint64_t play = 61;
    for (const auto& file : {path, std::string("/nonexistent/x.wav")}) {
        worker.play(1, play, {"beep", "file:" + file});
        const auto ended = worker.expect(proto::FromWorker::kPlayEnded);
        ASSERT_TRUE(ended);
        EXPECT_EQ(play++, ended->play_ended().play());
        EXPECT_EQ("unknown_prompt", ended->play_ended().outcome());
    }
    EXPECT_GT(tone_share(b.hear(400), 1500), 0.9);
    // Closed while its file is still being read: the result finds nobody.
    worker.play(1, 70, {"file:/nonexistent/y.wav"});
    worker.close(1);
    EXPECT_TRUE(worker.expect(proto::FromWorker::kPlayEnded));
    EXPECT_FALSE(worker.expect(proto::FromWorker::kPlayEnded, 50));
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

}  // namespace
}  // namespace seatline::worker::testing
