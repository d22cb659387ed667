// Recordings: packets go straight to their place on the recording's timeline (packets.cpp); twice a
// second what has settled is handed to the file thread.
#include <algorithm>

#include "worker/worker.h"

namespace seatline::worker {

void Worker::recording_failed(std::uint64_t room, const std::string& path, const char* error) {
    auto& ended = *event_.mutable_recording_ended();
    ended.Clear();
    ended.set_recording(room);
    ended.set_path(path);
    ended.set_error(error);
    control_.send(event_);
}

void Worker::start_recording(const proto::StartRecording& c, Instant now) {
    const auto found = rooms_.find(c.recording());
    if (found == rooms_.end())
        return recording_failed(c.recording(), c.path(), "the room has no leg");
    Room& room = *found->second;
    if (room.recording) end_recording(room, now);
    auto file = std::make_unique<RecordingFile>();
    file->room = c.recording();
    file->path = c.path();
    room.recording = std::make_unique<Recording>(now);
    Recording& recording = *room.recording;
    recording.room = room.id;
    recording.left_leg = c.left_size() > 0 ? c.left(0) : 0;
    recording.right_leg = c.right_size() > 0 ? c.right(0) : 0;
    recording.file = file.release();  // comes back from the file thread as the ended result
    files_.open(recording.file);
    wheel_.set(recording.timer, now + 500ms);
    attach_recording(room);
}

void Worker::set_recording(const proto::SetRecording& c) {
    const auto found = rooms_.find(c.recording());
    if (found == rooms_.end() || !found->second->recording) return;
    found->second->recording->left_leg = c.left_size() > 0 ? c.left(0) : 0;
    found->second->recording->right_leg = c.right_size() > 0 ? c.right(0) : 0;
    attach_recording(*found->second);
}

void Worker::stop_recording(const proto::StopRecording& c, Instant now) {
    const auto found = rooms_.find(c.recording());
    if (found == rooms_.end() || !found->second->recording) {
        return recording_failed(c.recording(), "", "the room is not being recorded");
    }
    end_recording(*found->second, now);
}

void Worker::attach_recording(Room& room) {
    for (Leg* leg : room.legs) {
        Recording* const recording = room.recording.get();
        const bool left = recording != nullptr && leg->id == recording->left_leg;
        const bool right = recording != nullptr && leg->id == recording->right_leg;
        Recording* const wanted = left || right ? recording : nullptr;
        const auto side = left ? media::RecordSide::left : media::RecordSide::right;
        if (leg->recording == wanted && (wanted == nullptr || leg->record_side == side)) continue;
        leg->recording = wanted;
        leg->record_side = side;
        if (wanted != nullptr) wanted->assembler.restart_side(side);
    }
}

void Worker::write_settled(Recording& recording, bool all, Instant now) {
    std::uint32_t ready = recording.assembler.ready(now, all);
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
            block->position = recording.assembler.position();
            block->frames = frames;
            recording.assembler.take(std::span(block->samples, 2 * frames), now);
            files_.write(recording.file, block);
        } else {
            recording.assembler.skip(frames);
            recording.skipped_frames += frames;
        }
        ready -= frames;
    }
}

void Worker::end_recording(Room& room, Instant now) {
    Recording& recording = *room.recording;
    write_settled(recording, true, now);
    if (recording.skipped_frames > 0) skipped_frames_[recording.file] = recording.skipped_frames;
    files_.close(recording.file);
    const auto ended = std::move(room.recording);
    attach_recording(room);
}

}  // namespace seatline::worker
