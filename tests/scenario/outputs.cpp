#include "tests/scenario/outputs.h"

#include "base/json.h"

namespace seatline::core {
BOOST_DESCRIBE_STRUCT(AnswerCall, (), (leg))
BOOST_DESCRIBE_STRUCT(RejectCall, (), (leg, sip_code, reason))
BOOST_DESCRIBE_STRUCT(AcceptMedia, (), (leg))
BOOST_DESCRIBE_STRUCT(InviteDevice, (), (leg, device, caller, display, other_devices, auto_answer))
BOOST_DESCRIBE_STRUCT(HangUpLeg, (), (leg, sip_code, reason))
BOOST_DESCRIBE_STRUCT(OpenMedia, (), (worker, call, leg))
BOOST_DESCRIBE_STRUCT(SetRemote, (), (leg))
BOOST_DESCRIBE_STRUCT(CloseMedia, (), (leg))
BOOST_DESCRIBE_STRUCT(Place, (), (leg, speaks_in, hears))
BOOST_DESCRIBE_STRUCT(RingCaller, (), (leg))
BOOST_DESCRIBE_STRUCT(AnswerTransfer, (), (leg, sip_code))
BOOST_DESCRIBE_STRUCT(TellTransfer, (), (leg, sip_code))
BOOST_DESCRIBE_STRUCT(InviteTrunk, (), (leg, trunk, number, caller, hide_caller))
BOOST_DESCRIBE_STRUCT(TellMessagesWaiting, (), (device, new_messages, old_messages))
BOOST_DESCRIBE_STRUCT(WatchSpeaker, (), (circle, watch))
BOOST_DESCRIBE_STRUCT(SendDigits, (), (leg, digits))
BOOST_DESCRIBE_STRUCT(SetRecording, (), (recording, left, right))
BOOST_DESCRIBE_STRUCT(Play, (), (leg, prompts, loop, over_talk))
BOOST_DESCRIBE_STRUCT(StopPlay, (), (leg))
BOOST_DESCRIBE_STRUCT(StartRecording, (), (recording, path, left, right, mono))
BOOST_DESCRIBE_STRUCT(StopRecording, (), (recording))
}  // namespace seatline::core

namespace seatline::scenario {
namespace {

template <class T>
std::string value_text(const T& value, const Names& names) {
    if constexpr (std::is_same_v<T, CallId> || std::is_same_v<T, LegId> ||
                  std::is_same_v<T, CircleId>) {
        return names.of(value);
    } else if constexpr (std::is_same_v<T, std::vector<LegId>> ||
                         std::is_same_v<T, std::vector<CircleId>>) {
        std::string joined;
        for (const auto id : value) joined += (joined.empty() ? "" : ",") + names.of(id);
        return joined;
    } else if constexpr (std::is_same_v<T, std::string>) {
        return value;
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
        std::string joined;
        for (const auto& item : value) joined += (joined.empty() ? "" : ",") + item;
        return joined;
    } else {
        std::string json = to_json(value);
        return json.starts_with('"') ? json.substr(1, json.size() - 2) : json;
    }
}

template <class T>
Output output(std::string_view name, const T& value, const Names& names) {
    Output out{std::string(name), {}};
    boost::mp11::mp_for_each<json_detail::Members<T>>(
        [&](auto d) { out.values[d.name] = value_text(value.*d.pointer, names); });
    return out;
}

/// The unqualified name of a type, as the compiler writes it.
template <class T>
std::string_view type_name() {
    std::string_view text = __PRETTY_FUNCTION__;
    const auto begin = text.find("T = ") + 4;
    text = text.substr(begin, text.find_first_of(";]", begin) - begin);
    return text.substr(text.rfind(':') + 1);
}

}  // namespace

std::string Names::of(CallId id) const {
    const auto found = calls.find(id);
    return found == calls.end() ? "-" : found->second;
}

std::string Names::of(LegId id) const {
    const auto found = legs.find(id);
    return found == legs.end() ? "-" : found->second;
}

std::string Names::of(CircleId id) const {
    static constexpr std::array kCircles{"?", "talk", "aside", "whisper"};
    if (!id) return "";
    return of(CallId{id.value / 4}) + "." + kCircles[id.value % 4];
}

std::string Output::text() const {
    std::string line = name;
    for (const auto& [key, value] : values) line += " " + key + "=" + value;
    return line;
}

Output describe(const core::Event& event, const Names& names) {
    return std::visit(
        [&](const auto& body) {
            return output(type_name<std::decay_t<decltype(body)>>(), body, names);
        },
        event.body);
}

Output describe(const core::Action& action, const Names& names) {
    return std::visit(
        [&](const auto& a) -> Output {
            using A = std::decay_t<decltype(a)>;
            if constexpr (std::is_same_v<A, core::Reply>) {
                return {"Reply",
                        {{"error", a.error ? a.error->code : ""},
                         {"field", a.error ? a.error->field : ""},
                         {"call", names.of(a.call)}}};
            } else {
                return output(type_name<A>(), a, names);
            }
        },
        action);
}

}  // namespace seatline::scenario
