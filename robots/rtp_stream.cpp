#include "robots/rtp_stream.h"

namespace seatline::robots {

RtpStream::RtpStream(StreamSettings settings, std::uint64_t seed) : settings_(std::move(settings)) {
    const std::uint64_t mixed = (seed + 1) * 0x9E3779B97F4A7C15ull;
    next_.ssrc = static_cast<std::uint32_t>(mixed >> 32);
    next_.sequence = static_cast<std::uint16_t>(mixed >> 16);
    next_.timestamp = static_cast<std::uint32_t>(mixed);
    if (settings_.sound) frame_ = settings_.first_frame % settings_.sound->frames();
}

RtpStream::Packet RtpStream::next_packet() {
    Packet out{&header_, {}};
    media::RtpPacket packet = next_;
    next_.timestamp += frame_samples;
    if (keys_.busy()) {
        const auto event = keys_.tick(packet.timestamp);
        was_silent_ = true;
        if (!event.present) return out;
        packet.payload_type = settings_.event_payload_type;
        packet.timestamp = event.timestamp;
        packet.marker = event.marker;
        event_ = event.payload;
        out.payload = event_;
    } else {
        if (!settings_.sound) return out;
        packet.payload_type = settings_.law == media::G711::alaw ? 8 : 0;
        packet.marker = was_silent_;
        was_silent_ = false;
        if (frame_ >= settings_.sound->frames()) frame_ = 0;
        out.payload = std::span(settings_.sound->in(settings_.law))
                          .subspan(frame_ * frame_samples, frame_samples);
        ++frame_;
    }
    ++next_.sequence;
    ++sent_;
    media::write_rtp_header(header_.data(), packet);
    return out;
}

RtpStream::Arrival RtpStream::receive(std::span<const std::uint8_t> datagram, Instant arrived) {
    media::RtpPacket packet;
    if (!media::parse_rtp(datagram, packet)) return Arrival::ignored;
    const auto payload = datagram.subspan(packet.payload_offset, packet.payload_size);
    const bool is_event = packet.payload_type == settings_.event_payload_type;
    const auto units = static_cast<std::uint32_t>(to_unix_us(arrived) / 125);
    (void)statistics_.update(packet.ssrc, packet.sequence, packet.timestamp, units);
    if (is_event) {
        const auto pressed = far_keys_.on_packet(packet.timestamp, payload, arrived);
        for (std::size_t i = 0; i < pressed.count; ++i) heard_keys_ += pressed.items[i].digit;
        return Arrival::key;
    }
    if (packet.payload_type != 0 && packet.payload_type != 8) return Arrival::ignored;
    const auto law = packet.payload_type == 8 ? media::G711::alaw : media::G711::ulaw;
    return settings_.ear.take(law, payload) ? Arrival::first_expected_tone : Arrival::audio;
}

StreamReport RtpStream::report() const {
    return {sent_,
            statistics_.received(),
            statistics_.lost(),
            statistics_.jitter_units() * 125,
            settings_.ear.heard(),
            heard_keys_};
}

}  // namespace seatline::robots
