#include "app/translate.h"

#include <algorithm>

#include "base/utf8.h"

namespace seatline::app {
namespace {

/// A leg is reported silent after this long without a packet: longer than any pause of a phone with
/// silence suppression.
constexpr std::uint32_t kRtpSilence_ms = 60'000;

core::MediaPtr shared(MediaDescription&& media) {
    return std::make_shared<const MediaDescription>(std::move(media));
}

void to_proto(const PayloadFormat& from, proto::PayloadFormat& to) {
    to.set_name(from.name);
    to.set_payload_type(from.payload_type);
    to.set_clock_hz(from.clock_hz);
}

void to_proto(const MediaDescription& from, proto::MediaDescription& to) {
    to.set_address(from.address);
    to.set_port(from.port);
    to.set_rtcp_port(from.rtcp_port);
    to.set_ptime_ms(from.ptime_ms);
    to.set_direction(static_cast<std::uint32_t>(from.direction));
    for (const PayloadFormat& format : from.formats) to_proto(format, *to.add_formats());
}

MediaDescription from_proto(const proto::MediaDescription& from) {
    MediaDescription to;
    to.address = from.address();
    to.port = static_cast<std::uint16_t>(from.port());
    to.rtcp_port = static_cast<std::uint16_t>(from.rtcp_port());
    to.ptime_ms = static_cast<std::uint16_t>(from.ptime_ms());
    to.direction = static_cast<MediaDirection>(std::min<std::uint32_t>(from.direction(), 3));
    for (const auto& format : from.formats()) {
        to.formats.push_back(
            {format.name(), static_cast<std::uint8_t>(format.payload_type()), format.clock_hz()});
    }
    return to;
}

// What enters the core is UTF-8: see base/utf8.h.
std::string text(std::string& from) {
    return valid_utf8(std::move(from));
}

/// What we offer and accept, the preferred leg's codec first so that both legs can be relayed as
/// they are.
std::vector<PayloadFormat> allowed_formats(const MediaDescription* prefer) {
    std::vector<PayloadFormat> formats{
        {"PCMA", 8, 8000}, {"PCMU", 0, 8000}, {"telephone-event", 101, 8000}};
    if (prefer != nullptr && !prefer->formats.empty() && prefer->formats.front().name == "PCMU") {
        std::swap(formats[0], formats[1]);
    }
    return formats;
}

struct SipToInput {
    using Out = std::optional<core::Input>;
    Out operator()(sip::IncomingCall& e) const {
        return core::IncomingCall{e.leg,
                                  e.trunk,
                                  text(e.caller),
                                  text(e.called),
                                  text(e.sip_call_id),
                                  e.remote ? shared(std::move(*e.remote)) : nullptr};
    }
    Out operator()(sip::Progress& e) const { return core::LegRinging{e.leg}; }
    Out operator()(sip::Answered& e) const {
        return core::LegAnswered{e.leg, shared(std::move(e.remote))};
    }
    Out operator()(sip::MediaChanged& e) const {
        return core::LegMediaChanged{e.leg, shared(std::move(e.remote))};
    }
    Out operator()(sip::InfoDigit& e) const { return core::DigitPressed{e.leg, e.digit}; }
    Out operator()(sip::Ended& e) const {
        return core::LegEnded{e.leg, e.sip_code, e.by == sip::EndedBy::network, text(e.text)};
    }
    Out operator()(sip::DeviceRegistered& e) const {
        return core::DeviceUp{std::move(e.user), text(e.contact_uri)};
    }
    Out operator()(sip::DeviceUnregistered& e) const {
        return core::DeviceDown{std::move(e.user), std::move(e.reason)};
    }
    template <class Other>
    Out operator()(Other&) const {
        return std::nullopt;
    }
};

struct ActionToSip {
    using Out = std::optional<sip::Command>;
    Out operator()(const core::AnswerCall& a) const { return sip::Accept{a.leg, *a.local}; }
    Out operator()(const core::AcceptMedia& a) const { return sip::Accept{a.leg, *a.local}; }
    Out operator()(const core::RejectCall& a) const {
        return sip::Reject{a.leg, a.sip_code, a.reason,
                           static_cast<std::uint32_t>(a.retry_after.count())};
    }
    Out operator()(const core::HangUpLeg& a) const {
        return sip::HangUp{a.leg, a.sip_code, a.reason};
    }
    Out operator()(const core::InviteDevice& a) const {
        sip::Invite invite;
        invite.leg = a.leg;
        invite.device_user = a.device;
        invite.from_user = a.caller;
        invite.from_name = a.display;
        invite.local = *a.local;
        invite.ring_timeout = a.ring_timeout;
        return invite;
    }
    template <class Other>
    Out operator()(const Other&) const {
        return std::nullopt;
    }
};

struct ActionToWorker {
    const std::string& data_folder;

