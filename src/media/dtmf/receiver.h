#pragma once
// Key presses out of RFC 4733 telephone-event packets: each press is told once, at its end, however
// many updates and end retransmissions came, in whatever order, and also when every end packet was
// lost.
#include <array>
#include <cstdint>
#include <span>

#include "base/time.h"

namespace seatline::media {

struct PressedDigit {
    char digit = 0;                    ///< 0-9 * # A-D
    std::uint32_t duration_units = 0;  ///< of the event clock (8000 a second)
};

/// At most two presses come out of one packet: the one before, whose end was lost, and this one,
/// short enough to end at once.
struct PressedDigits {
    std::array<PressedDigit, 2> items{};
    std::size_t count = 0;
};

class DigitReceiver {
public:
    /// A press whose updates stop for this long has ended (RFC 4733 section 2.5.1.3 leaves the time
    /// to us).
    static constexpr auto lost_end_timeout = 200ms;

    /// One packet's payload; bad ones (length, event above 15) are passed over. `timestamp` is the
    /// RTP timestamp: the event's start, equal in all its packets.
    PressedDigits on_packet(std::uint32_t timestamp, std::span<const std::uint8_t> payload,
                            Instant now);
    /// Ends a press that has gone silent. Call it about every 100 ms while pressed().
    PressedDigits expire(Instant now);
    /// True between a press's first packet and its end.
    [[nodiscard]] bool pressed() const { return pressed_; }

private:
    void finish(PressedDigits& out);

    bool pressed_ = false;
    bool any_ = false;  ///< timestamp_ is that of the current or last press
    std::uint8_t event_ = 0;
    std::uint32_t timestamp_ = 0;  ///< of the current segment
    std::uint32_t units_before_ =
        0;  ///< of earlier segments of a press longer than 0xFFFF (section 2.5.1.3)
    std::uint32_t units_ = 0;
    Instant last_packet_{};
};

/// The event code 0-15 of a digit; -1 when there is none.
[[nodiscard]] int digit_event(char digit);

}  // namespace seatline::media
