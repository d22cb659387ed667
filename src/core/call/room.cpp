#include "core/call/room.h"

namespace seatline::core {
namespace {

Circle circle_of(const RoomMember& member) {
    if (member.away) return Circle::none;
    return member.place == LegPlace::talk    ? Circle::talk
           : member.place == LegPlace::aside ? Circle::aside
                                             : Circle::none;
}

/// Who else is in the circle of `self`.
struct Company {
    bool audible = false;   ///< somebody speaks there
    bool answered = false;  ///< ... who has picked up
    bool ringing = false;   ///< somebody is being called there
};

Company company_of(std::span<const RoomMember> members, std::size_t self) {
    Company company;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const RoomMember& other = members[i];
        if (i == self || other.place != members[self].place || other.away) continue;
        company.audible = company.audible || other.speaks;
        company.answered = company.answered || other.is_up;
        company.ringing = company.ringing || !other.is_up;
    }
    return company;
}

bool is_whispered_to(std::span<const RoomMember> members, std::size_t self) {
    for (const RoomMember& member : members) {
        if (member.place == LegPlace::whispering && member.is_up && member.watched == self)
            return true;
    }
    return false;
}

RoomView in_circle(std::span<const RoomMember> members, std::size_t self, std::size_t controller) {
    const RoomMember& member = members[self];
    const Circle circle = circle_of(member);
    RoomView view;
    if (member.speaks) view.speaks_in = circle;
    if (!member.is_up) {
        view.shown = LegPlace::ringing;
        if (member.waits && company_of(members, self).audible) view.hears[0] = circle;
        return view;
    }
    if (circle == Circle::none) {
        view.shown = LegPlace::away;
        return view;
    }
    view.hears[0] = circle;
    if (is_whispered_to(members, self)) view.hears[1] = Circle::whisper;
    const Company company = company_of(members, self);
    if (company.answered) {
        view.shown = member.place;
    } else if (company.ringing) {
        if (!company.audible) view.sound = Sound::ringback;
    } else if (self != controller) {
        view.sound = Sound::music;
        view.shown = LegPlace::held;
    }
    return view;
}

RoomView beside(std::span<const RoomMember> members, const RoomMember& member) {
    RoomView view;
    view.shown = member.is_up ? member.place : LegPlace::ringing;
    if (!member.is_up || member.watched == kNobody) return view;
    view.hears[0] = circle_of(members[member.watched]);
    if (member.place == LegPlace::whispering) view.speaks_in = Circle::whisper;
    return view;
}

/// With people of other calls: how many they are does not matter, who is alone there hears nothing.
RoomView in_conference(const RoomMember& member) {
    RoomView view;
    view.shown = member.is_up ? member.place : LegPlace::ringing;
    if (!member.is_up) return view;
    if (member.away) {
        view.shown = LegPlace::away;
        return view;
    }
    view.hears[0] = Circle::conference;
    if (member.place == LegPlace::conference) view.speaks_in = Circle::conference;
    return view;
}

}  // namespace

void view_room(std::span<const RoomMember> members, std::size_t controller,
               std::vector<RoomView>& views) {
    views.assign(members.size(), RoomView{});
    for (std::size_t i = 0; i < members.size(); ++i) {
        const RoomMember& member = members[i];
        switch (member.place) {
            case LegPlace::talk:
            case LegPlace::aside:
                views[i] = in_circle(members, i, controller);
                break;
            case LegPlace::listening:
            case LegPlace::whispering:
                views[i] = beside(members, member);
                break;
            case LegPlace::conference:
            case LegPlace::muted:
                views[i] = in_conference(member);
                break;
            case LegPlace::held:
                views[i].sound = Sound::music;
                views[i].shown = LegPlace::held;
                break;
            default:
                views[i].shown = member.is_up ? member.place : LegPlace::ringing;
                break;
        }
    }
}

}  // namespace seatline::core
