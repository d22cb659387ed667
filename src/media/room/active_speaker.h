#pragma once
// Who speaks in a circle: loudness over windows of 200 ms, with enough inertia that the answer does
// not jump between two who laugh. Reads packets as they come (no jitter buffer, no tick), so it
// works for relayed talk as well as for a mix.
#include <cstdint>
#include <span>

#include "base/time.h"
#include "media/codec/g711.h"

namespace seatline::media {

inline constexpr auto speaker_window = 200ms;

/// How loud one leg is.
class VoiceLevel {
public:
    void add(G711 law, std::span<const std::uint8_t> payload);
    /// Ends a window: the mean absolute sample, half of it the windows before. Packets that did not
    /// come count as silence.
    std::uint32_t end_window();

private:
    std::uint64_t sum_ = 0;
    std::uint32_t level_ = 0;
};

class ActiveSpeaker {
public:
    /// Below this nobody speaks: about -42 dB.
    static constexpr std::uint32_t threshold = 250;
    /// Nobody is the speaker after so many windows without a voice: 1 s.
    static constexpr std::uint32_t quiet_windows = 5;

    struct Level {
        std::uint64_t leg = 0;
        std::uint32_t level = 0;
    };

    /// Takes one window of all who speak in the circle; gives who the speaker is now, 0 nobody.
    /// Another one takes over when half as loud again, or when the speaker fell silent.
    std::uint64_t update(std::span<const Level> levels);
    [[nodiscard]] std::uint64_t leg() const { return leg_; }

private:
    std::uint64_t leg_ = 0;
    std::uint32_t quiet_ = 0;
};

}  // namespace seatline::media
