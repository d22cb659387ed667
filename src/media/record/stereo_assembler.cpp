#include "media/record/stereo_assembler.h"

#include <algorithm>
#include <cstring>

#include "base/result.h"

namespace seatline::media {

namespace {
/// A stream that strays this far from the wall clock (drift over hours, a pause, a jump) is
/// anchored again.
constexpr std::int64_t max_stray_samples = 1600;
}  // namespace

std::uint64_t StereoAssembler::position_at(Instant now) const {
    return now <= start_ ? 0 : static_cast<std::uint64_t>((now - start_).count()) * 8 / 1000;
}

void StereoAssembler::put(RecordSide which, G711 law, std::uint32_t timestamp,
                          std::span<const std::uint8_t> payload, Instant now) {
    Side& side = sides_[static_cast<std::size_t>(which)];
    const std::size_t size = std::min<std::size_t>(payload.size(), 1600);
    if (size == 0) return;
    const std::uint64_t arrival = position_at(now);
    // By arrival, a packet's samples were spoken just before it came.
    const std::uint64_t by_arrival = arrival > size ? arrival - size : 0;
    std::int64_t at = static_cast<std::int64_t>(side.base_position) +
                      static_cast<std::int32_t>(timestamp - side.base_timestamp);
    const std::int64_t stray = at - static_cast<std::int64_t>(by_arrival);
    if (!side.anchored || stray > max_stray_samples || stray < -(max_stray_samples + 800)) {
        side.anchored = true;
        at = static_cast<std::int64_t>(by_arrival);
    }
    // The anchor moves along, so that timestamps may wrap.
    side.base_position = static_cast<std::uint64_t>(std::max<std::int64_t>(at, 0));
    side.base_timestamp = timestamp;
    const std::int64_t taken = static_cast<std::int64_t>(taken_);
    if (at < taken || at + static_cast<std::int64_t>(size) > taken + capacity) {
        ++late_;
        return;
    }
    const auto first = static_cast<std::size_t>(at) % capacity;
    const std::size_t straight = std::min<std::size_t>(size, capacity - first);
    g711_decode(law, payload.first(straight), side.ring.data() + first);
    if (straight < size)
        g711_decode(law, payload.subspan(straight, size - straight), side.ring.data());
}

std::uint32_t StereoAssembler::ready(Instant now, bool all) const {
    const std::uint64_t until = position_at(now);
    const std::uint64_t settled =
        all ? until : until - std::min<std::uint64_t>(until, settle_samples);
    return settled > taken_ ? static_cast<std::uint32_t>(settled - taken_) : 0;
}

void StereoAssembler::take(std::span<std::int16_t> out, Instant now) {
    const std::size_t frames = out.size() / 2;
    SEATLINE_ASSERT(frames <= ready(now, true));
    std::int16_t* to = out.data();
    std::size_t left = frames;
    while (left > 0) {
        const std::size_t first = taken_ % capacity;
        const std::size_t n = std::min<std::size_t>(left, capacity - first);
        std::int16_t* l = sides_[0].ring.data() + first;
        std::int16_t* r = sides_[1].ring.data() + first;
        for (std::size_t i = 0; i < n; ++i) {
            to[2 * i] = l[i];
            to[2 * i + 1] = r[i];
        }
        std::memset(l, 0, n * sizeof(*l));
        std::memset(r, 0, n * sizeof(*r));
        to += 2 * n;
        taken_ += n;
        left -= n;
    }
}

void StereoAssembler::skip(std::uint32_t frames) {
    const std::uint32_t clear = std::min(frames, capacity);
    for (std::uint32_t i = 0; i < clear; ++i) {
        for (Side& side : sides_) side.ring[(taken_ + i) % capacity] = 0;
    }
    taken_ += frames;
}

}  // namespace seatline::media