    using Out = std::optional<WorkerMessage>;
    Out operator()(const core::OpenMedia& a) const {
        WorkerMessage out{a.worker, {}};
        auto& open = *out.message.mutable_open_leg();
        open.set_leg(a.leg.value);
        open.set_room(a.call.value);
        if (a.remote) to_proto(*a.remote, *open.mutable_remote());
        for (const PayloadFormat& format : allowed_formats(a.prefer.get()))
            to_proto(format, *open.add_allowed());
        open.set_rtp_silence_ms(kRtpSilence_ms);
        return out;
    }
    Out operator()(const core::SetRemote& a) const {
        WorkerMessage out{a.worker, {}};
        out.message.mutable_set_remote()->set_leg(a.leg.value);
        to_proto(*a.remote, *out.message.mutable_set_remote()->mutable_remote());
        return out;
    }
    Out operator()(const core::CloseMedia& a) const {
        WorkerMessage out{a.worker, {}};
        out.message.mutable_close_leg()->set_leg(a.leg.value);
        return out;
    }
    Out operator()(const core::Hear& a) const {
        WorkerMessage out{a.worker, {}};
        out.message.mutable_hear()->set_leg(a.leg.value);
        if (a.source) out.message.mutable_hear()->add_sources(a.source.value);
        return out;
    }
    Out operator()(const core::Play& a) const {
        WorkerMessage out{a.worker, {}};
        auto& play = *out.message.mutable_play();
        play.set_leg(a.leg.value);
        play.set_play(a.play.value);
        for (const std::string& prompt : a.prompts) play.add_prompts(prompt);
        play.set_loop(a.loop);
        play.set_mute_sources(true);
        return out;
    }
    Out operator()(const core::StopPlay& a) const {
        WorkerMessage out{a.worker, {}};
        out.message.mutable_stop_play()->set_leg(a.leg.value);
        return out;
    }
    Out operator()(const core::StartRecording& a) const {
        WorkerMessage out{a.worker, {}};
        auto& start = *out.message.mutable_start_recording();
        start.set_room(a.call.value);
        start.set_path(data_folder + "/" + a.path);
        start.set_left_leg(a.left.value);
        start.set_right_leg(a.right.value);
        return out;
    }
    Out operator()(const core::StopRecording& a) const {
        WorkerMessage out{a.worker, {}};
        out.message.mutable_stop_recording()->set_room(a.call.value);
        return out;
    }
    template <class Other>
    Out operator()(const Other&) const {
        return std::nullopt;
    }
};

core::MediaClosed closed(const proto::LegClosed& message) {
    core::LegQuality quality;
    quality.leg = LegId{message.leg()};
    quality.packets_received = message.report().packets_received();
    quality.packets_lost = message.report().packets_lost();
    quality.packets_sent = message.report().packets_sent();
    quality.jitter_us = message.report().jitter_us();
    quality.round_trip_us = message.report().round_trip_us();
    return {quality};
}

core::RecordingEnded recording_ended(const proto::RecordingEnded& message,
                                     const std::string& data_folder) {
    std::string path = message.path();
    if (path.starts_with(data_folder + "/")) path.erase(0, data_folder.size() + 1);
    return {{CallId{message.room()}, std::move(path),
             milliseconds{static_cast<std::int64_t>(message.length_ms())}, message.octets(),
             message.error()}};
}

}  // namespace

std::optional<core::Input> to_input(sip::Event&& event) {
    return std::visit(SipToInput{}, event);
}

std::optional<core::Input> to_input(const proto::FromWorker& message,
                                    const std::string& data_folder) {
    using Body = proto::FromWorker;
    switch (message.body_case()) {
        case Body::kLegOpened:
            return core::MediaOpened{LegId{message.leg_opened().leg()},
                                     shared(from_proto(message.leg_opened().local()))};
        case Body::kLegFailed: {
            const std::string& reason = message.leg_failed().reason();
            return core::MediaFailed{LegId{message.leg_failed().leg()},
                                     reason.find("codec") != std::string::npos, reason};
        }
        case Body::kLegClosed:
            return closed(message.leg_closed());
        case Body::kDigit:
            if (message.digit().digit().size() != 1) return std::nullopt;
            return core::DigitPressed{LegId{message.digit().leg()}, message.digit().digit()[0]};
        case Body::kPlayEnded:
            return core::PlayEnded{LegId{message.play_ended().leg()},
                                   PlayId{message.play_ended().play()}};
        case Body::kRtpSilence:
            return core::RtpSilent{LegId{message.rtp_silence().leg()}};
        case Body::kRecordingEnded:
            return recording_ended(message.recording_ended(), data_folder);
        default:
            return std::nullopt;
    }
}

std::optional<sip::Command> to_sip(const core::Action& action) {
    return std::visit(ActionToSip{}, action);
}

std::optional<WorkerMessage> to_worker(const core::Action& action, const std::string& data_folder) {
    return std::visit(ActionToWorker{data_folder}, action);
}

}  // namespace seatline::app
