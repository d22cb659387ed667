#include "robots/audio.h"

#include <algorithm>

namespace seatline::robots {
namespace {

std::optional<media::G711> law_of(const PayloadFormat& format) {
    if (format.name == "PCMA") return media::G711::alaw;
    if (format.name == "PCMU") return media::G711::ulaw;
    return std::nullopt;
}

const PayloadFormat kAlaw{"PCMA", 8, 8000};
const PayloadFormat kUlaw{"PCMU", 0, 8000};

}  // namespace

AudioEngine::AudioEngine(Loop& loop, bool is_on) {
    if (!is_on) return;
    RtpThread::Handlers handlers;
    handlers.on_heard = [this, &loop](StreamId id, Instant at) {
        loop.post([this, id, at] {
            const auto found = listeners_.find(id);
            if (found != listeners_.end() && found->second.on_heard) found->second.on_heard(at);
        });
    };
    handlers.on_report = [this, &loop](StreamId id, StreamReport&& report) {
        loop.post([this, id, report = std::move(report)] {
            const auto found = listeners_.find(id);
            if (found == listeners_.end()) return;
            const Listener listener = std::move(found->second);
            listeners_.erase(found);
            if (listener.on_report) listener.on_report(report);
        });
    };
    thread_ = std::make_unique<RtpThread>(std::move(handlers));
}

StreamId AudioEngine::add(Listener listener) {
    listeners_.emplace(next_, std::move(listener));
    return next_++;
}

Result<AudioLeg> AudioLeg::open(AudioEngine& engine, RtpPorts& ports) {
    const auto pair = ports.take();
    if (pair.has_error()) return pair.error();
    AudioLeg leg;
    leg.engine_ = &engine;
    leg.ports_ = &ports;
    leg.pair_ = *pair;
    return leg;
}

void AudioLeg::swap(AudioLeg& other) noexcept {
    std::swap(engine_, other.engine_);
    std::swap(ports_, other.ports_);
    std::swap(pair_, other.pair_);
    std::swap(stream_, other.stream_);
}

MediaDescription AudioLeg::offer(media::G711 preferred) const {
    MediaDescription out{ports_->address(),        pair_->port,   0, 20,
                         MediaDirection::sendrecv, {kAlaw, kUlaw}};
    if (preferred == media::G711::ulaw) std::swap(out.formats[0], out.formats[1]);
    out.formats.push_back({"telephone-event", 101, 8000});
    return out;
}

std::optional<MediaDescription> AudioLeg::answer(const MediaDescription& offer) const {
    MediaDescription out{ports_->address(), pair_->port, 0, 20, MediaDirection::sendrecv, {}};
    for (const auto& format : offer.formats) {
        if (law_of(format) && out.formats.empty()) out.formats.push_back(format);
    }
    if (out.formats.empty()) return std::nullopt;
    for (const auto& format : offer.formats) {
        if (format.name == "telephone-event") {
            out.formats.push_back(format);
            break;
        }
    }
    return out;
}

void AudioLeg::start(const MediaDescription& remote, StreamSettings settings,
                     AudioEngine::Listener listener) {
    if (pair_ == nullptr || !engine_->is_on() || stream_ != 0) return;
    bool has_law = false;
    for (const auto& format : remote.formats) {
        if (format.name == "telephone-event") settings.event_payload_type = format.payload_type;
        if (const auto law = law_of(format); law && !has_law) {
            settings.law = *law;
            has_law = true;
        }
    }
    stream_ = engine_->add(std::move(listener));
    engine_->thread().start(
        {stream_, pair_->rtp_fd, remote.address, remote.port, std::move(settings)});
}

void AudioLeg::press(const std::string& keys) {
    if (stream_ != 0) engine_->thread().press(stream_, keys);
}

void AudioLeg::stop() {
    if (stream_ != 0) engine_->thread().stop(stream_);
    stream_ = 0;
    if (pair_ != nullptr) ports_->give_back(*pair_);
    pair_ = nullptr;
}

}  // namespace seatline::robots
