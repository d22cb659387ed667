// Prompts and those who hear them: what a player plays, where prompts come from, how a play ends.
// (The frames themselves are made in ticks.cpp.)
#include <algorithm>

#include "base/log.h"
#include "worker/worker.h"

namespace seatline::worker {

void Worker::play(const proto::Play& c) {
    const auto found = legs_.find(c.leg());
    const auto refuse = [&](const char* outcome) {
        event_.mutable_play_ended()->set_leg(c.leg());
        event_.mutable_play_ended()->set_play(c.play());
        event_.mutable_play_ended()->set_outcome(outcome);
        control_.send(event_);
    };
    if (found == legs_.end()) return refuse("stopped");
    Player player;
    player.play = c.play();
    player.loop = c.loop();
    player.mutes_sources = c.mute_sources();
    for (const auto& name : c.prompts()) {
        auto prompt = find_prompt(name);
        if (!prompt || prompt->state == PromptEntry::State::failed) return refuse("unknown_prompt");
        player.prompts.push_back(std::move(prompt));
    }
    if (player.prompts.empty()) return refuse("finished");
    Leg& leg = *found->second;
    if (leg.player.play != 0) end_play(leg, "replaced");
    leg.player = std::move(player);
    refresh_mode(leg);
}

void Worker::stop_play(const proto::StopPlay& c) {
    Leg* leg = find_or_fail(c.leg());
    if (leg != nullptr && leg->player.play != 0) end_play(*leg, "stopped");
}

/// Null: nobody loaded it. A file is read now, for the play that asks.
std::shared_ptr<PromptEntry> Worker::find_prompt(const std::string& name) {
    static const std::string file = "file:";
    if (!name.starts_with(file)) {
        const auto found = prompts_.find(name);
        return found == prompts_.end() ? nullptr : found->second;
    }
    auto job = std::make_unique<PromptJob>();
    job->path = name.substr(file.size());
    job->for_play = std::make_shared<PromptEntry>();
    auto entry = job->for_play;
    files_.load_prompt(std::move(job));
    return entry;
}

void Worker::load_prompt(const proto::LoadPrompt& c) {
    auto job = std::make_unique<PromptJob>();
    job->name = c.name();
    job->path = c.path();
    // A prompt that is known stays playable until the new one is read.
    if (!prompts_.contains(c.name())) prompts_[c.name()] = std::make_shared<PromptEntry>();
    files_.load_prompt(std::move(job));
}

void Worker::on_file_results() {
    files_.clear_event();
    files_.results([this](std::unique_ptr<RecordingFile> file) { recording_ended(*file); },
                   [this](std::unique_ptr<PromptJob> job) {
                       job->for_play ? file_read(*job) : prompt_read(*job);
                   });
}

void Worker::prompt_read(PromptJob& job) {
    auto& entry = prompts_[job.name];
    if (!entry || entry->state == PromptEntry::State::ready)
        entry = std::make_shared<PromptEntry>();
    auto& loaded = *event_.mutable_prompt_loaded();
    loaded.Clear();
    loaded.set_name(job.name);
    if (job.result.has_value()) {
        entry->prompt = std::move(*job.result);
        entry->state = PromptEntry::State::ready;
        loaded.set_length_ms(entry->prompt.length_ms());
    } else {
        entry->state = PromptEntry::State::failed;
        loaded.set_error(job.result.error().text());
    }
    control_.send(event_);
}

/// A play that was stopped meanwhile does not want it any more: then it goes with the job.
void Worker::file_read(PromptJob& job) {
    PromptEntry& entry = *job.for_play;
    if (job.result.has_value()) {
        entry.prompt = std::move(*job.result);
        entry.state = PromptEntry::State::ready;
        return;
    }
    entry.state = PromptEntry::State::failed;
    log::warn("media worker: {} cannot be played: {}", job.path, job.result.error().text());
    for (Leg* leg : ticking_) {
        if (std::ranges::find(leg->player.prompts, job.for_play) == leg->player.prompts.end())
            continue;
        return end_play(*leg, "unknown_prompt");  // there is one such play
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
