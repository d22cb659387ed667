// Who hears whom: keeps each leg's resolved sources, the reverse lists that packets follow, and the
// mode that results.
#include <algorithm>

#include "worker/worker.h"

namespace seatline::worker {

void Worker::resolve_sources(Leg& leg) {
    const auto before = leg.sources;
    for (Leg* source : before) std::erase(source->listeners, &leg);
    leg.sources.clear();
    for (const auto id : leg.source_ids) {
        const auto found = legs_.find(id);
        if (found == legs_.end() || found->second.get() == &leg) continue;
        Leg* source = found->second.get();
        if (std::ranges::find(leg.sources, source) != leg.sources.end()) continue;
        leg.sources.push_back(source);
        source->listeners.push_back(&leg);
    }
    for (Leg* source : before) refresh_mixed(*source);
    refresh_mode(leg);
}

void Worker::refresh_mode(Leg& leg) {
    leg.mode =
        media::hearing_mode({leg.sources.size(), leg.player.play != 0, leg.player.mutes_sources});
    for (Leg* source : leg.sources) refresh_mixed(*source);
    refresh_ticking(leg);
}

void Worker::refresh_mixed(Leg& source) {
    const bool mixed = std::ranges::any_of(
        source.listeners, [](const Leg* l) { return l->mode == media::HearingMode::mix; });
    if (mixed && !source.mixed) {
        if (!source.jitter) source.jitter = std::make_unique<media::JitterBuffer>();
        source.jitter->reset();
        source.frame.fill(0);
    }
    source.mixed = mixed;
}

void Worker::refresh_ticking(Leg& leg) {
    const bool wanted = leg.mode == media::HearingMode::player ||
                        leg.mode == media::HearingMode::mix || leg.digit_sender.busy();
    const bool alive = leg.room != nullptr;
    if (wanted && alive && !leg.ticking) {
        ticking_.push_back(&leg);
        leg.ticking = true;
    } else if ((!wanted || !alive) && leg.ticking) {
        std::erase(ticking_, &leg);
        leg.ticking = false;
    }
}

void Worker::end_play(Leg& leg, const char* outcome) {
    auto& ended = *event_.mutable_play_ended();
    ended.set_leg(leg.id);
    ended.set_play(leg.player.play);
    ended.set_outcome(outcome);
    control_.send(event_);
    leg.player = {};
    refresh_mode(leg);
}

}  // namespace seatline::worker
