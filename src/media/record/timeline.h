#pragma once
// Puts what several legs say on one timeline that is the wall clock: two sides (caller left, agent
// right) or one. A packet is decoded straight to its place by RTP timestamp (reordered ones fall
// into place, lost ones stay silence) and added to what other legs of its side said there; about
// every half second the owner takes the part that can no longer change. Needs no tick and keeps its
// position through loss, silence suppression and a change of stream.
#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "base/time.h"
#include "media/codec/g711.h"

namespace seatline::media {

enum class RecordSide : std::uint8_t { left, right };

/// One leg's stream in one recording. Kept by the caller, also while the leg is not heard (a
/// pause): so it keeps its place in time, and what was said meanwhile stays out however late its
/// packets come.
struct RecordTrack {
    RecordSide side = RecordSide::left;
    bool muted = false;
    bool anchored = false;
    std::uint64_t base_position = 0;  ///< position of base_timestamp
    std::uint32_t base_timestamp = 0;
    std::uint64_t not_before = 0;  ///< samples of earlier positions are left out
    std::uint64_t end = 0;         ///< one past the last sample placed

    /// The next packet starts a new stream (other SSRC): it is placed by its arrival.
    void restart() { anchored = false; }
};

class RecordTimeline {
public:
    static constexpr std::uint32_t capacity = 8192;        ///< samples a side: 1.024 s
    static constexpr std::uint32_t settle_samples = 2400;  ///< how late a packet may come: 300 ms

    /// `channels` is 2, or 1: then the right side is no part of it, and only left tracks are put.
    RecordTimeline(Instant start, unsigned channels);

    /// Places one packet; one that came before must not come again. `now` is its arrival.
    void put(RecordTrack& track, G711 law, std::uint32_t timestamp,
             std::span<const std::uint8_t> payload, Instant now);
    /// Heard on this side from `now` on: nothing that the leg said earlier will be placed.
    void open(RecordTrack& track, RecordSide side, Instant now) const;

    /// Frames that have settled at `now` and were not taken yet; with `all`, also those up to `now`
    /// itself.
    [[nodiscard]] std::uint32_t ready(Instant now, bool all) const;
    /// The first frame that take() will give.
    [[nodiscard]] std::uint64_t position() const { return taken_; }
    [[nodiscard]] unsigned channels() const { return channels_; }
    /// Takes out.size() / channels() frames, left and right in turn, and clears their place. More
    /// than ready() is a bug.
    void take(std::span<std::int16_t> out, Instant now);
    /// Passes over `frames` as if taken (no block free for them).
    void skip(std::uint32_t frames);
    [[nodiscard]] std::uint64_t late_packets() const { return late_; }

private:
    using Ring = std::array<std::int16_t, capacity>;
    [[nodiscard]] std::uint64_t position_at(Instant now) const;
    void add(Ring& ring, std::uint64_t at, G711 law, std::span<const std::uint8_t> payload);

    Instant start_;
    unsigned channels_;
    std::uint64_t taken_ = 0;
    std::uint64_t late_ = 0;
    std::array<std::unique_ptr<Ring>, 2> sides_;  ///< the second only with two channels
};

}  // namespace seatline::media
