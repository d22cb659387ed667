#pragma once
// RTCP as bytes (RFC 3550 section 6): one compound packet of SR or RR, SDES with CNAME, and BYE at
// the end of a leg. Times are Instants that the caller hands in; on the wire they are NTP (section
// 4).
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.h"

namespace seatline::media {

/// A report block (section 6.4.1) about one stream.
struct ReportBlock {
    std::uint32_t ssrc = 0;  ///< whose stream it is about
    std::uint8_t fraction_lost = 0;
    std::int32_t cumulative_lost = 0;  ///< 24 bits on the wire; written saturated
    std::uint32_t extended_highest = 0;
    std::uint32_t jitter_units = 0;
    std::uint32_t last_sr = 0;              ///< middle 32 bits of the last SR's NTP time; 0 none
    std::uint32_t delay_since_last_sr = 0;  ///< 1/65536 s
};

struct SenderInfo {
    Instant sent_at{};
    std::uint32_t rtp_timestamp = 0;
    std::uint32_t packets = 0;
    std::uint32_t octets = 0;
};

struct RtcpReport {
    std::uint32_t ssrc = 0;
    std::optional<SenderInfo> sender;  ///< set: SR; empty: RR
    std::optional<ReportBlock> block;
    std::string_view cname;  ///< at most 64 bytes are written
    bool bye = false;
};

/// What a received compound packet says that matters to a leg with one stream each way.
struct RtcpSummary {
    std::uint32_t ssrc = 0;
    std::optional<std::uint32_t> sender_ntp_middle;  ///< an SR was in it
    std::optional<ReportBlock> about_us;             ///< the block whose ssrc is ours
    bool bye = false;
};

/// Enough for any compound packet that build_rtcp writes.
inline constexpr std::size_t rtcp_max_size = 192;

/// Writes the compound packet; `out` has at least rtcp_max_size bytes. Returns the length.
std::size_t build_rtcp(std::span<std::uint8_t> out, const RtcpReport& report);

/// Reads a compound packet. False when it breaks the validity rules of appendix A.2 or a length
/// points outside.
[[nodiscard]] bool parse_rtcp(std::span<const std::uint8_t> datagram, std::uint32_t our_ssrc,
                              RtcpSummary& out);

/// The middle 32 bits of `t` as an NTP time.
[[nodiscard]] std::uint32_t ntp_middle(Instant t);

/// Round trip by a block about our stream received at `now` (section 6.4.1); nothing when it names
/// no SR of ours.
[[nodiscard]] std::optional<microseconds> round_trip(const ReportBlock& block, Instant now);

/// When to send next: 5 s (2.5 s the first time) spread over 0.5 to 1.5 and divided by e - 3/2
/// (sections 6.2, 6.3.1). `random` is uniform over 32 bits.
[[nodiscard]] milliseconds rtcp_interval(std::uint32_t random, bool initial);

}  // namespace seatline::media
