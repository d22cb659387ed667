#include "media/dtmf/receiver.h"

#include <algorithm>
#include <string_view>

#include "media/rtp/packet.h"

namespace seatline::media {

namespace {
constexpr std::string_view digits = "0123456789*#ABCD";
}

int digit_event(char digit) {
    if (digit >= 'a' && digit <= 'd') digit = static_cast<char>(digit - 'a' + 'A');
    const auto at = digits.find(digit);
    return at == std::string_view::npos || digit == 0 ? -1 : static_cast<int>(at);
}

void DigitReceiver::finish(PressedDigits& out) {
    out.items[out.count++] = {digits[event_], units_before_ + units_};
    pressed_ = false;
}

PressedDigits DigitReceiver::on_packet(std::uint32_t timestamp,
                                       std::span<const std::uint8_t> payload, Instant now) {
    PressedDigits out;
    if (payload.size() < 4 || payload[0] > 15) return out;
    const bool end = payload[1] & 0x80;
    const std::uint16_t units = load_u16(payload.data() + 2);
    if (any_ && timestamp != timestamp_) {
        if (static_cast<std::int32_t>(timestamp - timestamp_) < 0 && now - last_packet_ < 5s) {
            return out;  // a late packet of an earlier press
        }
        const bool continues = pressed_ && payload[0] == event_ && timestamp == timestamp_ + 0xFFFF;
        if (continues) {
            units_before_ += 0xFFFF;
            timestamp_ = timestamp;
            units_ = 0;
        } else if (pressed_) {
            finish(out);
        }
    }
    if (!any_ || timestamp != timestamp_) {
        any_ = true;
        pressed_ = true;
        event_ = payload[0];
        timestamp_ = timestamp;
        units_before_ = 0;
        units_ = 0;
    }
    last_packet_ = now;
    if (!pressed_ || payload[0] != event_) return out;
    units_ = std::max<std::uint32_t>(units_, units);
    if (end) finish(out);
    return out;
}

PressedDigits DigitReceiver::expire(Instant now) {
    PressedDigits out;
    if (pressed_ && now - last_packet_ >= lost_end_timeout) finish(out);
    return out;
}

}  // namespace seatline::media
