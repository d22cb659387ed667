#pragma once
// Puts two incoming streams side by side on one timeline that is the wall clock: caller left, agent
// right. A packet is decoded straight to its place by RTP timestamp (reordered ones fall into
// place, lost ones stay silence); about every half second the owner takes the part that can no
// longer change. Needs no tick and keeps its position through loss, silence suppression and a
// change of stream.
#include <array>
#include <cstdint>
#include <span>

#include "base/time.h"
#include "media/codec/g711.h"

namespace seatline::media {

enum class RecordSide : std::uint8_t { left, right };

class StereoAssembler {
public:
    static constexpr std::uint32_t capacity = 8192;        ///< samples a side: 1.024 s
    static constexpr std::uint32_t settle_samples = 2400;  ///< how late a packet may come: 300 ms

    explicit StereoAssembler(Instant start) : start_(start) {}

    /// Places one packet. `now` is its arrival.
    void put(RecordSide side, G711 law, std::uint32_t timestamp,
             std::span<const std::uint8_t> payload, Instant now);
    /// The side's next packet starts a new stream (other leg, other SSRC): it is placed by its
    /// arrival.
    void restart_side(RecordSide side) { sides_[static_cast<std::size_t>(side)].anchored = false; }

    /// Frames that have settled at `now` and were not taken yet; with `all`, also those up to `now`
    /// itself.
    [[nodiscard]] std::uint32_t ready(Instant now, bool all) const;
    /// The first frame that take() will give.
    [[nodiscard]] std::uint64_t position() const { return taken_; }
    /// Takes out.size() / 2 frames, left and right in turn, and clears their place. More than
    /// ready() is a bug.
    void take(std::span<std::int16_t> out, Instant now);
    /// Passes over `frames` as if taken (no block free for them).
    void skip(std::uint32_t frames);
    [[nodiscard]] std::uint64_t late_packets() const { return late_; }

private:
    struct Side {
        bool anchored = false;
        std::uint64_t base_position = 0;  ///< position of base_timestamp
        std::uint32_t base_timestamp = 0;
        std::array<std::int16_t, capacity> ring{};
    };
    [[nodiscard]] std::uint64_t position_at(Instant now) const;

    Instant start_;
    std::uint64_t taken_ = 0;
    std::uint64_t late_ = 0;
    std::array<Side, 2> sides_;
};

}  // namespace seatline::media
