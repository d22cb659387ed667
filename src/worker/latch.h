#pragma once
// Symmetric RTP (RFC 4961) without letting strangers in: decides for each packet whether its source
// is believed, and moves the leg's sending address to it when it is.
//
// The described host is always believed, whatever its port (a NAT that maps ports). Another host is
// believed at first after two packets in sequence (a phone behind NAT that describes its inner
// address), later only after the believed source has been silent: 200 ms for another port of the
// same host (a NAT's new mapping), 2 s for another host.
#include "media/rtp/packet.h"
#include "worker/leg.h"

namespace seatline::worker {

/// True: take the packet. False: it is not of this leg.
[[nodiscard]] inline bool believe_source(Leg& leg, const Address& from,
                                         const media::RtpPacket& packet, Instant now);

[[nodiscard]] bool believe_new_source(Leg& leg, const Address& from, const media::RtpPacket& packet,
                                      Instant now);

inline bool believe_source(Leg& leg, const Address& from, const media::RtpPacket& packet,
                           Instant now) {
    if (leg.remote.latched && from == leg.remote.rtp) return true;
    return believe_new_source(leg, from, packet, now);
}

}  // namespace seatline::worker
