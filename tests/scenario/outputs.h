#pragma once
// Effects as lines of text: "CallOffered call=c1 agent=1 leg=c1.1", with ids replaced by the
// scenario's names.
#include <map>
#include <string>
#include <vector>

#include "core/engine/effect.h"

namespace seatline::scenario {

/// The names that a scenario knows things by.
struct Names {
    std::map<CallId, std::string> calls;
    std::map<LegId, std::string> legs;

    [[nodiscard]] std::string of(CallId id) const;
    [[nodiscard]] std::string of(LegId id) const;
    [[nodiscard]] std::string of(CircleId id) const;  ///< "c1.talk", "c1.aside", "c1.whisper"
};

struct Output {
    std::string name;
    std::map<std::string, std::string> values;

    [[nodiscard]] std::string text() const;
};

[[nodiscard]] Output describe(const core::Event& event, const Names& names);
[[nodiscard]] Output describe(const core::Action& action, const Names& names);

}  // namespace seatline::scenario
