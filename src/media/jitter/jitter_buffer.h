#pragma once
// Turns packets that come when they like into 20 ms frames on time, for the decoded paths (mixing).
// Samples are placed by RTP timestamp, so reordered packets fall into place, duplicates write the
// same again, and lost ones are silence. The delay starts at 40 ms, grows when packets come too
// late, and shrinks when 4 s in a row had some to spare.
#include <array>
#include <cstdint>
#include <span>

namespace seatline::media {

inline constexpr std::size_t frame_samples = 160;  ///< 20 ms of 8 kHz

class JitterBuffer {
public:
    static constexpr std::uint32_t capacity = 4096;  ///< samples: 512 ms

    struct Counters {
        std::uint64_t late = 0;    ///< packets that came after their time
        std::uint64_t empty = 0;   ///< frames given with nothing in them while the stream ran
        std::uint64_t resync = 0;  ///< new timeline: first packet, SSRC change, jump
    };

    /// Places the samples of one packet at `timestamp`. Packets longer than 200 ms are cut.
    void put(std::uint32_t timestamp, std::span<const std::int16_t> samples);
    /// Takes the next 20 ms into `out`; false (and silence) when nothing was there.
    bool take(std::span<std::int16_t, frame_samples> out);
    /// Forgets the timeline: the next packet starts a new one.
    void reset();
    [[nodiscard]] const Counters& counters() const { return counters_; }
    [[nodiscard]] std::uint32_t delay_samples() const { return target_; }

private:
    void start(std::uint32_t timestamp, std::size_t size);
    void adapt();

    std::array<std::int16_t, capacity> ring_{};
    bool running_ = false;
    std::uint32_t read_ = 0;  ///< timestamp of the next sample to give
    std::uint32_t end_ = 0;   ///< one past the newest sample placed
    std::uint32_t target_ = 320;
    std::uint32_t late_in_row_ = 0;
    std::uint32_t empty_in_row_ = 0;
    std::uint32_t spare_min_ = capacity;  ///< least samples left after a take in the current period
    std::uint32_t period_takes_ = 0;
    Counters counters_;
};

}  // namespace seatline::media
