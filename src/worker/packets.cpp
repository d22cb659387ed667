// RTP and RTCP as they come in. A batch of one socket is first checked and counted packet by
// packet, then passed on listener by listener, so that each listener's packets leave in one call.
// Nothing here allocates.
#include <algorithm>
#include <cstring>

#include "worker/latch.h"
#include "worker/worker.h"

namespace seatline::worker {

namespace {

/// No socket may hold the thread for longer than this many batches; what is left waits for its next
/// packet.
constexpr int max_batches = 64;

/// A leg that hears more others than this gets no keys of theirs: three-way calls do, conferences
/// do not.
constexpr std::size_t max_audible_for_keys = 2;

bool is_audio(PayloadKind kind) {
    return kind == PayloadKind::audio_alaw || kind == PayloadKind::audio_ulaw;
}

media::G711 law_of(PayloadKind kind) {
    return kind == PayloadKind::audio_alaw ? media::G711::alaw : media::G711::ulaw;
}

std::uint32_t rtp_units(Instant t) {
    return static_cast<std::uint32_t>(to_unix_us(t) * 8 / 1000);
}

}  // namespace

void Worker::on_rtp(SocketPair& sockets, Instant now) {
    for (int round = 0; round < max_batches; ++round) {
        const std::size_t got = batch_.receive(sockets.rtp_fd);
        Leg* leg = sockets.leg;
        packets_received_ += got;
        std::size_t accepted = 0;
        for (std::size_t i = 0; i < got; ++i) {
            if (leg == nullptr ||
                !accept(*leg, batch_.data(i), batch_.from(i), items_[accepted], now)) {
                ++packets_dropped_;
                continue;
            }
            const Item& item = items_[accepted++];
            if (is_audio(item.kind)) take_audio(*leg, item, now);
            if (item.kind == PayloadKind::event) take_event(*leg, item, now);
        }
        if (accepted > 0) {
            for (Leg* listener : leg->relayed_to)
                relay(*leg, *listener, std::span(items_.data(), accepted), now);
        }
        if (got < DatagramBatch::size) return;
    }
}

bool Worker::accept(Leg& leg, std::span<std::uint8_t> datagram, const Address& from, Item& item,
                    Instant now) {
    if (media::looks_like_rtcp(datagram)) {
        take_rtcp(leg, datagram, from, false, now);
        return false;
    }
    if (!leg.security.plain()) datagram = datagram.first(leg.security.unprotect(datagram));
    if (!media::parse_rtp(datagram, item.packet)) {
        ++leg.malformed;
        return false;
    }
    item.kind = leg.formats.receive[item.packet.payload_type];
    item.data = datagram.data();
    if (item.kind == PayloadKind::refused || !believe_source(leg, from, item.packet, now)) {
        ++leg.malformed;
        return false;
    }
    if (!leg.remote.may_receive) return false;
    const auto arrival = leg.received.update(item.packet.ssrc, item.packet.sequence,
                                             item.packet.timestamp, rtp_units(now));
    if (arrival == media::ReceiveStatistics::Arrival::refused ||
        arrival == media::ReceiveStatistics::Arrival::duplicate)
        return false;
    if (arrival == media::ReceiveStatistics::Arrival::restarted) {
        ++leg.stream_number;
        for (RecordingTap& tap : leg.taps) tap.track.restart();
        if (leg.jitter) leg.jitter->reset();
    }
    leg.octets_received += item.packet.payload_size;
    leg.last_packet = now;
    if (leg.silent) {
        leg.silent = false;
        event_.mutable_rtp_resumed()->set_leg(leg.id);
        control_.send(event_);
        watch_silence(leg, now);
    }
    return true;
}

void Worker::take_audio(Leg& leg, const Item& item, Instant now) {
    const std::span<const std::uint8_t> payload(item.data + item.packet.payload_offset,
                                                item.packet.payload_size);
    if (leg.speaks_in != nullptr && leg.speaks_in->watched)
        leg.level.add(law_of(item.kind), payload);
    for (RecordingTap& tap : leg.taps)
        tap.recording->timeline.put(tap.track, law_of(item.kind), item.packet.timestamp, payload,
                                    now);
    if (leg.mixed) {
        std::array<std::int16_t, 1600> samples;
        const auto used = payload.first(std::min(payload.size(), samples.size()));
        media::g711_decode(law_of(item.kind), used, samples.data());
        leg.jitter->put(item.packet.timestamp, std::span(samples).first(used.size()));
    }
}

void Worker::take_event(Leg& leg, const Item& item, Instant now) {
    const std::span<const std::uint8_t> payload(item.data + item.packet.payload_offset,
                                                item.packet.payload_size);
    report_digits(leg, leg.digits.on_packet(item.packet.timestamp, payload, now));
    if (leg.digits.pressed() && !leg.digit_timer.set()) {
        wheel_.set(leg.digit_timer, now + media::DigitReceiver::lost_end_timeout);
    }
}

void Worker::report_digits(Leg& leg, const media::PressedDigits& pressed) {
    for (std::size_t i = 0; i < pressed.count; ++i) {
        const auto& key = pressed.items[i];
        const std::uint32_t ms = key.duration_units / 8;
        auto& digit = *event_.mutable_digit();
        digit.set_leg(leg.id);
        digit.mutable_digit()->assign(1, key.digit);
        digit.set_duration_ms(ms);
        control_.send(event_);
        // Relayed listeners got the event's packets; mixed ones get the key pressed anew, but not
        // in a large gathering: there keys are for control alone, and would cut what others hear.
        if (leg.speaks_in == nullptr) continue;
        for (Leg* listener : leg.speaks_in->hearers) {
            if (listener == &leg || listener->mode != media::HearingMode::mix ||
                listener->audible > max_audible_for_keys ||
                listener->formats.event_payload_type < 0)
                continue;
            listener->digit_sender.push({&key.digit, 1}, ms);
            refresh_ticking(*listener);
        }
    }
}

void Worker::relay(Leg& source, Leg& listener, std::span<const Item> items, Instant now) {
    const bool can_hear =
        listener.remote.may_send_to && listener.formats.send_law && !listener.digit_sender.busy();
    if (!can_hear) return;
    for (const Item& item : items) relay_one(source, listener, item, now);
    out_.flush();
}

void Worker::relay_one(Leg& source, Leg& listener, const Item& item, Instant now) {
    media::RtpPacket packet = item.packet;
    const std::uint64_t stream = source.id << 16 | (source.stream_number & 0xFFFF);
    const bool event = item.kind == PayloadKind::event;
    if (event ? listener.formats.event_payload_type < 0 : !is_audio(item.kind)) {
        listener.out.skip(stream, packet);
        return;
    }
    packet.payload_type = event ? static_cast<std::uint8_t>(listener.formats.event_payload_type)
                                : listener.formats.send_payload_type;
    listener.out.relay(stream, packet, now);
    const std::uint8_t* payload = item.data + packet.payload_offset;
    // The new header goes right before the payload, over the old one; but what this listener alone
    // gets (its law, its key) is made in a buffer apart.
    std::uint8_t* datagram = item.data + packet.payload_offset - media::rtp_header_size;
    std::uint8_t* apart = made_[static_cast<std::size_t>(&item - items_.data())].data();
    if (!event && law_of(item.kind) != *listener.formats.send_law) {
        media::g711_transcode(law_of(item.kind), {payload, packet.payload_size},
                              apart + media::rtp_header_size);
        datagram = apart;
    } else if (!listener.security.plain()) {
        std::memcpy(apart + media::rtp_header_size, payload, packet.payload_size);
        datagram = apart;
    }
    media::write_rtp_header(datagram, packet);
    send_rtp(listener, datagram, packet.payload_size);
}

/// Queues one packet, header written; `datagram` stays until the flush, with room for a trailer.
void Worker::send_rtp(Leg& leg, std::uint8_t* datagram, std::size_t payload_size) {
    std::size_t size = media::rtp_header_size + payload_size;
    if (!leg.security.plain()) {
        size = leg.security.protect({datagram, size + media::srtp_max_trailer}, size);
        if (size == 0) return;  // no key of ours in use yet, or the number was used
    }
    out_.add(leg.sockets->rtp_fd, leg.remote.rtp, datagram, size);
    ++leg.packets_sent;
    leg.octets_sent += payload_size;
}

void Worker::on_rtcp(SocketPair& sockets, Instant now) {
    std::size_t got = DatagramBatch::size;
    for (int round = 0; round < max_batches && got == DatagramBatch::size; ++round) {
        got = batch_.receive(sockets.rtcp_fd);
        for (std::size_t i = 0; i < got && sockets.leg != nullptr; ++i) {
            take_rtcp(*sockets.leg, batch_.data(i), batch_.from(i), true, now);
        }
    }
}

void Worker::take_rtcp(Leg& leg, std::span<std::uint8_t> datagram, const Address& from,
                       bool rtcp_socket, Instant now) {
    if (!leg.security.plain()) datagram = datagram.first(leg.security.unprotect_rtcp(datagram));
    media::RtcpSummary summary;
    const bool plausible =
        from.same_host(leg.remote.rtp) || from.same_host(leg.remote.signalled_rtcp);
    if (!plausible || !media::parse_rtcp(datagram, leg.out.ssrc(), summary)) {
        ++leg.malformed;
        return;
    }
    if (rtcp_socket) leg.remote.rtcp = from;
    if (summary.sender_ntp_middle) {
        leg.last_sr = *summary.sender_ntp_middle;
        leg.last_sr_at = now;
    }
    if (summary.about_us) {
        leg.remote_fraction_lost = summary.about_us->fraction_lost;
        leg.remote_jitter_units = summary.about_us->jitter_units;
        if (const auto trip = media::round_trip(*summary.about_us, now)) leg.round_trip = *trip;
    }
}

}  // namespace seatline::worker
