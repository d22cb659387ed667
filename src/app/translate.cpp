#include "app/translate.h"

#include <algorithm>

#include "base/utf8.h"

namespace seatline::app {
namespace {

/// A leg is reported silent after this long without a packet: longer than any pause of a phone with
/// silence suppression.
constexpr std::uint32_t kRtpSilence_ms = 60'000;

/// How long a key that we press is down.
constexpr std::uint32_t kKey_ms = 120;

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
    to.set_secure(from.secure);
    for (const MediaCrypto& crypto : from.crypto) {
        proto::Crypto& out = *to.add_crypto();
        out.set_tag(crypto.tag);
        out.set_suite(crypto.suite);
        out.set_key_base64(crypto.key_base64);
    }
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
    to.secure = from.secure();
    for (const auto& crypto : from.crypto())
        to.crypto.push_back({crypto.tag(), crypto.suite(), crypto.key_base64()});
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
                                  e.remote ? shared(std::move(*e.remote)) : nullptr,
                                  text(e.device_user),
                                  e.hides_caller,
                                  text(e.diverted_from),
                                  e.replaces};
    }
    Out operator()(sip::Progress& e) const {
        return core::LegRinging{e.leg, e.remote ? shared(std::move(*e.remote)) : nullptr};
    }
    Out operator()(sip::Referred& e) const {
        return core::TransferAsked{e.leg, text(e.target), e.replaces, e.replaces_unknown};
    }
    Out operator()(sip::TrunkState& e) const {
        return core::TrunkState{e.trunk, e.up, text(e.reason)};
    }
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
        invite.other_devices = a.other_devices;
        invite.auto_answer = a.auto_answer;
        return invite;
    }
    Out operator()(const core::InviteTrunk& a) const {
        sip::Invite invite;
        invite.leg = a.leg;
        invite.trunk = a.trunk;
        invite.number = a.number;
        invite.from_user = a.caller;
        invite.hide_caller = a.hide_caller;
        invite.local = *a.local;
        invite.ring_timeout = a.ring_timeout;
        return invite;
    }
    Out operator()(const core::RingCaller& a) const {
        sip::Ring ring{a.leg, {}};
        if (a.local) ring.local = *a.local;
        return ring;
    }
    Out operator()(const core::AnswerTransfer& a) const {
        return sip::AnswerRefer{a.leg, a.sip_code};
    }
    Out operator()(const core::TellTransfer& a) const {
        return sip::NotifyRefer{a.leg, a.sip_code};
    }
    Out operator()(const core::TellMessagesWaiting& a) const {
        return sip::SetMessagesWaiting{a.device, a.new_messages, a.old_messages};
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
        open.set_srtp(static_cast<proto::OpenLeg::Srtp>(a.srtp));
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
    Out operator()(const core::Place& a) const {
        WorkerMessage out{a.worker, {}};
        auto& place = *out.message.mutable_place();
        place.set_leg(a.leg.value);
        place.set_speaks_in(a.speaks_in.value);
        for (const CircleId circle : a.hears) place.add_hears(circle.value);
        return out;
    }
    Out operator()(const core::WatchSpeaker& a) const {
        WorkerMessage out{a.worker, {}};
        out.message.mutable_watch_speaker()->set_circle(a.circle.value);
        out.message.mutable_watch_speaker()->set_watch(a.watch);
        return out;
    }
    Out operator()(const core::SendDigits& a) const {
        WorkerMessage out{a.worker, {}};
        auto& send = *out.message.mutable_send_digits();
        send.set_leg(a.leg.value);
        send.set_digits(a.digits);
        send.set_duration_ms(kKey_ms);
        return out;
    }
    Out operator()(const core::Play& a) const {
        WorkerMessage out{a.worker, {}};
        auto& play = *out.message.mutable_play();
        play.set_leg(a.leg.value);
        play.set_play(a.play.value);
        for (const std::string& prompt : a.prompts) {
            // A sound file of our own: "file:voicemail/1/2.wav" below the data folder.
            play.add_prompts(prompt.starts_with("file:")
                                 ? "file:" + data_folder + "/" + prompt.substr(5)
                                 : prompt);
        }
        play.set_loop(a.loop);
        play.set_mute_sources(!a.over_talk);
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
        start.set_recording(a.recording.value);
        start.set_path(data_folder + "/" + a.path);
        for (const LegId leg : a.left) start.add_left(leg.value);
        for (const LegId leg : a.right) start.add_right(leg.value);
        start.set_mono(a.mono);
        return out;
    }
    Out operator()(const core::SetRecording& a) const {
        WorkerMessage out{a.worker, {}};
        auto& set = *out.message.mutable_set_recording();
        set.set_recording(a.recording.value);
        for (const LegId leg : a.left) set.add_left(leg.value);
        for (const LegId leg : a.right) set.add_right(leg.value);
        return out;
    }
    Out operator()(const core::StopRecording& a) const {
        WorkerMessage out{a.worker, {}};
        out.message.mutable_stop_recording()->set_recording(a.recording.value);
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
    // Whose it is, and of what kind, the engine knows.
    return {{{},
             std::move(path),
             milliseconds{static_cast<std::int64_t>(message.length_ms())},
             message.octets(),
             message.error(),
             RecordingId{message.recording()},
             {}}};
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
        case Body::kActiveSpeaker:
            return core::ActiveSpeaker{CircleId{message.active_speaker().circle()},
                                       LegId{message.active_speaker().leg()}};
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
