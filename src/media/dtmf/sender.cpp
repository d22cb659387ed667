#include "media/dtmf/sender.h"

#include <algorithm>

#include "media/dtmf/receiver.h"
#include "media/rtp/packet.h"

namespace seatline::media {

namespace {
constexpr std::uint32_t tick_units = 160;
constexpr std::uint32_t end_packets = 3;
constexpr std::uint32_t pause_ticks = 3;  // 60 ms: Q.24 wants at least 40
constexpr std::uint8_t volume_dbm0 = 10;
}  // namespace

std::size_t DigitSender::push(std::string_view digits, std::uint32_t duration_ms) {
    const std::uint32_t ms = duration_ms == 0 ? 100 : std::clamp(duration_ms, 40u, 8000u);
    std::size_t queued = 0;
    for (const char digit : digits) {
        if (digit_event(digit) < 0 || size_ == keys_.size()) continue;
        keys_[(head_ + size_++) % keys_.size()] = {digit,
                                                   static_cast<std::uint16_t>((ms + 19) / 20)};
        ++queued;
    }
    return queued;
}

EventPacket DigitSender::tick(std::uint32_t stream_timestamp) {
    EventPacket out;
    if (size_ == 0) return out;
    if (step_ == 0) start_ = stream_timestamp;
    const std::uint32_t hold = hold_ticks();
    if (step_ < hold + end_packets - 1) {
        // The packet of tick k covers k + 1 ticks; the last of them is the first of the end
        // packets.
        const std::uint32_t covered = std::min(step_ + 1, hold) * tick_units;
        out.present = true;
        out.marker = step_ == 0;
        out.timestamp = start_;
        out.payload[0] = static_cast<std::uint8_t>(digit_event(keys_[head_].digit));
        out.payload[1] = static_cast<std::uint8_t>((step_ + 1 >= hold ? 0x80 : 0) | volume_dbm0);
        store_u16(out.payload.data() + 2, static_cast<std::uint16_t>(std::min(covered, 0xFFFFu)));
    }
    if (++step_ >= hold + end_packets - 1 + pause_ticks) {
        step_ = 0;
        head_ = (head_ + 1) % keys_.size();
        --size_;
    }
    return out;
}

}  // namespace seatline::media
