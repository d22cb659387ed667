#pragma once
// Who hears whom, as one mechanism: a listener has a set of sources and at most one player.
// Two-party talk, conference, listening in, whisper, music on hold and prompts are settings of it.
// How the sound gets there follows from them and from nothing else.
#include <cstddef>
#include <cstdint>

namespace seatline::media {

enum class HearingMode : std::uint8_t {
    silent,  ///< nothing is sent
    relay,   ///< one source: its packets go on as they come, their bytes translated when the codecs
             ///< differ
    player,  ///< only the player: ready-coded frames each 20 ms
    mix,     ///< decoded frames each 20 ms: several sources, or sources and a player
};

struct HearingInput {
    std::size_t sources = 0;
    bool player = false;
    bool player_mutes_sources = false;
};

[[nodiscard]] constexpr HearingMode hearing_mode(const HearingInput& in) {
    if (in.player) {
        return in.sources == 0 || in.player_mutes_sources ? HearingMode::player : HearingMode::mix;
    }
    if (in.sources == 0) return HearingMode::silent;
    return in.sources == 1 ? HearingMode::relay : HearingMode::mix;
}

}  // namespace seatline::media
