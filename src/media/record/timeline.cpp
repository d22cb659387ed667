#include "media/record/timeline.h"

#include <algorithm>
#include <cstring>

#include "base/result.h"

namespace seatline::media {

namespace {
/// A stream that strays this far from the wall clock (drift over hours, a pause, a jump) is
/// anchored again.
constexpr std::int64_t max_stray_samples = 1600;
constexpr std::size_t max_packet_samples = 1600;

void add_saturated(std::int16_t* to, const std::int16_t* from, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        to[i] = static_cast<std::int16_t>(std::clamp(to[i] + from[i], -32768, 32767));
    }
}
}  // namespace

RecordTimeline::RecordTimeline(Instant start, unsigned channels)
    : start_(start), channels_(channels) {
    SEATLINE_ASSERT(channels == 1 || channels == 2);
    for (unsigned side = 0; side < channels; ++side) sides_[side] = std::make_unique<Ring>();
}

std::uint64_t RecordTimeline::position_at(Instant now) const {
    return now <= start_ ? 0 : static_cast<std::uint64_t>((now - start_).count()) * 8 / 1000;
}

void RecordTimeline::open(RecordTrack& track, RecordSide side, Instant now) const {
    track.side = side;
    track.muted = false;
    track.not_before = position_at(now);
}

void RecordTimeline::put(RecordTrack& track, G711 law, std::uint32_t timestamp,
                         std::span<const std::uint8_t> payload, Instant now) {
    const std::size_t size = std::min(payload.size(), max_packet_samples);
    if (size == 0) return;
    const std::uint64_t arrival = position_at(now);
    // By arrival, a packet's samples were spoken just before it came.
    const std::uint64_t by_arrival = arrival > size ? arrival - size : 0;
    std::int64_t at = static_cast<std::int64_t>(track.base_position) +
                      static_cast<std::int32_t>(timestamp - track.base_timestamp);
    const std::int64_t stray = at - static_cast<std::int64_t>(by_arrival);
    if (!track.anchored || stray > max_stray_samples || stray < -(max_stray_samples + 800)) {
        track.anchored = true;
        at = static_cast<std::int64_t>(by_arrival);
        // Sounds are added: a stream must not lie over its own earlier part.
        track.not_before = std::max(track.not_before, track.end);
    }
    // The anchor moves along, so that timestamps may wrap.
    track.base_position = static_cast<std::uint64_t>(std::max<std::int64_t>(at, 0));
    track.base_timestamp = timestamp;
    if (track.muted) return;
    const std::int64_t taken = static_cast<std::int64_t>(taken_);
    if (at < taken || at + static_cast<std::int64_t>(size) > taken + capacity) {
        ++late_;
        return;
    }
    const auto position = static_cast<std::uint64_t>(at);
    const std::uint64_t end = position + size;
    if (end <= track.not_before) return;
    const std::size_t cut = position < track.not_before ? track.not_before - position : 0;
    add(*sides_[static_cast<std::size_t>(track.side)], position + cut, law,
        payload.subspan(cut, size - cut));
    track.end = std::max(track.end, end);
}

void RecordTimeline::add(Ring& ring, std::uint64_t at, G711 law,
                         std::span<const std::uint8_t> payload) {
    std::array<std::int16_t, max_packet_samples> samples;
    g711_decode(law, payload, samples.data());
    const auto first = static_cast<std::size_t>(at % capacity);
    const std::size_t straight = std::min<std::size_t>(payload.size(), capacity - first);
    add_saturated(ring.data() + first, samples.data(), straight);
    add_saturated(ring.data(), samples.data() + straight, payload.size() - straight);
}

std::uint32_t RecordTimeline::ready(Instant now, bool all) const {
    const std::uint64_t until = position_at(now);
    const std::uint64_t settled =
        all ? until : until - std::min<std::uint64_t>(until, settle_samples);
    return settled > taken_ ? static_cast<std::uint32_t>(settled - taken_) : 0;
}

void RecordTimeline::take(std::span<std::int16_t> out, Instant now) {
    std::size_t left = out.size() / channels_;
    SEATLINE_ASSERT(left <= ready(now, true));
    std::int16_t* to = out.data();
    while (left > 0) {
        const std::size_t first = taken_ % capacity;
        const std::size_t n = std::min<std::size_t>(left, capacity - first);
        for (unsigned side = 0; side < channels_; ++side) {
            std::int16_t* from = sides_[side]->data() + first;
            for (std::size_t i = 0; i < n; ++i) to[channels_ * i + side] = from[i];
            std::memset(from, 0, n * sizeof(*from));
        }
        to += channels_ * n;
        taken_ += n;
        left -= n;
    }
}

void RecordTimeline::skip(std::uint32_t frames) {
    const std::uint32_t clear = std::min(frames, capacity);
    for (unsigned side = 0; side < channels_; ++side) {
        for (std::uint32_t i = 0; i < clear; ++i) (*sides_[side])[(taken_ + i) % capacity] = 0;
    }
    taken_ += frames;
}

}  // namespace seatline::media
