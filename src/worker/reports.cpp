// What is known of the streams, told to the far end (RTCP) and to control; all of it by coarse
// timers.
#include <sys/resource.h>

#include "worker/worker.h"

namespace seatline::worker {

void Worker::on_coarse_time(Instant now) {
    wheel_.advance(now, [&](Timer& timer) { on_timer(timer, now); });
}

void Worker::on_timer(Timer& timer, Instant now) {
    Leg* leg = static_cast<Leg*>(timer.owner);
    switch (timer.kind) {
        case timer_rtcp:
            if (leg->remote.described) {
                send_rtcp(*leg, false, now);
                auto& stats = *event_.mutable_leg_stats();
                stats.set_leg(leg->id);
                stats.mutable_report()->Clear();
                fill_report(*leg, *stats.mutable_report());
                control_.send(event_, true);
            }
            wheel_.set(timer, now + media::rtcp_interval(random(), false));
            return;
        case timer_silence:
            return check_silence(*leg, now);
        case timer_digit:
            report_digits(*leg, leg->digits.expire(now));
            if (leg->digits.pressed())
                wheel_.set(timer, now + media::DigitReceiver::lost_end_timeout);
            return;
        case timer_recording: {
            auto& recording = *static_cast<Recording*>(timer.owner);
            write_settled(recording, false, now);
            wheel_.set(timer, now + 500ms);
            return;
        }
        case timer_speaker:
            return update_speaker(*static_cast<Circle*>(timer.owner), now);
        default:
            send_worker_stats(now);
            if (!legs_.empty()) wheel_.set(timer, now + 1s);
            return;
    }
}

void Worker::send_rtcp(Leg& leg, bool bye, Instant now) {
    if (!leg.remote.rtcp.valid() || leg.remote.rtcp.unspecified() || leg.remote.rtcp.port() == 0)
        return;
    media::RtcpReport report;
    report.ssrc = leg.out.ssrc();
    report.cname = "seatline";
    report.bye = bye;
    if (leg.packets_sent != leg.packets_at_last_report) {
        report.sender = media::SenderInfo{now, leg.out.timestamp_at(now),
                                          static_cast<std::uint32_t>(leg.packets_sent),
                                          static_cast<std::uint32_t>(leg.octets_sent)};
        leg.packets_at_last_report = leg.packets_sent;
    }
    if (leg.received.active()) {
        media::ReportBlock block;
        block.ssrc = leg.received.ssrc();
        block.fraction_lost = leg.received.take_fraction_lost();
        block.cumulative_lost =
            static_cast<std::int32_t>(std::min<std::uint64_t>(leg.received.lost(), 0x7FFFFF));
        block.extended_highest = leg.received.extended_highest();
        block.jitter_units = leg.received.jitter_units();
        if (leg.last_sr != 0) {
            block.last_sr = leg.last_sr;
            block.delay_since_last_sr =
                static_cast<std::uint32_t>((now - leg.last_sr_at).count() * 65536 / 1'000'000);
        }
        report.block = block;
    }
    std::array<std::uint8_t, media::rtcp_max_size + media::srtcp_trailer> datagram;
    std::size_t size = media::build_rtcp(datagram, report);
    if (!leg.security.plain()) size = leg.security.protect_rtcp(datagram, size);
    if (size == 0) return;
    out_.flush();
    out_.add(leg.sockets->rtcp_fd, leg.remote.rtcp, datagram.data(), size);
    out_.flush();
}

void Worker::watch_silence(Leg& leg, Instant now) {
    const bool expected =
        leg.silence_limit > 0ms && leg.remote.described && leg.remote.may_receive && !leg.silent;
    if (!expected) {
        leg.silence_timer.cancel();
        if (!leg.remote.may_receive) leg.silent = false;
        return;
    }
    const Instant due = leg.last_packet + leg.silence_limit;
    wheel_.set(leg.silence_timer, due > now ? due : now);
}

void Worker::check_silence(Leg& leg, Instant now) {
    const auto silent_for = now - leg.last_packet;
    if (silent_for < leg.silence_limit) return watch_silence(leg, now);
    leg.silent = true;
    event_.mutable_rtp_silence()->set_leg(leg.id);
    event_.mutable_rtp_silence()->set_silent_ms(static_cast<std::uint32_t>(silent_for / 1ms));
    control_.send(event_);
}

void Worker::fill_report(const Leg& leg, proto::LegReport& report) const {
    report.set_packets_received(leg.received.received());
    report.set_packets_lost(leg.received.lost());
    report.set_jitter_us(leg.received.jitter_16() * 125 / 16);
    report.set_packets_sent(leg.packets_sent);
    report.set_remote_fraction_lost_256(leg.remote_fraction_lost);
    report.set_remote_jitter_us(static_cast<std::uint32_t>(
        std::min<std::uint64_t>(std::uint64_t{leg.remote_jitter_units} * 125, 0xFFFFFFFF)));
    report.set_round_trip_us(static_cast<std::uint32_t>(leg.round_trip.count()));
    report.set_octets_received(leg.octets_received);
    report.set_malformed(leg.malformed);
}

void Worker::send_worker_stats(Instant) {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& t) {
        return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000 +
               static_cast<std::uint64_t>(t.tv_usec);
    };
    auto& stats = *event_.mutable_worker_stats();
    stats.set_legs(static_cast<std::uint32_t>(legs_.size()));
    stats.set_cpu_us(us(usage.ru_utime) + us(usage.ru_stime));
    stats.set_packets_received(packets_received_);
    stats.set_packets_dropped(packets_dropped_ + out_.refused());
    control_.send(event_, true);
}

}  // namespace seatline::worker
