#include "api/ws/conference_board.h"

#include <algorithm>

namespace seatline::api {

ConferenceBoard::ConferenceBoard(const core::Directory& directory) {
    for (const core::ConferenceRoom& room : directory.conferences) {
        Room& made = rooms_[room.id];
        made.tenant = room.tenant;
        made.view.id = room.id;
        made.view.name = room.name;
        made.view.number = room.number;
        made.view.max_members = room.max_members;
    }
}

void ConferenceBoard::apply(const core::Event& event) {
    if (const auto* joined = std::get_if<core::ConferenceJoined>(&event.body)) {
        return join(event, *joined);
    }
    if (calls_.empty()) return;  // the rule: most events are of other calls
    if (const auto* left = std::get_if<core::ConferenceLeft>(&event.body)) return leave(*left);
    if (const auto* changed = std::get_if<core::ConferenceChanged>(&event.body))
        return change(*changed);
    if (const auto* placed = std::get_if<core::LegPlaced>(&event.body)) return place(*placed);
    if (const auto* started = std::get_if<core::RecordingStarted>(&event.body))
        return record(started->call, started->kind, true);
    if (const auto* finished = std::get_if<core::RecordingFinished>(&event.body))
        return record(finished->call, finished->kind, false);
    if (const auto* ended = std::get_if<core::CallEnded>(&event.body)) return end(ended->call);
}

void ConferenceBoard::join(const core::Event& event, const core::ConferenceJoined& joined) {
    const auto found = rooms_.find(joined.conference);
    if (found == rooms_.end()) return;  // taken out of the center since
    Room& room = found->second;
    if (room.view.call != joined.call) {
        room.view.call = joined.call;
        room.view.since = event.at;
        calls_[joined.call] = joined.conference;
    }
    ConferenceMember member;
    member.call = joined.member;
    member.number = joined.number;
    member.moderator = joined.moderator;
    member.joined_at = event.at;
    room.view.members.push_back(std::move(member));
    room.legs.push_back(joined.leg);
    legs_[joined.leg] = joined.conference;
    mark(room);
}

void ConferenceBoard::leave(const core::ConferenceLeft& left) {
    const auto [room, index] = member_of(left.leg);
    if (room == nullptr) return;
    room->view.members.erase(room->view.members.begin() + static_cast<std::ptrdiff_t>(index));
    room->legs.erase(room->legs.begin() + static_cast<std::ptrdiff_t>(index));
    legs_.erase(left.leg);
    std::erase_if(speakers_, [&](const auto& item) { return item.second == left.leg; });
    mark(*room);
}

void ConferenceBoard::change(const core::ConferenceChanged& changed) {
    using Change = core::ConferenceChange;
    Room* room = room_of(changed.call);
    if (room == nullptr) return;
    switch (changed.change) {
        case Change::muted:
        case Change::unmuted:
            for (ConferenceMember& member : room->view.members) {
                const bool meant =
                    changed.member == CallId{} ? !member.moderator : member.call == changed.member;
                if (meant) member.muted = changed.change == Change::muted;
            }
            break;
        case Change::locked:
        case Change::unlocked:
            room->view.locked = changed.change == Change::locked;
            break;
        case Change::record:
        case Change::stop_record:
            room->view.recording = changed.change == Change::record;
            break;
        case Change::kicked:
        case Change::ended:
            break;  // ConferenceLeft and CallEnded follow
    }
    mark(*room);
}

/// Keys of a member change its place, too.
void ConferenceBoard::place(const core::LegPlaced& placed) {
    if (placed.place != core::LegPlace::muted && placed.place != core::LegPlace::conference) return;
    const auto [room, index] = member_of(placed.leg);
    if (room == nullptr) return;
    const bool muted = placed.place == core::LegPlace::muted;
    if (std::exchange(room->view.members[index].muted, muted) != muted) mark(*room);
}

void ConferenceBoard::record(CallId call, core::RecordingKind kind, bool on) {
    Room* room = room_of(call);
    if (room == nullptr || kind != core::RecordingKind::conference) return;
    if (std::exchange(room->view.recording, on) != on) mark(*room);
}

void ConferenceBoard::end(CallId call) {
    Room* room = room_of(call);
    if (room == nullptr) return;
    for (const LegId leg : room->legs) {
        legs_.erase(leg);
        std::erase_if(speakers_, [&](const auto& item) { return item.second == leg; });
    }
    room->legs.clear();
    room->view.members.clear();
    room->view.call.reset();
    room->view.since.reset();
    room->view.locked = false;
    room->view.recording = false;
    calls_.erase(call);
    mark(*room);
}

void ConferenceBoard::speaks(CircleId circle, LegId leg) {
    const auto before = speakers_.find(circle);
    if (before != speakers_.end()) {
        if (before->second == leg) return;
        set_speaking(before->second, false);
        speakers_.erase(before);
    }
    if (!legs_.contains(leg)) return;
    speakers_[circle] = leg;
    set_speaking(leg, true);
}

void ConferenceBoard::set_speaking(LegId leg, bool speaking) {
    const auto [room, index] = member_of(leg);
    if (room == nullptr) return;
    room->view.members[index].speaking = speaking;
    mark(*room);
}

std::vector<ConferenceView> ConferenceBoard::all(TenantId tenant) const {
    std::vector<ConferenceView> out;
    for (const auto& [id, room] : rooms_) {
        if (room.tenant == tenant) out.push_back(room.view);
    }
    return out;
}

std::optional<ConferenceView> ConferenceBoard::one(TenantId tenant, ConferenceId id) const {
    const auto found = rooms_.find(id);
    if (found == rooms_.end() || found->second.tenant != tenant) return std::nullopt;
    return found->second.view;
}

std::set<std::pair<TenantId, ConferenceId>> ConferenceBoard::take_changes() {
    return std::exchange(changes_, {});
}

ConferenceBoard::Room* ConferenceBoard::room_of(CallId conference_call) {
    const auto found = calls_.find(conference_call);
    return found == calls_.end() ? nullptr : &rooms_.at(found->second);
}

std::pair<ConferenceBoard::Room*, std::size_t> ConferenceBoard::member_of(LegId leg) {
    const auto found = legs_.find(leg);
    if (found == legs_.end()) return {nullptr, 0};
    Room& room = rooms_.at(found->second);
    const auto at = std::ranges::find(room.legs, leg);
    return {&room, static_cast<std::size_t>(at - room.legs.begin())};
}

}  // namespace seatline::api
