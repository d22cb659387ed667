#include "media/jitter/jitter_buffer.h"

#include <algorithm>

namespace seatline::media {

namespace {
constexpr std::uint32_t min_target = 320;
constexpr std::uint32_t max_target = 1920;
constexpr std::uint32_t period_frames = 200;        // 4 s
constexpr std::uint32_t stopped_after_frames = 50;  // 1 s without a packet: the next starts anew
}  // namespace

void JitterBuffer::reset() {
    running_ = false;
}

void JitterBuffer::start(std::uint32_t timestamp, std::size_t size) {
    ring_.fill(0);
    running_ = true;
    // The packet's last sample is given one target from now, so that a later one may come that much
    // late.
    read_ = timestamp + static_cast<std::uint32_t>(size) - target_;
    end_ = timestamp;
    late_in_row_ = empty_in_row_ = period_takes_ = 0;
    spare_min_ = capacity;
    ++counters_.resync;
}

void JitterBuffer::put(std::uint32_t timestamp, std::span<const std::int16_t> samples) {
    samples = samples.first(std::min<std::size_t>(samples.size(), 1600));
    if (samples.empty()) return;
    const auto size = static_cast<std::uint32_t>(samples.size());
    if (!running_ || empty_in_row_ >= stopped_after_frames) start(timestamp, size);
    auto ahead = static_cast<std::int32_t>(timestamp - read_);
    if (ahead + static_cast<std::int32_t>(size) <= 0) {
        ++counters_.late;
        // Late again and again: the path became slower. Wait longer from here on.
        if (ahead > -8000 && ++late_in_row_ < 3) return;
        target_ = std::min(target_ + 160, max_target);
        start(timestamp, size);
        ahead = static_cast<std::int32_t>(timestamp - read_);
    } else if (ahead + size > capacity) {
        start(timestamp, size);
        ahead = static_cast<std::int32_t>(timestamp - read_);
    }
    late_in_row_ = 0;
    const std::uint32_t skip = ahead < 0 ? static_cast<std::uint32_t>(-ahead) : 0;
    for (std::uint32_t i = skip; i < size; ++i) ring_[(timestamp + i) % capacity] = samples[i];
    if (static_cast<std::int32_t>(timestamp + size - end_) > 0) end_ = timestamp + size;
}

bool JitterBuffer::take(std::span<std::int16_t, frame_samples> out) {
    if (!running_) {
        std::ranges::fill(out, std::int16_t{0});
        return false;
    }
    const auto available = static_cast<std::int32_t>(end_ - read_);
    for (std::size_t i = 0; i < frame_samples; ++i) {
        auto& place = ring_[(read_ + static_cast<std::uint32_t>(i)) % capacity];
        out[i] = place;
        place = 0;
    }
    read_ += frame_samples;
    if (available <= 0) {
        ++counters_.empty;
        ++empty_in_row_;
        return false;
    }
    empty_in_row_ = 0;
    spare_min_ =
        std::min(spare_min_, static_cast<std::uint32_t>(std::max(
                                 available - static_cast<std::int32_t>(frame_samples), 0)));
    if (++period_takes_ >= period_frames) adapt();
    return true;
}

void JitterBuffer::adapt() {
    // Always more than a frame to spare: the delay is longer than the path needs (or our clock is
    // slower than theirs).
    if (spare_min_ > target_ + frame_samples / 2 || (spare_min_ > 240 && target_ > min_target)) {
        for (std::uint32_t i = 0; i < frame_samples / 2; ++i) ring_[(read_ + i) % capacity] = 0;
        read_ += frame_samples / 2;
        if (target_ > min_target) target_ -= frame_samples / 2;
    }
    period_takes_ = 0;
    spare_min_ = capacity;
}

}  // namespace seatline::media
