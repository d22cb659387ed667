#include "media/rtp/rtcp.h"

#include <algorithm>
#include <cstring>

#include "base/result.h"
#include "media/rtp/packet.h"

namespace seatline::media {

namespace {

constexpr std::uint8_t type_sr = 200, type_rr = 201, type_sdes = 202, type_bye = 203;
constexpr std::uint64_t ntp_epoch_s = 2208988800u;  // 1900 to 1970

std::uint64_t to_ntp(Instant t) {
    const auto us = static_cast<std::uint64_t>(to_unix_us(t));
    return (us / 1'000'000 + ntp_epoch_s) << 32 | ((us % 1'000'000) << 32) / 1'000'000;
}

void write_common(std::uint8_t* p, unsigned count, std::uint8_t type, std::size_t bytes) {
    p[0] = static_cast<std::uint8_t>(0x80 | count);
    p[1] = type;
    store_u16(p + 2, static_cast<std::uint16_t>(bytes / 4 - 1));
}

void write_block(std::uint8_t* p, const ReportBlock& b) {
    const std::int32_t lost = std::clamp(b.cumulative_lost, -0x800000, 0x7FFFFF);
    store_u32(p, b.ssrc);
    store_u32(p + 4, static_cast<std::uint32_t>(b.fraction_lost) << 24 |
                         (static_cast<std::uint32_t>(lost) & 0xFFFFFF));
    store_u32(p + 8, b.extended_highest);
    store_u32(p + 12, b.jitter_units);
    store_u32(p + 16, b.last_sr);
    store_u32(p + 20, b.delay_since_last_sr);
}

ReportBlock read_block(const std::uint8_t* p) {
    ReportBlock b;
    b.ssrc = load_u32(p);
    b.fraction_lost = p[4];
    const std::uint32_t lost = load_u32(p + 4) & 0xFFFFFF;
    b.cumulative_lost = lost & 0x800000 ? static_cast<std::int32_t>(lost) - 0x1000000
                                        : static_cast<std::int32_t>(lost);
    b.extended_highest = load_u32(p + 8);
    b.jitter_units = load_u32(p + 12);
    b.last_sr = load_u32(p + 16);
    b.delay_since_last_sr = load_u32(p + 20);
    return b;
}

std::size_t write_sdes(std::uint8_t* p, std::uint32_t ssrc, std::string_view cname) {
    cname = cname.substr(0, 64);
    store_u32(p + 4, ssrc);
    p[8] = 1;  // CNAME
    p[9] = static_cast<std::uint8_t>(cname.size());
    std::memcpy(p + 10, cname.data(), cname.size());
    // The list ends with at least one zero byte, then to a multiple of 4.
    const std::size_t used = 10 + cname.size();
    const std::size_t size = (used + 4) / 4 * 4;
    std::memset(p + used, 0, size - used);
    write_common(p, 1, type_sdes, size);
    return size;
}

void read_report(std::span<const std::uint8_t> part, std::uint32_t our_ssrc, RtcpSummary& out) {
    const bool sr = part[1] == type_sr;
    out.ssrc = load_u32(part.data() + 4);
    if (sr) out.sender_ntp_middle = load_u32(part.data() + 10);
    const std::size_t first = sr ? 28 : 8;
    for (std::size_t i = 0; i < (part[0] & 0x1Fu); ++i) {
        const ReportBlock block = read_block(part.data() + first + 24 * i);
        if (block.ssrc == our_ssrc) out.about_us = block;
    }
}

}  // namespace

std::size_t build_rtcp(std::span<std::uint8_t> out, const RtcpReport& report) {
    SEATLINE_ASSERT(out.size() >= rtcp_max_size);
    std::uint8_t* p = out.data();
    std::size_t size = 8;
    store_u32(p + 4, report.ssrc);
    if (report.sender) {
        const std::uint64_t ntp = to_ntp(report.sender->sent_at);
        store_u32(p + 8, static_cast<std::uint32_t>(ntp >> 32));
        store_u32(p + 12, static_cast<std::uint32_t>(ntp));
        store_u32(p + 16, report.sender->rtp_timestamp);
        store_u32(p + 20, report.sender->packets);
        store_u32(p + 24, report.sender->octets);
        size = 28;
    }
    if (report.block) {
        write_block(p + size, *report.block);
        size += 24;
    }
    write_common(p, report.block ? 1 : 0, report.sender ? type_sr : type_rr, size);
    size += write_sdes(p + size, report.ssrc, report.cname);
    if (report.bye) {
        store_u32(p + size + 4, report.ssrc);
        write_common(p + size, 1, type_bye, 8);
        size += 8;
    }
    return size;
}

bool parse_rtcp(std::span<const std::uint8_t> datagram, std::uint32_t our_ssrc, RtcpSummary& out) {
    out = {};
    if (datagram.size() < 8 || datagram.size() % 4 != 0) return false;
    if (datagram[1] != type_sr && datagram[1] != type_rr) return false;
    while (!datagram.empty()) {
        if (datagram.size() < 4 || datagram[0] >> 6 != 2) return false;
        const std::size_t size = 4u * (load_u16(datagram.data() + 2) + 1u);
        const bool last = size == datagram.size();
        if (size > datagram.size() || ((datagram[0] & 0x20) && !last)) return false;
        const auto part = datagram.first(size);
        const std::size_t count = part[0] & 0x1F;
        if (part[1] == type_sr || part[1] == type_rr) {
            if (size < (part[1] == type_sr ? 28u : 8u) + 24 * count) return false;
            read_report(part, our_ssrc, out);
        } else if (part[1] == type_bye) {
            if (size < 4 + 4 * count) return false;
            out.bye = true;
        }
        datagram = datagram.subspan(size);
    }
    return true;
}

std::uint32_t ntp_middle(Instant t) {
    return static_cast<std::uint32_t>(to_ntp(t) >> 16);
}

std::optional<microseconds> round_trip(const ReportBlock& block, Instant now) {
    if (block.last_sr == 0) return std::nullopt;
    const std::uint32_t units = ntp_middle(now) - block.last_sr - block.delay_since_last_sr;
    // Clocks that differ in rate can make it slightly negative; a whole hour is a lie.
    if (static_cast<std::int32_t>(units) < 0) return microseconds{0};
    if (units > 3600u << 16) return std::nullopt;
    return microseconds{(static_cast<std::uint64_t>(units) * 1'000'000) >> 16};
}

milliseconds rtcp_interval(std::uint32_t random, bool initial) {
    const double base_ms = initial ? 2500 : 5000;
    const double spread = 0.5 + static_cast<double>(random) / 4294967296.0;
    return milliseconds{static_cast<std::int64_t>(base_ms * spread / 1.21828)};
}

}  // namespace seatline::media
