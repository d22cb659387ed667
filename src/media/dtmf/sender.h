#pragma once
// Key presses into RFC 4733 packets: one packet each 20 ms while a key is down, three with the end
// bit, then a pause.
#include <array>
#include <cstdint>
#include <string_view>

namespace seatline::media {

/// What to send in this 20 ms: nothing (a pause between keys), or one event packet.
struct EventPacket {
    bool present = false;
    bool marker = false;          ///< first packet of a press
    std::uint32_t timestamp = 0;  ///< start of the press
    std::array<std::uint8_t, 4> payload{};
};

class DigitSender {
public:
    /// Queues keys, each `duration_ms` long (40 to 8000; 0 means 100). Characters that are no key
    /// are passed over. Returns how many were queued; the queue holds 64.
    std::size_t push(std::string_view digits, std::uint32_t duration_ms);
    [[nodiscard]] bool busy() const { return size_ > 0; }
    /// The key that is down now, for those who must make its tone; 0 in a pause.
    [[nodiscard]] char key_down() const {
        return size_ > 0 && step_ < hold_ticks() ? keys_[head_].digit : 0;
    }
    /// One 20 ms step; `stream_timestamp` is the stream's time now.
    EventPacket tick(std::uint32_t stream_timestamp);

private:
    struct Key {
        char digit = 0;
        std::uint16_t ticks = 0;
    };
    [[nodiscard]] std::uint32_t hold_ticks() const { return keys_[head_].ticks; }

    std::array<Key, 64> keys_{};
    std::size_t head_ = 0;
    std::size_t size_ = 0;
    std::uint32_t step_ = 0;  ///< ticks since the current key went down
    std::uint32_t start_ = 0;
};

}  // namespace seatline::media
