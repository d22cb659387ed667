// Conference rooms: the PIN at the door, coming and going, keys. Each who takes part has a call of
// its own, whose leg stands in place conference (or muted): it speaks and hears in the circle of
// the conference's call. What moderators do: engine_moderate.cpp.
#include <algorithm>

#include "core/engine/engine_impl.h"
#include "core/ivr/speech.h"

namespace seatline::core {
namespace {

using ivr::ConferenceSpeech;

constexpr std::uint8_t kPinTries = 3;
constexpr seconds kPinTimeout{10};
constexpr std::size_t kMaxPinDigits = 20;

}  // namespace

// ---- PINs, of rooms and of mailboxes

void Engine::Impl::ask_pin(Call& call, std::vector<std::string> prompts) {
    play(call, std::move(prompts), false);
    deadlines_.rearm(call.phase_deadline, now_ + settings_.announcement_limit + kPinTimeout,
                     {DeadlineKind::call_phase, call.id.value});
}

void Engine::Impl::pin_digit(Call& call, char digit) {
    stop_play(call);
    if (digit == '#') return pin_typed(call);
    if (call.pin.typed.size() < kMaxPinDigits) call.pin.typed += digit;
    deadlines_.rearm(call.phase_deadline, now_ + kPinTimeout,
                     {DeadlineKind::call_phase, call.id.value});
}

/// By # or by the time-out: who typed nothing gets in where members need no PIN.
void Engine::Impl::pin_typed(Call& call) {
    const std::string typed = std::exchange(call.pin.typed, {});
    std::vector<std::string> question;
    if (call.phase == CallPhase::mailbox) {
        if (typed == mailboxes_.at(call.mailbox->mailbox).data->pin) return begin_listening(call);
        question = ivr::say_enter_mailbox_pin();
    } else {
        const ConferenceRoom& room = *rooms_.at(call.visit->room);
        const bool is_moderator = !room.moderator_pin.empty() && typed == room.moderator_pin;
        if (is_moderator || typed == room.pin) return join_conference(call, is_moderator);
        question = ivr::say_conference(ConferenceSpeech::enter_pin);
    }
    std::vector<std::string> prompts = ivr::say_conference(ConferenceSpeech::wrong_pin);
    if (++call.pin.tries >= kPinTries)
        return close_saying(call, std::move(prompts), EndCause::rejected);
    prompts.insert(prompts.end(), question.begin(), question.end());
    ask_pin(call, std::move(prompts));
}

// ---- coming and going

Conference* Engine::Impl::find_conference(ConferenceId id) {
    const auto found = conferences_.find(id);
    return found == conferences_.end() ? nullptr : &found->second;
}

/// Why nobody can be sent to the room now. At the door the moderators still get in.
std::optional<Error> Engine::Impl::room_refusal(ConferenceId id) const {
    const auto found = conferences_.find(id);
    if (found == conferences_.end()) return std::nullopt;
    if (found->second.locked) return Error{"conflict", "target", "the conference is locked"};
    if (found->second.members.size() >= found->second.room->max_members)
        return Error{"conflict", "target", "the conference is full"};
    return std::nullopt;
}

/// The guest stands at the room's door.
void Engine::Impl::enter_conference(Call& call, ConferenceId id) {
    stop_recording(call);  // the conversation that it was of is over
    call.phase = CallPhase::conference;
    call.transferred_by = kNoAgent;
    call.visit = ConferenceVisit{id};
    call.pin = {};
    call.find(call.guest)->place = LegPlace::apart;
    settle(call);
    const ConferenceRoom& room = *rooms_.at(id);
    if (room.pin.empty() && room.moderator_pin.empty()) return join_conference(call, false);
    ask_pin(call, ivr::say_conference(ConferenceSpeech::enter_pin));
}

void Engine::Impl::join_conference(Call& call, bool moderator) {
    const ConferenceRoom& room = *rooms_.at(call.visit->room);
    Conference* found = find_conference(room.id);
    if (found != nullptr && found->locked && !moderator && !call.visit->is_invited) {
        return close_saying(call, ivr::say_conference(ConferenceSpeech::locked),
                            EndCause::rejected);
    }
    if (found != nullptr && found->members.size() >= room.max_members)
        return close_saying(call, ivr::say_conference(ConferenceSpeech::full), EndCause::rejected);
    Conference& conference = found != nullptr ? *found : open_conference(call, room);
    const Member& guest = *call.find(call.guest);
    const std::string number = guest.agent != kNoAgent          ? agents_[guest.agent].data->number
                               : guest.kind == LegKind::outside ? guest.number
                               : call.hides_caller              ? std::string("anonymous")
                                                                : call.caller;
    call.visit->is_inside = true;
    conference.members.push_back(
        {call.id, guest.leg, moderator, conference.all_muted && !moderator});
    emit(call.tenant,
         ConferenceJoined{conference.call, room.id, call.id, guest.leg, number, moderator});
    if (conference.members.back().muted) {
        emit(call.tenant,
             ConferenceChanged{conference.call, call.id, ConferenceChange::muted, CallId{}});
    }
    deadlines_.rearm(call.phase_deadline, now_ + settings_.max_talk,
                     {DeadlineKind::call_phase, call.id.value});
    stop_play(call);
    const bool begins =
        moderator && !std::exchange(conference.has_begun, conference.has_begun || moderator);
    if (begins) {
        for (const Participant& who : conference.members) place_in_conference(conference, who);
    } else {
        if (!conference.has_begun)
            play(call, ivr::say_conference(ConferenceSpeech::wait_for_moderator), false);
        place_in_conference(conference, conference.members.back());
    }
    if (conference.has_begun) say_over_talk(call, ivr::say_conference(ConferenceSpeech::entered));
    sound_tone(conference, call.id, ivr::kJoinTone);
    if (found == nullptr && room.record) record_conference(conference, true, {});
}

/// The first one comes: the conference has a call from here on, until the last one goes.
Conference& Engine::Impl::open_conference(const Call& first, const ConferenceRoom& room) {
    Conference& conference = conferences_[room.id];
    conference.call = CallId{next_id_++};
    conference.room = &room;
    conference.worker = first.worker;
    conference.has_begun = !room.wait_for_moderator;
    emit(room.tenant,
         CallArrived{
             conference.call, {}, {}, {}, room.number, {}, CallDirection::conference, {}, {}});
    const CircleId circle{conference.call.value * 4 + static_cast<std::uint64_t>(Circle::talk)};
    act(WatchSpeaker{conference.worker, circle, true});
    return conference;
}

void Engine::Impl::place_in_conference(const Conference& conference, const Participant& who) {
    Call& call = *calls_.at(who.call);
    Member& guest = *call.find(who.leg);
    if (conference.has_begun) {
        stop_play(call);
        guest.place = who.muted ? LegPlace::muted : LegPlace::conference;
    } else {
        // First what is being waited for is said, then comes the music.
        guest.place = call.play ? LegPlace::apart : LegPlace::held;
    }
    settle(call);
}

/// What was said at the door, or before the waiting, is over.
void Engine::Impl::conference_said(Call& call) {
    if (!call.visit->is_inside) {
        deadlines_.rearm(call.phase_deadline, now_ + kPinTimeout,
                         {DeadlineKind::call_phase, call.id.value});
        return;
    }
    const Conference& conference = conferences_.at(call.visit->room);
    place_in_conference(conference,
                        *std::ranges::find(conference.members, call.id, &Participant::call));
}

/// The call ends, or its guest goes to be told why it does.
void Engine::Impl::leave_conference(Call& call) {
    if (!call.visit || !std::exchange(call.visit->is_inside, false)) return;
    Conference& conference = conferences_.at(call.visit->room);
    const auto found = std::ranges::find(conference.members, call.id, &Participant::call);
    emit(call.tenant, ConferenceLeft{conference.call, call.id, found->leg});
    conference.members.erase(found);
    if (conference.members.empty()) return close_conference(conference);
    record_who_speaks(conference);
    if (!conference.is_ending) sound_tone(conference, {}, ivr::kLeaveTone);
}

void Engine::Impl::close_conference(Conference& conference) {
    stop_conference_recording(conference);
    const CircleId circle{conference.call.value * 4 + static_cast<std::uint64_t>(Circle::talk)};
    act(WatchSpeaker{conference.worker, circle, false});
    emit(conference.room->tenant, CallEnded{conference.call, Party::system, conference.cause});
    conferences_.erase(conference.room->id);
}

// ---- what is heard of it

/// To the guest, mixed with who speaks.
void Engine::Impl::say_over_talk(const Call& call, std::vector<std::string> prompts) {
    Play said{call.worker, call.guest, PlayId{next_id_++}, std::move(prompts), false};
    said.over_talk = true;
    act(std::move(said));
}

/// Who waits with music is spared.
void Engine::Impl::sound_tone(const Conference& conference, CallId except, std::string_view tone) {
    if (!conference.room->tones || !conference.has_begun) return;
    for (const Participant& who : conference.members) {
        if (who.call != except) say_over_talk(*calls_.at(who.call), {std::string(tone)});
    }
}

// ---- keys

/// *6 mutes oneself and back; of moderators: *4 locks, *5 mutes all others, *7 records, each and
/// back; *8 ends.
void Engine::Impl::conference_digit(Call& call, char digit) {
    if (!call.visit->is_inside) return pin_digit(call, digit);
    if (digit == '*') {
        call.visit->star = true;
        return;
    }
    if (!std::exchange(call.visit->star, false)) return;
    Conference& conference = conferences_.at(call.visit->room);
    Participant& who = *std::ranges::find(conference.members, call.id, &Participant::call);
    if (digit == '6') return mute(conference, who, !who.muted, call.id);
    if (!who.moderator) return;
    switch (digit) {
        case '4':
            lock(conference, !conference.locked, call.id);
            break;
        case '5':
            mute_all(conference, !conference.all_muted, call.id);
            break;
        case '7':
            record_conference(conference, !conference.is_recorded, call.id);
            break;
        case '8':
            return end_conference(conference, call.id);
        default:
            return;
    }
    say_over_talk(call, {std::string(ivr::kBeep)});
}

void Engine::Impl::check_conferences() const {
    std::size_t inside = 0;
    for (const auto& [id, conference] : conferences_) {
        SEATLINE_ASSERT(!conference.members.empty());
        SEATLINE_ASSERT(conference.members.size() <= conference.room->max_members);
        SEATLINE_ASSERT(!conference.is_recorded || recordings_.contains(conference.recording));
        inside += conference.members.size();
        for (const Participant& who : conference.members) {
            const Call& call = *calls_.at(who.call);
            SEATLINE_ASSERT(call.phase == CallPhase::conference && call.guest == who.leg);
            SEATLINE_ASSERT(call.visit->is_inside && call.visit->room == id);
            SEATLINE_ASSERT(call.worker == conference.worker);
        }
    }
    for (const auto& [id, call] : calls_) {
        if (call->visit && call->visit->is_inside) --inside;
    }
    SEATLINE_ASSERT(inside == 0);
}

}  // namespace seatline::core
