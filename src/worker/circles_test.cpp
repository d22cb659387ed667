// Who hears whom through a running worker: every phone speaks its own tone, and what each hears is
// judged by which tones are in it.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "worker/worker_test_client.h"
#include "worker/worker_test_files.h"

namespace seatline::worker::testing {
namespace {

using media::G711;
using media::make_tone;
using media::tone_share;

/// Phones on legs 1, 2, 3 ..., each with its own frequency.
class Company {
public:
    Company(TestWorker& worker, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            phones_.push_back(std::make_unique<Phone>(i % 3 == 2 ? G711::ulaw : G711::alaw));
            phones_.back()->open_leg(worker, i + 1, 9);
        }
    }
    Phone& operator[](std::size_t leg) { return *phones_[leg - 1]; }
    static double hertz(std::size_t leg) {
        // No multiple of another, and whole periods in the 100 ms that are judged.
        static const double of[] = {410, 730, 1130, 1570, 2030, 2590, 3070};
        return of[leg - 1];
    }
    /// All `speakers` talk for `ms`; what came to each leg meanwhile.
    std::vector<std::vector<std::int16_t>> talk(std::vector<std::size_t> speakers, int ms) {
        for (auto& phone : phones_) {
            while (phone->receive(0)) {
            }
            phone->received.clear();
        }
        std::vector<std::vector<std::int16_t>> tones(phones_.size());
        for (auto leg : speakers)
            tones[leg - 1] = make_tone(hertz(leg), 5000, static_cast<std::uint32_t>(ms));
        std::vector<std::vector<std::int16_t>> heard(phones_.size());
        auto next = std::chrono::steady_clock::now();
        for (std::size_t at = 0; at < static_cast<std::size_t>(ms) * 8; at += 160) {
            for (auto leg : speakers)
                (*this)[leg].speak(std::span(tones[leg - 1]).subspan(at, 160), false);
            next += milliseconds{20};
            std::this_thread::sleep_until(next);
        }
        std::this_thread::sleep_for(milliseconds{60});
        for (std::size_t i = 0; i < phones_.size(); ++i) heard[i] = phones_[i]->hear(300, 0);
        return heard;
    }

private:
    std::vector<std::unique_ptr<Phone>> phones_;
};

/// The legs among 1..`count` that are heard: their tones have a fair part of the sound's middle.
std::vector<std::size_t> who(const std::vector<std::int16_t>& heard, std::size_t count) {
    std::vector<std::size_t> legs;
    if (heard.size() < 4800) return legs;
    const auto middle = std::span(heard).subspan(2400, 1600);
    for (std::size_t leg = 1; leg <= count; ++leg) {
        if (tone_share(middle, Company::hertz(leg)) > 0.1) legs.push_back(leg);
    }
    return legs;
}

using Legs = std::vector<std::size_t>;

TEST(Circles, three_way_and_one_leaves) {
    TestWorker worker(ports(26400));
    Company company(worker, 3);
    worker.join(5, {1, 2, 3});
    auto heard = company.talk({1, 2, 3}, 800);
    EXPECT_EQ((Legs{2, 3}), who(heard[0], 3));
    EXPECT_EQ((Legs{1, 3}), who(heard[1], 3));
    EXPECT_EQ((Legs{1, 2}), who(heard[2], 3));
    worker.place(3, 0, {});
    heard = company.talk({1, 2, 3}, 800);
    EXPECT_EQ((Legs{2}), who(heard[0], 3));
    EXPECT_EQ((Legs{1}), who(heard[1], 3));
    EXPECT_EQ((Legs{}), who(heard[2], 3));
    worker.close(2);
    heard = company.talk({1, 2, 3}, 800);
    EXPECT_TRUE(heard[0].empty());
}

TEST(Circles, listening_whispering_and_barging_in) {
    TestWorker worker(ports(26600));
    Company company(worker, 3);  // 1 the caller, 2 the agent, 3 the supervisor
    worker.join(5, {1, 2});
    worker.place(3, 0, {5});
    auto heard = company.talk({1, 2, 3}, 800);
    EXPECT_EQ((Legs{2}), who(heard[0], 3));
    EXPECT_EQ((Legs{1}), who(heard[1], 3));
    EXPECT_EQ((Legs{1, 2}), who(heard[2], 3));
    worker.place(3, 6, {5});  // whispers in a circle of its own, which the agent hears
    worker.place(2, 5, {5, 6});
    heard = company.talk({1, 2, 3}, 800);
    EXPECT_EQ((Legs{2}), who(heard[0], 3));
    EXPECT_EQ((Legs{1, 3}), who(heard[1], 3));
    EXPECT_EQ((Legs{1, 2}), who(heard[2], 3));
    worker.place(3, 5, {5});  // barges in
    worker.place(2, 5, {5});
    heard = company.talk({1, 2, 3}, 800);
    EXPECT_EQ((Legs{2, 3}), who(heard[0], 3));
    EXPECT_EQ((Legs{1, 3}), who(heard[1], 3));
    EXPECT_EQ((Legs{1, 2}), who(heard[2], 3));
}

TEST(Circles, a_leg_may_hear_several_circles_and_calls_join) {
    TestWorker worker(ports(26800));
    Company company(worker, 4);
    worker.place(1, 5, {6, 7});  // nobody is there yet
    worker.place(2, 6, {5});
    worker.place(3, 7, {});
    worker.place(4, 7, {7, 5, 7});  // a circle named twice is one
    const auto heard = company.talk({1, 2, 3, 4}, 800);
    EXPECT_EQ((Legs{2, 3, 4}), who(heard[0], 4));
    EXPECT_EQ((Legs{1}), who(heard[1], 4));
    EXPECT_TRUE(heard[2].empty());
    EXPECT_EQ((Legs{1, 3}), who(heard[3], 4));
}

TEST(Circles, muted_members_hear_all_the_same) {
    TestWorker worker(ports(27000));
    Company company(worker, 6);
    worker.join(5, {1, 2});
    for (std::uint64_t leg = 3; leg <= 6; ++leg) worker.place(leg, 0, {5});
    const auto heard = company.talk({1, 2, 3, 4, 5, 6}, 800);
    EXPECT_EQ((Legs{2}), who(heard[0], 6));
    EXPECT_EQ((Legs{1}), who(heard[1], 6));
    for (std::size_t leg = 3; leg <= 6; ++leg)
        EXPECT_EQ((Legs{1, 2}), who(heard[leg - 1], 6)) << leg;
    // Same law, same sound: the frame was encoded once and is the same octet by octet.
    ASSERT_FALSE(company[4].received.empty());
    ASSERT_FALSE(company[5].received.empty());
    const auto& four = company[4].received;
    const auto& five = company[5].received;
    const auto same = std::ranges::search(four, std::span(five).subspan(5, 20), {},
                                          &Phone::Received::payload, &Phone::Received::payload);
    EXPECT_FALSE(same.empty());
}

TEST(Circles, a_place_that_changes_nothing_disturbs_nothing) {
    TestWorker worker(ports(27200));
    Company company(worker, 4);
    worker.join(5, {1, 2});
    const auto tone = make_tone(410, 5000, 1000);
    int relayed = 0;
    company[1].speak(tone, true, [&] {
        worker.place(1, 5, {5});
        worker.place(2, 5, {5});
        relayed += company[2].receive(200) ? 1 : 0;
    });
    EXPECT_EQ(50, relayed);
    const auto again = company.talk({1}, 400);
    for (std::size_t i = 1; i < company[2].received.size(); ++i)
        EXPECT_FALSE(company[2].received[i].packet.marker) << i;
    worker.join(5, {3, 4});
    std::thread nagging([&] {
        for (int i = 0; i < 40; ++i) {
            for (std::uint64_t leg = 1; leg <= 4; ++leg) worker.place(leg, 5, {5});
            std::this_thread::sleep_for(milliseconds{20});
        }
    });
    const auto heard = company.talk({1}, 1000);
    nagging.join();
    // Mixed without a hole: each 20 ms of the middle has the tone.
    ASSERT_GT(heard[1].size(), 6400u);
    for (std::size_t at = 1600; at < 5600; at += 160)
        EXPECT_GT(tone_share(std::span(heard[1]).subspan(at, 160), 410), 0.9) << at;
}

TEST(Circles, a_conference_of_fifty_hears_the_others_and_not_itself) {
    TestWorker worker(ports(27400));
    constexpr std::size_t members = 50, speakers = 5;
    Company company(worker, members);
    std::vector<std::uint64_t> legs;
    for (std::uint64_t leg = 1; leg <= members; ++leg) legs.push_back(leg);
    worker.join(5, legs);
    const auto heard = company.talk({1, 2, 3, 4, 5}, 1000);
    for (std::size_t leg = 1; leg <= members; ++leg) {
        Legs others;
        for (std::size_t other = 1; other <= speakers; ++other) {
            if (other != leg) others.push_back(other);
        }
        EXPECT_EQ(others, who(heard[leg - 1], speakers)) << leg;
        ASSERT_GT(heard[leg - 1].size(), 4800u) << leg;
        if (leg <= speakers) {
            EXPECT_LT(
                tone_share(std::span(heard[leg - 1]).subspan(2400, 1600), Company::hertz(leg)),
                0.01)
                << leg;
        }
    }
}

TEST(Circles, a_prompt_over_talk_is_mixed_and_a_muting_one_stands_alone) {
    TestWorker worker(ports(27600));
    Company company(worker, 2);
    worker.join(5, {1, 2});
    PromptFile prompt(worker, "beep", make_tone(1570, 5000, 3000));
    worker.play(1, 70, {"beep"}, true, false);
    auto heard = company.talk({1, 2}, 800);
    EXPECT_EQ((Legs{2, 4}), who(heard[0], 4));
    EXPECT_EQ((Legs{1}), who(heard[1], 4));  // only leg 1 hears the prompt
    worker.play(1, 71, {"beep"}, true, true);
    heard = company.talk({1, 2}, 800);
    EXPECT_EQ((Legs{4}), who(heard[0], 4));
    EXPECT_EQ((Legs{1}), who(heard[1], 4));
}

TEST(Circles, the_active_speaker_is_told_in_a_relayed_talk_and_in_a_mix) {
    TestWorker worker(ports(27800));
    Company company(worker, 3);
    const auto watch = [&](bool on) {
        proto::ToWorker c;
        c.mutable_watch_speaker()->set_circle(5);
        c.mutable_watch_speaker()->set_watch(on);
        worker.send(c);
    };
    const auto told = [&](int wait_ms) -> std::optional<std::uint64_t> {
        const auto event = worker.expect(proto::FromWorker::kActiveSpeaker, wait_ms);
        if (!event) return std::nullopt;
        EXPECT_EQ(5u, event->active_speaker().circle());
        return event->active_speaker().leg();
    };
    watch(true);  // before anybody is there
    worker.join(5, {1, 2});
    company.talk({1}, 700);
    EXPECT_EQ(1u, told(500));
    EXPECT_EQ(0u, told(3000));  // a second of silence later
    company.talk({2}, 700);
    EXPECT_EQ(2u, told(500));
    worker.join(5, {3});
    company.talk({3}, 1400);
    EXPECT_EQ(3u, told(500));
    worker.close(3);
    EXPECT_EQ(0u, told(1000));  // who is gone speaks no more
    watch(false);
    company.talk({1}, 500);
    EXPECT_FALSE(told(300));
}

}  // namespace
}  // namespace seatline::worker::testing
