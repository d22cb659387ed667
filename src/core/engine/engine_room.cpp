// Who stands where in a call, and what follows from it. The places are set by the other files; here
// the one rule (core/call/room.h) is applied, told to the worker, and written down.
#include <algorithm>

#include "core/engine/engine_impl.h"
#include "core/ivr/speech.h"

namespace seatline::core {
namespace {

bool is_observing(const Member& member) {
    return member.place == LegPlace::listening || member.place == LegPlace::whispering;
}

}  // namespace

/// Circles are numbered by their call, so that they need no table. That of a conference is the talk
/// of the conference's own call.
CircleId Engine::Impl::circle_id(const Call& call, Circle circle) const {
    if (circle == Circle::none) return {};
    if (circle != Circle::conference)
        return CircleId{call.id.value * 4 + static_cast<std::uint64_t>(circle)};
    const CallId conference = conferences_.at(call.visit->room).call;
    return CircleId{conference.value * 4 + static_cast<std::uint64_t>(Circle::talk)};
}

Member& Engine::Impl::add_member(Call& call, Member member) {
    legs_[member.leg] = LegEntry{.call = call.id,
                                 .tenant = call.tenant,
                                 .kind = member.kind,
                                 .agent = member.agent,
                                 .worker = call.worker,
                                 .trunk = member.trunk,
                                 .sip_open = member.is_caller};
    if (member.trunk) ++trunks_[member.trunk].calls;
    call.members.push_back(std::move(member));
    return call.members.back();
}

/// Applies the rule to the call as it stands now. To be called after every change of place.
void Engine::Impl::settle(Call& call) {
    room_members_.clear();
    std::size_t controller = kNobody;
    for (std::size_t i = 0; i < call.members.size(); ++i) {
        const Member& member = call.members[i];
        const bool is_up = member.state == MemberState::up;
        RoomMember& seen = room_members_.emplace_back();
        seen = {.place = member.place,
                .speaks = is_up || member.early_media,
                .is_up = is_up,
                .waits = member.is_caller && !is_up,
                .away = member.away};
        if (member.leg == call.agent_leg) controller = i;
        if (!member.watched) continue;
        for (std::size_t w = 0; w < call.members.size(); ++w) {
            if (call.members[w].leg == member.watched) seen.watched = w;
        }
    }
    view_room(room_members_, controller, room_views_);
    for (std::size_t i = 0; i < call.members.size(); ++i)
        show(call, call.members[i], room_views_[i]);
    record_who_speaks(call);
    if (call.visit && call.visit->is_inside) record_who_speaks(conferences_.at(call.visit->room));
}

void Engine::Impl::show(Call& call, Member& member, const RoomView& view) {
    const RoomView before = std::exchange(member.view, view);
    if (before == view) return;
    if (before.speaks_in != view.speaks_in || before.hears != view.hears) {
        Place place{call.worker, member.leg, circle_id(call, view.speaks_in), {}};
        for (const Circle circle : view.hears) {
            if (circle != Circle::none) place.hears.push_back(circle_id(call, circle));
        }
        act(std::move(place));
    }
    if (before.sound != view.sound) {
        if (view.sound == Sound::none) {
            if (member.play) act(StopPlay{call.worker, member.leg});
            member.play = {};
        } else {
            const Tenant& tenant = *tenants_.at(call.tenant);
            const std::string& music =
                call.had_queue ? directory_.queues[call.queue].music : tenant.hold_music;
            const std::string prompt =
                view.sound == Sound::music ? music : std::string(ivr::kRingbackTone);
            if (!prompt.empty()) {
                member.play = PlayId{next_id_++};
                act(Play{call.worker, member.leg, member.play, {prompt}, true});
            }
        }
    }
    // That it rings, and where a leg stands before it ever talked, other events have said.
    const bool is_news = view.shown != before.shown && view.shown != LegPlace::ringing &&
                         (member.is_shown || view.shown != LegPlace::apart);
    if (!is_news) return;
    member.is_shown = true;
    emit(call.tenant, LegPlaced{call.id, member.leg, view.shown});
}

/// The agent and the guest hear each other from here on. Both stand in talk.
void Engine::Impl::start_talk(Call& call) {
    stop_play(call);
    call.phase = CallPhase::talking;
    deadlines_.rearm(call.phase_deadline, now_ + settings_.max_talk,
                     {DeadlineKind::call_phase, call.id.value});
    for (Member& member : call.members) {
        if (member.leg != call.guest && member.leg != call.agent_leg) continue;
        member.place = LegPlace::talk;
        member.talked = member.talked || member.leg == call.agent_leg;
    }
    if (call.agent_leg) {
        emit(call.tenant, TalkStarted{call.id, agents_[call.agent].data->id, call.agent_leg});
    }
    settle(call);
    record_by_rule(call);
}

/// How many are in the conversation or in a consultation, having picked up.
std::size_t Engine::Impl::people(const Call& call) {
    return static_cast<std::size_t>(std::ranges::count_if(call.members, [](const Member& member) {
        return member.state == MemberState::up && !is_observing(member);
    }));
}

/// Somebody hung up, or was lost: the call goes on without that leg, or ends.
void Engine::Impl::member_left(Call& call, LegId leg, bool network) {
    const Member gone = *call.find(leg);
    if (is_observing(gone) || goes_on_without(call, gone)) {
        const Parted parted{gone, leg == call.agent_leg, leg == call.guest};
        drop_member(call, leg, {});
        agent_left(call, gone);
        return regroup(call, parted);
    }
    const Party by = network                            ? Party::system
                     : gone.kind == LegKind::agent      ? Party::agent
                     : gone.kind == LegKind::supervisor ? Party::supervisor
                     : gone.kind == LegKind::outside    ? Party::outside
                                                        : Party::caller;
    EndCause cause = EndCause::normal;
    if (network) {
        cause = EndCause::network;
    } else if (call.phase == CallPhase::closing) {
        cause = call.closing_cause;
    } else if (call.phase == CallPhase::mailbox) {
        cause = EndCause::voicemail;
    } else if (call.phase == CallPhase::opening || call.phase == CallPhase::flow ||
               (call.phase == CallPhase::conference && !call.visit->is_inside)) {
        cause = EndCause::left_in_ivr;
    } else if (call.phase == CallPhase::queued) {
        cause = EndCause::abandoned;
    } else if (call.phase == CallPhase::dialing && call.direction != CallDirection::inbound) {
        cause = EndCause::abandoned;
    }
    end_call(call, by, cause);
}

bool Engine::Impl::goes_on_without(const Call& call, const Member& gone) const {
    const bool is_guest = gone.leg == call.guest;
    switch (call.phase) {
        case CallPhase::talking: {
            const std::size_t left = people(call) - (gone.state == MemberState::up ? 1 : 0);
            if (left >= 2) return true;
            // Hanging up while the consulted still rings passes the caller on to it.
            return left == 1 && !is_guest &&
                   std::ranges::any_of(call.members, [](const Member& member) {
                       return member.purpose == DialPurpose::consult &&
                              member.state != MemberState::up && !member.is_caller;
                   });
        }
        case CallPhase::flow:
            return !is_guest;  // the agent who waits for the flow's result
        case CallPhase::dialing:
            return !is_guest && people(call) >= 3;
        default:
            return false;
    }
}

/// Who is left finds together: nobody stands alone where others could be heard.
void Engine::Impl::regroup(Call& call, const Parted& parted) {
    const Member& gone = parted.member;
    if (call.phase != CallPhase::talking) return settle(call);
    const bool same_agent_stays = gone.agent != kNoAgent && own_member(call, gone.agent) != nullptr;
    Member* consulted = call.find(call.consulted);
    if (consulted != nullptr && same_agent_stays && gone.place == LegPlace::aside) {
        // A phone that hung up its own second call: its consultation is over.
        const LegId leg = call.consulted;
        call.consulted = {};
        const Member copy = *consulted;
        drop_member(call, leg, {});
        agent_left(call, copy);
        consulted = nullptr;
    }
    if (parted.was_agent) {
        if (Member* other = same_agent_stays ? own_member(call, gone.agent) : nullptr) {
            call.agent_leg = other->leg;
        } else if (consulted != nullptr) {
            emit(call.tenant, CallTransferred{call.id, agents_[gone.agent].data->id,
                                              TransferKind::attended, target_of(*consulted)});
            return hand_over(call, *consulted);
        }
    }
    if (parted.was_guest) {
        for (Member& member : call.members) {
            if (member.place == LegPlace::aside) member.place = LegPlace::talk;
            if (member.leg != call.agent_leg && !is_observing(member)) call.guest = member.leg;
        }
        call.consulted = {};
    }
    if (people(call) < 2) return end_call(call, Party::system, EndCause::normal);
    if (!call.agent_leg) {
        for (const Member& member : call.members) {
            if (member.kind != LegKind::agent || member.leg == call.guest) continue;
            call.agent_leg = member.leg;
            call.agent = member.agent;
        }
    }
    settle(call);
}

/// The consulted stands in for the agent who left: in talk with the caller, or still being called.
void Engine::Impl::hand_over(Call& call, Member& consulted) {
    const bool is_up = consulted.state == MemberState::up;
    consulted.place = LegPlace::talk;
    call.consulted = {};
    if (!is_up) {
        consulted.purpose = DialPurpose::transfer;
        call.phase = CallPhase::dialing;
        deadlines_.rearm(call.phase_deadline, now_ + settings_.dial_limit,
                         {DeadlineKind::call_phase, call.id.value});
        return settle(call);
    }
    connect(call, consulted.leg);
}

/// Takes a leg out of the call and closes it; the agent's state is agent_left()'s.
void Engine::Impl::drop_member(Call& call, LegId leg, const std::string& reason, int sip_code) {
    const auto found = std::ranges::find(call.members, leg, &Member::leg);
    if (found == call.members.end()) return;
    deadlines_.cancel(found->ring_deadline);
    for (LegId* role : {&call.guest, &call.agent_leg, &call.consulted, &call.flow_for}) {
        if (*role == leg) *role = {};
    }
    call.members.erase(found);
    close_leg(leg, sip_code, reason);
}

/// An agent is out of the call, unless another of its legs is still there.
void Engine::Impl::agent_left(Call& call, const Member& gone) {
    if (gone.agent == kNoAgent || agents_[gone.agent].call != call.id) return;
    if (own_member(call, gone.agent) != nullptr) return;
    const bool was_of_queue = gone.talked && call.had_queue;
    const seconds wrap_up = was_of_queue ? directory_.queues[call.queue].wrap_up_s
                            : gone.talked && call.direction == CallDirection::outbound
                                ? tenants_.at(call.tenant)->outbound_wrap_up_s
                                : 0s;
    call_finished(gone.agent, call.id, wrap_up,
                  was_of_queue ? directory_.queues[call.queue].id : QueueId{});
}

}  // namespace seatline::core
