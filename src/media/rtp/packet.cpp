#include "media/rtp/packet.h"

namespace seatline::media {

bool parse_rtp(std::span<const std::uint8_t> datagram, RtpPacket& out) {
    if (datagram.size() < rtp_header_size || datagram.size() > 0xFFFF) return false;
    const std::uint8_t* p = datagram.data();
    if (p[0] >> 6 != 2 || looks_like_rtcp(datagram)) return false;
    std::size_t offset = rtp_header_size + 4u * (p[0] & 0x0F);
    if (p[0] & 0x10) {
        if (offset + 4 > datagram.size()) return false;
        offset += 4 + 4u * load_u16(p + offset + 2);
    }
    if (offset > datagram.size()) return false;
    std::size_t size = datagram.size() - offset;
    if (p[0] & 0x20) {
        const std::size_t padding = datagram.back();
        if (padding == 0 || padding > size) return false;
        size -= padding;
    }
    out.marker = p[1] & 0x80;
    out.payload_type = p[1] & 0x7F;
    out.sequence = load_u16(p + 2);
    out.timestamp = load_u32(p + 4);
    out.ssrc = load_u32(p + 8);
    out.payload_offset = static_cast<std::uint16_t>(offset);
    out.payload_size = static_cast<std::uint16_t>(size);
    return true;
}

void write_rtp_header(std::uint8_t* out, const RtpPacket& packet) {
    out[0] = 0x80;
    out[1] = static_cast<std::uint8_t>((packet.marker ? 0x80 : 0) | packet.payload_type);
    store_u16(out + 2, packet.sequence);
    store_u32(out + 4, packet.timestamp);
    store_u32(out + 8, packet.ssrc);
}

}  // namespace seatline::media
