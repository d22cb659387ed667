// Recordings: packets go straight to their place on each recording's timeline (packets.cpp); twice
// a second what has settled is handed to the file thread.
#include <algorithm>

#include "worker/worker.h"

namespace seatline::worker {

namespace {

bool contains(const std::vector<std::uint64_t>& legs, std::uint64_t leg) {
    return std::ranges::find(legs, leg) != legs.end();
}

}  // namespace

void Worker::recording_failed(std::uint64_t recording, const std::string& path, const char* error) {
    auto& ended = *event_.mutable_recording_ended();
    ended.Clear();
    ended.set_recording(recording);
    ended.set_path(path);
    ended.set_error(error);
    control_.send(event_);
}

void Worker::start_recording(const proto::StartRecording& c, Instant now) {
    const auto running = recordings_.find(c.recording());
    if (running != recordings_.end()) end_recording(*running->second, now);
    auto file = std::make_unique<RecordingFile>();
    file->recording = c.recording();
    file->path = c.path();
    file->channels = c.mono() ? 1 : 2;
    auto made = std::make_unique<Recording>(now, file->channels);
    Recording& recording = *made;
    recording.id = c.recording();
    recording.file = file.release();  // comes back from the file thread as the ended result
    recordings_.emplace(recording.id, std::move(made));
    files_.open(recording.file);
    wheel_.set(recording.timer, now + 500ms);
    set_sides(recording, {c.left().begin(), c.left().end()}, {c.right().begin(), c.right().end()},
              now);
}

void Worker::set_recording(const proto::SetRecording& c, Instant now) {
    const auto found = recordings_.find(c.recording());
    // Crossed by the end of the recording (the disk, another StopRecording): that was told.
    if (found == recordings_.end()) return;
    set_sides(*found->second, {c.left().begin(), c.left().end()},
              {c.right().begin(), c.right().end()}, now);
}

void Worker::stop_recording(const proto::StopRecording& c, Instant now) {
    const auto found = recordings_.find(c.recording());
    if (found == recordings_.end())
        return recording_failed(c.recording(), "", "this recording is not running");
    end_recording(*found->second, now);
}

void Worker::set_sides(Recording& recording, std::vector<std::uint64_t> left,
                       std::vector<std::uint64_t> right, Instant now) {
    recording.left = std::move(left);
    recording.right = std::move(right);
    for (const auto* side : {&recording.left, &recording.right}) {
        for (const auto leg : *side) {
            if (contains(recording.members, leg)) continue;
            recording.members.push_back(leg);
            recordings_of_leg_.emplace(leg, &recording);
        }
    }
    for (const auto id : recording.members) {
        const auto leg = legs_.find(id);
        if (leg != legs_.end()) tap(recording, *leg->second, now);
    }
}

/// A leg that was just opened may have been named before.
void Worker::tap_named(Leg& leg, Instant now) {
    const auto [first, last] = recordings_of_leg_.equal_range(leg.id);
    for (auto it = first; it != last; ++it) tap(*it->second, leg, now);
}

void Worker::tap(Recording& recording, Leg& leg, Instant now) {
    const bool left = contains(recording.left, leg.id);
    const bool right = recording.timeline.channels() == 2 && contains(recording.right, leg.id);
    auto found = std::ranges::find(leg.taps, &recording, &RecordingTap::recording);
    if (!left && !right) {
        // Kept, but silent: its place in time stays known for when it is heard again.
        if (found != leg.taps.end()) found->track.muted = true;
        return;
    }
    const auto side = left ? media::RecordSide::left : media::RecordSide::right;
    if (found == leg.taps.end())
        found = leg.taps.insert(found, RecordingTap{&recording, {}});
    else if (!found->track.muted && found->track.side == side)
        return;
    recording.timeline.open(found->track, side, now);
}

void Worker::write_settled(Recording& recording, bool all, Instant now) {
    auto& timeline = recording.timeline;
    std::uint32_t ready = timeline.ready(now, all);
    while (ready > 0) {
        const std::uint32_t frames = std::min(ready, AudioBlock::max_frames);
        AudioBlock* block = files_.take_block();
        if (block == nullptr) {
            // Blocks come back through the ring of results, which the loop reads when it is told;
            // look now.
            on_file_results();
            block = files_.take_block();
        }
        if (block != nullptr) {
            block->position = timeline.position();
            block->frames = frames;
            timeline.take(std::span(block->samples, timeline.channels() * frames), now);
            files_.write(recording.file, block);
        } else {
            timeline.skip(frames);
            recording.skipped_frames += frames;
        }
        ready -= frames;
    }
}

/// The file is closed: its result goes to control.
void Worker::recording_ended(RecordingFile& file) {
    const auto skipped = skipped_frames_.find(&file);
    if (skipped != skipped_frames_.end()) {
        if (!file.error.empty()) file.error += "; ";
        file.error += "disk too slow: " + std::to_string(skipped->second / 8) + " ms lost";
        skipped_frames_.erase(skipped);
    }
    auto& ended = *event_.mutable_recording_ended();
    ended.set_recording(file.recording);
    ended.set_path(file.path);
    ended.set_length_ms(file.end_position / 8);
    ended.set_octets(file.octets);
    ended.set_error(file.error);
    control_.send(event_);
}

void Worker::end_recording(Recording& recording, Instant now) {
    write_settled(recording, true, now);
    if (recording.skipped_frames > 0) skipped_frames_[recording.file] = recording.skipped_frames;
    files_.close(recording.file);
    for (const auto id : recording.members) {
        const auto [first, last] = recordings_of_leg_.equal_range(id);
        recordings_of_leg_.erase(std::find_if(
            first, last, [&](const auto& entry) { return entry.second == &recording; }));
        const auto leg = legs_.find(id);
        if (leg == legs_.end()) continue;
        std::erase_if(leg->second->taps,
                      [&](const RecordingTap& t) { return t.recording == &recording; });
    }
    const auto id = recording.id;
    recordings_.erase(id);
}

}  // namespace seatline::worker
