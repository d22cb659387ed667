// What the worker makes itself, every 20 ms and only for legs that need it: prompts, mixed frames,
// keys.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "media/room/mixer.h"
#include "media/tone/tone.h"
#include "worker/worker.h"

namespace seatline::worker {

using media::frame_samples;

namespace {
/// What A-law's code for silence decodes to: no louder than this is nothing to hear.
constexpr std::int16_t digital_silence = 8;
}  // namespace

void Worker::on_tick(Instant now) {
    ++tick_;
    // From the back: a leg whose prompts end leaves the list meanwhile.
    for (std::size_t i = ticking_.size(); i > 0; --i) {
        if (i <= ticking_.size()) tick_leg(*ticking_[i - 1], now);
    }
    out_.flush();
}

void Worker::tick_leg(Leg& leg, Instant now) {
    const bool can_send = leg.remote.may_send_to && leg.formats.send_law.has_value();
    if (leg.digit_sender.busy() && can_send) {
        const std::uint8_t* unheard = nullptr;
        if (leg.player.play != 0) next_prompt_frame(leg, nullptr, unheard);
        send_event(leg, now);
        if (!leg.digit_sender.busy()) refresh_ticking(leg);
        return;
    }
    if (leg.mode == media::HearingMode::player) {
        const std::uint8_t* coded = nullptr;
        const bool sounding = next_prompt_frame(leg, nullptr, coded);
        if (sounding && can_send) send_coded(leg, coded, now);
    } else if (leg.mode == media::HearingMode::mix) {
        mix_leg(leg, now);
    }
    if (leg.player.play != 0 && !skip_finished_prompts(leg)) end_play(leg, "finished");
}

bool Worker::skip_finished_prompts(Leg& leg) {
    Player& player = leg.player;
    for (std::size_t passed = 0; passed <= player.prompts.size(); ++passed) {
        if (player.index >= player.prompts.size()) {
            if (!player.loop) return false;
            player.index = 0;
            player.sample = 0;
        }
        const PromptEntry& entry = *player.prompts[player.index];
        if (entry.state == PromptEntry::State::loading) return true;
        if (entry.state == PromptEntry::State::ready && player.sample < entry.prompt.samples.size())
            return true;
        ++player.index;
        player.sample = 0;
    }
    return false;
}

/// One frame of the player: into `mixed_into` as samples, or as `coded` octets of the leg's law,
/// valid until the next call. False when nothing sounds now (the prompt is still being read).
bool Worker::next_prompt_frame(Leg& leg, std::int16_t* mixed_into, const std::uint8_t*& coded) {
    if (!skip_finished_prompts(leg)) return false;
    Player& player = leg.player;
    const PromptEntry& entry = *player.prompts[player.index];
    if (entry.state == PromptEntry::State::loading) return false;
    const auto& prompt = entry.prompt;
    const std::size_t n = std::min(frame_samples, prompt.samples.size() - player.sample);
    const auto law = leg.formats.send_law.value_or(media::G711::alaw);
    if (mixed_into != nullptr) {
        std::copy_n(prompt.samples.data() + player.sample, n, mixed_into);
        std::fill(mixed_into + n, mixed_into + frame_samples, std::int16_t{0});
    } else {
        const auto& ready = law == media::G711::alaw ? prompt.alaw : prompt.ulaw;
        coded = ready.data() + player.sample;
        if (n < frame_samples) {
            std::uint8_t* last = made_[1].data();
            std::memcpy(last, coded, n);
            std::memset(last + n, media::g711_silence(law), frame_samples - n);
            coded = last;
        }
    }
    player.sample += n;
    return true;
}

void Worker::send_coded(Leg& leg, const std::uint8_t* payload, Instant now) {
    media::RtpPacket packet;
    packet.payload_type = leg.formats.send_payload_type;
    leg.out.generate(packet, frame_samples, now);
    std::uint8_t* datagram = made_[0].data();
    media::write_rtp_header(datagram, packet);
    std::memcpy(datagram + media::rtp_header_size, payload, frame_samples);
    send_rtp(leg, datagram, frame_samples);
    out_.flush();
}

void Worker::send_event(Leg& leg, Instant now) {
    const char key = leg.digit_sender.key_down();
    const auto event = leg.digit_sender.tick(leg.out.timestamp_at(now));
    if (leg.formats.event_payload_type < 0) {
        // The far side takes no events: the key's two tones, as a telephone makes them (Q.23).
        std::array<std::int16_t, frame_samples> samples{};
        const auto tone = media::key_tone(key);
        for (std::size_t i = 0; key != 0 && i < frame_samples; ++i) {
            const double t =
                2 * std::numbers::pi * static_cast<double>(leg.digit_samples + i) / 8000;
            samples[i] = static_cast<std::int16_t>(
                5000 * (std::sin(tone.low * t) + std::sin(tone.high * t)));
        }
        leg.digit_samples = key == 0 ? 0 : leg.digit_samples + frame_samples;
        std::array<std::uint8_t, frame_samples> coded;
        media::g711_encode(*leg.formats.send_law, samples, coded.data());
        send_coded(leg, coded.data(), now);
        return;
    }
    if (!event.present) return;
    media::RtpPacket packet;
    packet.marker = event.marker;
    packet.payload_type = static_cast<std::uint8_t>(leg.formats.event_payload_type);
    leg.out.generate_event(packet, event.timestamp, now);
    std::uint8_t* datagram = made_[0].data();
    media::write_rtp_header(datagram, packet);
    std::ranges::copy(event.payload, datagram + media::rtp_header_size);
    send_rtp(leg, datagram, event.payload.size());
    out_.flush();
}

/// Decodes the circle's speakers and adds them up, once a tick. Who sends nothing, or digital
/// silence, is not in the sum.
void Worker::sum_up(Circle& circle) {
    if (circle.tick == tick_) return;
    circle.tick = tick_;
    circle.coded_ready = {};
    circle.sounds = false;
    for (Leg* speaker : circle.speakers) {
        speaker->sounds = speaker->mixed && speaker->jitter->take(speaker->frame) &&
                          std::ranges::any_of(speaker->frame, [](std::int16_t sample) {
                              return sample > digital_silence || sample < -digital_silence;
                          });
        if (!speaker->sounds) continue;
        if (!circle.sounds) circle.sum.clear();
        circle.sounds = true;
        circle.sum.add(speaker->frame);
    }
}

/// What all hear who hear this circle only and do not sound in it themselves.
const std::uint8_t* Worker::coded_sum(Circle& circle, media::G711 law) {
    const auto index = static_cast<std::size_t>(law);
    if (!circle.coded_ready[index]) {
        circle.coded_ready[index] = true;
        std::array<std::int16_t, frame_samples> frame;
        circle.sum.finish(frame);
        media::g711_encode(law, frame, circle.coded[index].data());
    }
    return circle.coded[index].data();
}

void Worker::mix_leg(Leg& leg, Instant now) {
    std::array<std::int16_t, frame_samples> frame;
    const std::uint8_t* unused = nullptr;
    const bool plays = leg.player.play != 0 && next_prompt_frame(leg, frame.data(), unused);
    std::size_t sounding = 0;
    Circle* last = nullptr;
    for (Circle* circle : leg.hears) {
        sum_up(*circle);
        if (!circle->sounds) continue;
        ++sounding;
        last = circle;
    }
    if (!leg.remote.may_send_to || !leg.formats.send_law) return;
    const media::G711 law = *leg.formats.send_law;
    const bool own = leg.sounds && leg.speaks_in != nullptr &&
                     std::ranges::find(leg.hears, leg.speaks_in) != leg.hears.end();
    if (!plays && sounding == 1 && !own) return send_coded(leg, coded_sum(*last, law), now);
    std::array<std::uint8_t, frame_samples> coded;
    if (!plays && sounding == 0) {
        coded.fill(media::g711_silence(law));
        return send_coded(leg, coded.data(), now);
    }
    media::Mixer mixer;
    mixer.clear();
    if (plays) mixer.add(frame);
    for (const Circle* circle : leg.hears) {
        if (circle->sounds) mixer.add(circle->sum);
    }
    if (own) mixer.remove(leg.frame);
    mixer.finish(frame);
    media::g711_encode(law, frame, coded.data());
    send_coded(leg, coded.data(), now);
}

}  // namespace seatline::worker
