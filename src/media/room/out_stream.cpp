#include "media/room/out_stream.h"

namespace seatline::media {

void OutStream::sent(std::uint16_t sequence, std::uint32_t timestamp, Instant now) {
    sequence_ = sequence;
    // An event's updates repeat its start: they don't move the stream's clock back.
    if (timestamp != timestamp_ || !started_) {
        timestamp_ = timestamp;
        sent_at_ = now;
    }
    started_ = true;
}

std::uint32_t OutStream::timestamp_at(Instant now) const {
    if (!started_ || now <= sent_at_) return timestamp_;
    return timestamp_ + static_cast<std::uint32_t>((now - sent_at_).count() * 8 / 1000);
}

void OutStream::relay(std::uint64_t source, RtpPacket& packet, Instant now) {
    if (source != source_) {
        source_ = source;
        source_highest_ = packet.sequence;
        std::uint32_t timestamp = timestamp_at(now);
        if (started_ && timestamp == timestamp_) timestamp += 160;
        sequence_offset_ = static_cast<std::uint16_t>(sequence_ + 1 - packet.sequence);
        timestamp_offset_ = timestamp - packet.timestamp;
        packet.marker = true;
        generating_ = false;
    }
    const auto ahead = static_cast<std::int16_t>(packet.sequence - source_highest_);
    packet.sequence = static_cast<std::uint16_t>(packet.sequence + sequence_offset_);
    packet.timestamp += timestamp_offset_;
    packet.ssrc = ssrc_;
    if (ahead >= 0) {
        source_highest_ = static_cast<std::uint16_t>(packet.sequence - sequence_offset_);
        sent(packet.sequence, packet.timestamp, now);
    }
}

void OutStream::skip(std::uint64_t source, const RtpPacket& packet) {
    if (source != source_) return;
    if (static_cast<std::int16_t>(packet.sequence - source_highest_) > 0) --sequence_offset_;
}

void OutStream::generate(RtpPacket& packet, std::uint32_t samples, Instant now) {
    const bool continues = generating_ && now - sent_at_ < 100ms;
    packet.timestamp = continues ? next_timestamp_ : timestamp_at(now);
    if (!continues && started_ && packet.timestamp == timestamp_) packet.timestamp += samples;
    packet.marker = !continues;
    packet.sequence = static_cast<std::uint16_t>(sequence_ + 1);
    packet.ssrc = ssrc_;
    generating_ = true;
    source_ = 0;
    next_timestamp_ = packet.timestamp + samples;
    sent(packet.sequence, packet.timestamp, now);
}

void OutStream::generate_event(RtpPacket& packet, std::uint32_t timestamp, Instant now) {
    const std::uint32_t time_now = timestamp_at(now);
    packet.timestamp = timestamp;
    packet.sequence = static_cast<std::uint16_t>(sequence_ + 1);
    packet.ssrc = ssrc_;
    source_ = 0;
    generating_ = false;
    sent(packet.sequence, time_now, now);
}

}  // namespace seatline::media
