#include "worker/latch.h"

namespace seatline::worker {

namespace {

bool second_in_sequence(RemoteEnd& remote, const Address& from, const media::RtpPacket& packet) {
    const bool second =
        remote.candidate == from && remote.candidate_ssrc == packet.ssrc &&
        static_cast<std::uint16_t>(remote.candidate_sequence + 1) == packet.sequence;
    remote.candidate = from;
    remote.candidate_ssrc = packet.ssrc;
    remote.candidate_sequence = packet.sequence;
    return second;
}

}  // namespace

bool believe_new_source(Leg& leg, const Address& from, const media::RtpPacket& packet,
                        Instant now) {
    RemoteEnd& remote = leg.remote;
    const bool described_host = remote.described && from.same_host(remote.signalled);
    const auto silent_for = now - leg.last_packet;
    bool believed = false;
    if (!remote.latched) {
        believed = described_host || second_in_sequence(remote, from, packet);
    } else if (described_host && !remote.rtp.same_host(remote.signalled)) {
        believed = true;  // the described host speaks after all
    } else if (from.same_host(remote.rtp)) {
        believed = silent_for >= 200ms || (described_host && packet.ssrc != leg.received.ssrc() &&
                                           second_in_sequence(remote, from, packet));
    } else {
        believed = silent_for >= 2s && second_in_sequence(remote, from, packet);
    }
    if (!believed) return false;
    remote.latched = true;
    if (remote.rtp == from) return true;
    remote.rtp = from;
    // Until RTCP shows its own source, the port above is the likely one.
    if (!from.same_host(remote.signalled) || from.port() != remote.signalled.port()) {
        remote.rtcp = from;
        remote.rtcp.set_port(static_cast<std::uint16_t>(from.port() + 1));
    }
    return true;
}

}  // namespace seatline::worker
