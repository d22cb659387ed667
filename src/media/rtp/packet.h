#pragma once
// RTP packets as bytes (RFC 3550 section 5.1): read with every length checked, written into a
// buffer of the caller. Nothing is copied: a parsed packet says where in the datagram its payload
// lies.
#include <cstddef>
#include <cstdint>
#include <span>

namespace seatline::media {

inline constexpr std::size_t rtp_header_size = 12;

/// The fields of one packet. `payload_offset` and `payload_size` count bytes of the datagram it was
/// parsed from; CSRC list, header extension and padding are left out.
struct RtpPacket {
    bool marker = false;
    std::uint8_t payload_type = 0;
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    std::uint32_t ssrc = 0;
    std::uint16_t payload_offset = 0;
    std::uint16_t payload_size = 0;
};

/// Reads one datagram. False when it is not RTP version 2 or any length inside it points outside of
/// it; `out` is then unspecified. An empty payload is valid (keep-alive, RFC 6263).
[[nodiscard]] bool parse_rtp(std::span<const std::uint8_t> datagram, RtpPacket& out);

/// True when a datagram is RTCP by its packet type 192-223 (RFC 5761 section 4), as with RTP and
/// RTCP on one port.
[[nodiscard]] inline bool looks_like_rtcp(std::span<const std::uint8_t> datagram) {
    return datagram.size() >= 8 && datagram[0] >> 6 == 2 && datagram[1] >= 192 &&
           datagram[1] <= 223;
}

/// Writes the 12-byte header (no CSRC, no extension, no padding) to `out`.
void write_rtp_header(std::uint8_t* out, const RtpPacket& packet);

inline std::uint16_t load_u16(const std::uint8_t* p) {
    return static_cast<std::uint16_t>(p[0] << 8 | p[1]);
}
inline std::uint32_t load_u32(const std::uint8_t* p) {
    return static_cast<std::uint32_t>(p[0]) << 24 | static_cast<std::uint32_t>(p[1]) << 16 |
           static_cast<std::uint32_t>(p[2]) << 8 | p[3];
}
inline void store_u16(std::uint8_t* p, std::uint16_t v) {
    p[0] = static_cast<std::uint8_t>(v >> 8);
    p[1] = static_cast<std::uint8_t>(v);
}
inline void store_u32(std::uint8_t* p, std::uint32_t v) {
    store_u16(p, static_cast<std::uint16_t>(v >> 16));
    store_u16(p + 2, static_cast<std::uint16_t>(v));
}

}  // namespace seatline::media
