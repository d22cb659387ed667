#include "api/ws/conference_speakers.h"

#include <utility>

namespace seatline::api {

void ConferenceSpeakers::apply(const core::Event& event) {
    if (const auto* joined = std::get_if<core::ConferenceJoined>(&event.body)) {
        members_[joined->leg] = {{event.tenant, joined->conference}, joined->call};
        return;
    }
    if (members_.empty()) return;  // the rule
    if (const auto* left = std::get_if<core::ConferenceLeft>(&event.body)) return forget(left->leg);
    const auto* ended = std::get_if<core::CallEnded>(&event.body);
    if (ended == nullptr) return;
    std::vector<LegId> gone;
    for (const auto& [leg, member] : members_) {
        if (member.call == ended->call) gone.push_back(leg);
    }
    for (const LegId leg : gone) forget(leg);
}

void ConferenceSpeakers::forget(LegId leg) {
    members_.erase(leg);
    speaking_.erase(leg);
    std::erase_if(circles_, [&](const auto& item) { return item.second == leg; });
}

void ConferenceSpeakers::speaks(CircleId circle, LegId leg) {
    if (const auto before = circles_.find(circle); before != circles_.end()) {
        if (before->second == leg) return;
        speaking_.erase(before->second);
        changes_.insert(members_.at(before->second).conference);
        circles_.erase(before);
    }
    const auto member = members_.find(leg);
    if (member == members_.end()) return;
    circles_[circle] = leg;
    speaking_.insert(leg);
    changes_.insert(member->second.conference);
}

}  // namespace seatline::api
