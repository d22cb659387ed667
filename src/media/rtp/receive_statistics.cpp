#include "media/rtp/receive_statistics.h"

#include <algorithm>

namespace seatline::media {

namespace {
constexpr std::uint16_t max_dropout = 3000;
constexpr std::uint16_t max_misorder = 100;
constexpr std::uint32_t sequence_mod = 1u << 16;
}  // namespace

void ReceiveStatistics::restart(std::uint32_t ssrc, std::uint16_t sequence) {
    lost_before_ += lost_now();
    received_before_ += received_;
    active_ = true;
    transit_known_ = false;
    ssrc_ = ssrc;
    max_sequence_ = sequence;
    seen_ = 1;
    cycles_ = 0;
    base_sequence_ = sequence;
    bad_sequence_ = sequence_mod + 1;
    received_ = 0;
    expected_prior_ = 0;
    received_prior_ = 0;
}

ReceiveStatistics::Arrival ReceiveStatistics::update(std::uint32_t ssrc, std::uint16_t sequence,
                                                     std::uint32_t timestamp,
                                                     std::uint32_t arrival_units) {
    auto arrival = Arrival::in_order;
    if (!active_ || ssrc != ssrc_) {
        restart(ssrc, sequence);
        arrival = Arrival::restarted;
    } else {
        const auto delta = static_cast<std::uint16_t>(sequence - max_sequence_);
        if (delta == 0) {
            arrival = Arrival::duplicate;
        } else if (delta < max_dropout) {
            if (sequence < max_sequence_) cycles_ += sequence_mod;
            max_sequence_ = sequence;
            seen_ <<= delta;
            seen_.set(0);
        } else if (delta <= sequence_mod - max_misorder) {
            if (sequence != bad_sequence_) {
                bad_sequence_ = (sequence + 1u) & (sequence_mod - 1);
                return Arrival::refused;
            }
            restart(ssrc, sequence);
            arrival = Arrival::restarted;
        } else {
            const auto behind = static_cast<std::uint16_t>(max_sequence_ - sequence);
            arrival = seen_[behind] ? Arrival::duplicate : Arrival::reordered;
            seen_.set(behind);
        }
    }
    ++received_;
    count_jitter(timestamp, arrival_units);
    return arrival;
}

void ReceiveStatistics::count_jitter(std::uint32_t timestamp, std::uint32_t arrival_units) {
    // Packets of one timestamp (a telephone-event's updates) say nothing of the path: their clock
    // stands still.
    if (transit_known_ && timestamp == last_timestamp_) return;
    const std::uint32_t transit = arrival_units - timestamp;
    if (transit_known_) {
        const auto signed_d = static_cast<std::int32_t>(transit - transit_);
        const std::uint32_t d = signed_d < 0 ? 0u - static_cast<std::uint32_t>(signed_d)
                                             : static_cast<std::uint32_t>(signed_d);
        // A jump of over 10 s of 8 kHz is a new timeline, not jitter.
        if (d < 80000) jitter_16_ += d - ((jitter_16_ + 8) >> 4);
    }
    transit_ = transit;
    last_timestamp_ = timestamp;
    transit_known_ = true;
}

std::uint8_t ReceiveStatistics::take_fraction_lost() {
    if (!active_) return 0;
    const std::uint32_t expected_interval = expected() - expected_prior_;
    const std::uint32_t received_interval = received_ - received_prior_;
    expected_prior_ = expected();
    received_prior_ = received_;
    if (expected_interval == 0 || received_interval >= expected_interval) return 0;
    const std::uint32_t lost_interval = expected_interval - received_interval;
    return static_cast<std::uint8_t>(std::min(255u, (lost_interval << 8) / expected_interval));
}

}  // namespace seatline::media
