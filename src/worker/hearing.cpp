// Who hears whom: keeps the circles, and for each leg what follows from them - the mode, the one
// leg that it is relayed from, whether its own packets must be decoded for others.
#include <algorithm>

#include "worker/worker.h"

namespace seatline::worker {

using media::HearingMode;

Circle& Worker::circle_of(std::uint64_t id) {
    auto& circle = circles_[id];
    if (!circle) {
        circle = std::make_unique<Circle>();
        circle->id = id;
    }
    return *circle;
}

void Worker::forget_if_unused(std::uint64_t id) {
    const auto found = circles_.find(id);
    if (found != circles_.end() && found->second->unused()) circles_.erase(found);
}

void Worker::place(const proto::Place& c, Instant now) {
    Leg* leg = find_or_fail(c.leg());
    if (leg == nullptr) return;
    place_leg(*leg, c.speaks_in(), {c.hears().begin(), c.hears().end()}, now);
}

void Worker::place_leg(Leg& leg, std::uint64_t speaks_in, std::vector<std::uint64_t> hears,
                       Instant now) {
    std::ranges::sort(hears);
    const auto repeated = std::ranges::unique(hears);
    hears.erase(repeated.begin(), repeated.end());
    std::erase(hears, std::uint64_t{0});
    const std::uint64_t spoke_in = leg.speaks_in ? leg.speaks_in->id : 0;
    // Said again: whatever runs goes on undisturbed.
    if (spoke_in == speaks_in &&
        std::ranges::equal(hears, leg.hears, {}, {}, [](const Circle* h) { return h->id; }))
        return;
    // The new circles come before the old ones go: a circle that stays is never unused meanwhile.
    const std::vector<Circle*> heard = std::move(leg.hears);
    leg.hears.clear();
    for (const auto id : hears) {
        leg.hears.push_back(&circle_of(id));
        leg.hears.back()->hearers.push_back(&leg);
    }
    for (Circle* circle : heard) circle->hearers.erase(std::ranges::find(circle->hearers, &leg));
    if (speaks_in != spoke_in) move_speaker(leg, speaks_in, now);
    refresh_mode(leg);
    for (Circle* circle : leg.hears) refresh_mixed(*circle);
    for (Circle* circle : heard) {
        refresh_mixed(*circle);
        if (circle->id != spoke_in) forget_if_unused(circle->id);
    }
    forget_if_unused(spoke_in);
}

void Worker::move_speaker(Leg& leg, std::uint64_t to, Instant now) {
    Circle* const from = leg.speaks_in;
    leg.speaks_in = to == 0 ? nullptr : &circle_of(to);
    if (from != nullptr) std::erase(from->speakers, &leg);
    if (leg.speaks_in != nullptr) leg.speaks_in->speakers.push_back(&leg);
    if (leg.speaks_in == nullptr) leg.mixed = false;
    leg.level = {};
    for (Circle* circle : {from, leg.speaks_in}) {
        if (circle == nullptr) continue;
        for (Leg* hearer : circle->hearers) refresh_mode(*hearer);
        refresh_mixed(*circle);
        watch_circle(*circle, now);
    }
}

/// Follows from the numbers of speakers; what stays the same is left alone.
void Worker::refresh_mode(Leg& leg) {
    std::size_t audible = 0;
    Leg* only = nullptr;
    for (const Circle* circle : leg.hears) {
        audible += circle->speakers.size();
        if (circle == leg.speaks_in) --audible;
    }
    const auto mode =
        media::hearing_mode({audible, leg.player.play != 0, leg.player.mutes_sources});
    if (mode == HearingMode::relay) {
        for (const Circle* circle : leg.hears) {
            for (Leg* speaker : circle->speakers) {
                if (speaker != &leg) only = speaker;
            }
        }
    }
    if (only != leg.relayed_from) {
        if (leg.relayed_from != nullptr) std::erase(leg.relayed_from->relayed_to, &leg);
        if (only != nullptr) only->relayed_to.push_back(&leg);
        leg.relayed_from = only;
    }
    leg.audible = audible;
    if (mode != leg.mode) {
        const bool mixes = mode == HearingMode::mix || leg.mode == HearingMode::mix;
        leg.mode = mode;
        for (Circle* circle : leg.hears) {
            if (mixes) refresh_mixed(*circle);
        }
    }
    refresh_ticking(leg);
}

/// Which speakers must be decoded: those whom another leg hears mixed.
void Worker::refresh_mixed(Circle& circle) {
    const auto mixes = [](const Leg* l) { return l->mode == HearingMode::mix; };
    const auto mixing = std::ranges::count_if(circle.hearers, mixes);
    for (Leg* speaker : circle.speakers) {
        const bool hears_itself =
            mixes(speaker) && std::ranges::find(speaker->hears, &circle) != speaker->hears.end();
        const bool mixed = mixing > (hears_itself ? 1 : 0);
        if (mixed && !speaker->mixed) {
            if (!speaker->jitter) speaker->jitter = std::make_unique<media::JitterBuffer>();
            speaker->jitter->reset();
        }
        speaker->mixed = mixed;
    }
}

void Worker::watch_speaker(const proto::WatchSpeaker& c, Instant now) {
    if (c.circle() == 0) return;
    Circle& circle = circle_of(c.circle());
    if (c.watch() != circle.watched) circle.active = {};
    circle.watched = c.watch();
    watch_circle(circle, now);
    forget_if_unused(c.circle());
}

void Worker::watch_circle(Circle& circle, Instant now) {
    if (!circle.watched)
        circle.speaker_timer.cancel();
    else if (!circle.speaker_timer.set() && !circle.speakers.empty())
        wheel_.set(circle.speaker_timer, now + media::speaker_window);
}

void Worker::update_speaker(Circle& circle, Instant now) {
    const std::uint64_t before = circle.active.leg();
    levels_.clear();
    for (Leg* speaker : circle.speakers)
        levels_.push_back({speaker->id, speaker->level.end_window()});
    if (circle.active.update(levels_) != before) {
        event_.mutable_active_speaker()->set_circle(circle.id);
        event_.mutable_active_speaker()->set_leg(circle.active.leg());
        control_.send(event_);
    }
    watch_circle(circle, now);
}

void Worker::refresh_ticking(Leg& leg) {
    const bool wanted =
        leg.sockets != nullptr && (leg.mode == HearingMode::player ||
                                   leg.mode == HearingMode::mix || leg.digit_sender.busy());
    if (wanted && !leg.ticking) {
        ticking_.push_back(&leg);
        leg.ticking = true;
    } else if (!wanted && leg.ticking) {
        std::erase(ticking_, &leg);
        leg.ticking = false;
    }
}

}  // namespace seatline::worker
