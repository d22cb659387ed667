#pragma once
// Who hears whom in a call: the one rule. Talk, consultation, hold with music, three-way, listening
// in, whisper and barge-in are settings of it. Pure: from where everybody stands to what everybody
// hears.
//
// A call has up to three circles. Who stands in a circle speaks there and hears all others there.
//   talk     the conversation with the customer
//   aside    a consultation
//   whisper  what a supervisor tells one agent
// and may be in a circle that it shares with other calls:
//   conference  who is muted there only hears
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/engine/event.h"

namespace seatline::core {

enum class Circle : std::uint8_t { none, talk, aside, whisper, conference };

/// What a leg hears of us when nobody speaks to it.
enum class Sound : std::uint8_t {
    none,
    music,
    ringback  ///< ITU-T E.180: the one it waits for is being called
};

inline constexpr std::size_t kNobody = ~std::size_t{0};

/// One leg of the call as the rule sees it.
struct RoomMember {
    /// apart, talk, aside, listening, whispering, conference, muted, mailbox, or held: waits with
    /// music for a conference to begin
    LegPlace place = LegPlace::apart;
    bool speaks = false;            ///< answered, or its early media may be heard
    bool is_up = false;             ///< answered
    bool waits = false;             ///< calls us and is not answered: hears early media
    bool away = false;              ///< holds the others: neither heard nor hearing
    std::size_t watched = kNobody;  ///< listening, whispering: the member on whose side
};

/// What follows for it.
struct RoomView {
    Circle speaks_in = Circle::none;
    std::array<Circle, 2> hears{};  ///< none where there is nothing
    Sound sound = Sound::none;
    LegPlace shown = LegPlace::apart;  ///< for the record: held and away instead of talk

    friend bool operator==(const RoomView&, const RoomView&) = default;
};

/// `controller`: the member whose doing the places are (who consults, else the agent of the call):
/// alone, it hears nothing where others would hear music. kNobody: none.
void view_room(std::span<const RoomMember> members, std::size_t controller,
               std::vector<RoomView>& views);

}  // namespace seatline::core
