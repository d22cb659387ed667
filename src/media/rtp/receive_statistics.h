#pragma once
// What a receiver knows of one incoming stream: extended highest sequence number, loss and
// interarrival jitter, as RFC 3550 appendix A.1, A.3 and A.8 count them. Probation is 0 (A.1
// MIN_SEQUENTIAL): the worker has already checked the packet's source and payload type, and a
// call's first word must not be lost.
#include <bitset>
#include <cstdint>

namespace seatline::media {

/// One report block's numbers about the stream since the last take_fraction_lost().
class ReceiveStatistics {
public:
    enum class Arrival {
        in_order,   ///< the next one, or later: packets in between may still come
        reordered,  ///< older than the newest by at most 100
        duplicate,  ///< the same sequence number came before, at most 100 packets ago
        restarted,  ///< the sender began anew: other SSRC, or two in sequence after a jump
        refused,    ///< a jump that is not confirmed yet: the caller drops the packet
    };

    /// Counts one packet. `arrival_units` is the arrival time in units of the stream's RTP clock
    /// (any origin).
    Arrival update(std::uint32_t ssrc, std::uint16_t sequence, std::uint32_t timestamp,
                   std::uint32_t arrival_units);

    [[nodiscard]] bool active() const { return active_; }
    [[nodiscard]] std::uint32_t ssrc() const { return ssrc_; }
    [[nodiscard]] std::uint32_t extended_highest() const { return cycles_ + max_sequence_; }
    [[nodiscard]] std::uint64_t received() const { return received_before_ + received_; }
    /// Packets expected but not received over all restarts; duplicates can't make it negative.
    [[nodiscard]] std::uint64_t lost() const { return lost_before_ + lost_now(); }
    /// In units of the RTP clock.
    [[nodiscard]] std::uint32_t jitter_units() const { return jitter_16_ >> 4; }
    /// The same in 1/16 units, as the estimator keeps it: what a local network's jitter needs to be
    /// seen at all.
    [[nodiscard]] std::uint32_t jitter_16() const { return jitter_16_; }
    /// Share lost since the last call, in 1/256 (A.3); starts a new interval.
    [[nodiscard]] std::uint8_t take_fraction_lost();

private:
    void restart(std::uint32_t ssrc, std::uint16_t sequence);
    void count_jitter(std::uint32_t timestamp, std::uint32_t arrival_units);
    [[nodiscard]] std::uint32_t expected() const { return extended_highest() - base_sequence_ + 1; }
    [[nodiscard]] std::uint64_t lost_now() const {
        return active_ && expected() > received_ ? expected() - received_ : 0;
    }

    bool active_ = false;
    bool transit_known_ = false;
    std::uint32_t ssrc_ = 0;
    std::uint16_t max_sequence_ = 0;
    std::uint32_t cycles_ = 0;
    std::uint32_t base_sequence_ = 0;
    std::uint32_t bad_sequence_ =
        0x10001;             ///< no 16-bit number: no jump is waiting for its confirmation
    std::bitset<128> seen_;  ///< bit n: max_sequence_ - n has come
    std::uint32_t received_ = 0;
    std::uint32_t expected_prior_ = 0;
    std::uint32_t received_prior_ = 0;
    std::uint32_t transit_ = 0;
    std::uint32_t last_timestamp_ = 0;
    std::uint32_t jitter_16_ = 0;
    std::uint64_t received_before_ = 0;
    std::uint64_t lost_before_ = 0;
};

}  // namespace seatline::media
