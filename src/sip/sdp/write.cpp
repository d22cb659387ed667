// Writing SDP: offers with one audio line, and answers that take one audio line of an offer (RFC
// 3264).
#include <algorithm>

#include "base/json.h"
#include "sip/sdp/crypto.h"
#include "sip/sdp/sdp.h"

namespace seatline::sip::sdp {

namespace {

const char* family(const std::string& address) {
    return address.find(':') == std::string::npos ? "IP4 " : "IP6 ";
}

void append_session(std::string& out, const Origin& origin, const MediaDescription& local) {
    const auto connection = family(local.address) + local.address;
    out += "v=0\r\no=- " + std::to_string(origin.id) + ' ' + std::to_string(origin.version) +
           " IN " + connection + "\r\ns=Seatline\r\nc=IN " + connection + "\r\nt=0 0\r\n";
}

void append_audio(std::string& out, const MediaDescription& local, const std::string& proto,
                  const std::string& events) {
    out += "m=audio " + std::to_string(local.port) + ' ' + proto;
    for (const auto& format : local.formats) out += ' ' + std::to_string(format.payload_type);
    out += "\r\n";
    for (const auto& format : local.formats) {
        const auto type = std::to_string(format.payload_type);
        out += "a=rtpmap:" + type + ' ' + format.name + '/' + std::to_string(format.clock_hz);
        if (format.name == "OPUS") out += "/2";  // RFC 7587 7: always two channels here
        out += "\r\n";
        if (format.name == "telephone-event") out += "a=fmtp:" + type + ' ' + events + "\r\n";
    }
    for (const auto& crypto : local.crypto) out += crypto_line(crypto);
    out += "a=ptime:" + std::to_string(local.ptime_ms) + "\r\n";
    if (local.rtcp_port != 0 && local.rtcp_port != local.port + 1) {
        out += "a=rtcp:" + std::to_string(local.rtcp_port) + "\r\n";
    }
    out += "a=" + std::string(enum_name(local.direction)) + "\r\n";
}

void append_refused(std::string& out, const MediaLine& media) {
    out += "m=" + media.type + " 0 " + media.proto + ' ' + media.formats.front() + "\r\n";
}

void append_mid(std::string& out, const MediaLine& media) {
    if (const auto* mid = media.find("mid")) out += "a=mid:" + *mid + "\r\n";
}

bool same_codec(const PayloadFormat& a, const PayloadFormat& b) {
    return a.name == b.name && a.clock_hz == b.clock_hz;
}

/// RFC 3264 6.1: who hears nothing from us can't be sent to, and the other way round.
MediaDirection narrowed(MediaDirection ours, MediaDirection theirs) {
    using enum MediaDirection;
    const bool may_send = theirs == sendrecv || theirs == recvonly;
    const bool may_receive = theirs == sendrecv || theirs == sendonly;
    const bool sends = may_send && (ours == sendrecv || ours == sendonly);
    const bool receives = may_receive && (ours == sendrecv || ours == recvonly);
    if (sends) return receives ? sendrecv : sendonly;
    return receives ? recvonly : inactive;
}

/// The one key that answers the offer's (RFC 4568 5.1.2); none when no suite is common.
std::vector<MediaCrypto> answering_crypto(const MediaDescription& local,
                                          const MediaDescription& offered) {
    for (const auto& theirs : offered.crypto) {
        for (const auto& ours : local.crypto) {
            if (ours.suite == theirs.suite) return {{theirs.tag, ours.suite, ours.key_base64}};
        }
    }
    return {};
}

/// The events of telephone-event that the offer has, by the payload type that it has there.
std::string offered_events(const MediaLine& media, const MediaDescription& offered) {
    for (const auto& format : offered.formats) {
        if (format.name != "telephone-event") continue;
        const auto prefix = std::to_string(format.payload_type) + ' ';
        for (const auto& attribute : media.attributes) {
            if (attribute.name == "fmtp" && attribute.value.rfind(prefix, 0) == 0)
                return common_events(std::string_view(attribute.value).substr(prefix.size()));
        }
    }
    return "0-15";
}

}  // namespace

std::string write_offer(const Origin& origin, const MediaDescription& local) {
    std::string out;
    out.reserve(400);
    append_session(out, origin, local);
    append_audio(out, local, local.secure ? "RTP/SAVP" : "RTP/AVP", "0-15");
    return out;
}

std::string write_reoffer(const Origin& origin, const MediaDescription& local,
                          const Session& previous) {
    std::string out;
    out.reserve(400);
    append_session(out, origin, local);
    for (const auto& media : previous.media) {
        if (media.port != 0) {
            append_audio(out, local, media.proto, "0-15");
        } else {
            append_refused(out, media);
        }
        append_mid(out, media);
    }
    return out;
}

Result<std::string> write_answer(const Origin& origin, const MediaDescription& local,
                                 const Session& offer, std::size_t index) {
    SEATLINE_ASSERT(index < offer.media.size());
    const auto offered = describe(offer, index);
    auto ours = local;
    std::erase_if(ours.formats, [&](const auto& format) {
        return std::none_of(offered.formats.begin(), offered.formats.end(),
                            [&](const auto& other) { return same_codec(format, other); });
    });
    if (std::none_of(ours.formats.begin(), ours.formats.end(),
                     [](const auto& format) { return format.name != "telephone-event"; })) {
        return invalid("sdp", "no audio format that both sides have");
    }
    ours.crypto = answering_crypto(local, offered);
    if ((offered.secure || local.secure) && ours.crypto.empty()) {
        return invalid("sdp", "no encryption that both sides have");
    }
    ours.direction = narrowed(local.direction, offered.direction);
    if (offer.media[index].find("maxptime") != nullptr)
        ours.ptime_ms = std::min(ours.ptime_ms, offered.ptime_ms);
    std::string out;
    out.reserve(400);
    append_session(out, origin, local);
    for (std::size_t i = 0; i < offer.media.size(); ++i) {
        const auto& media = offer.media[i];
        if (i == index) {
            append_audio(out, ours, media.proto, offered_events(media, offered));
        } else {
            append_refused(out, media);
        }
        append_mid(out, media);
    }
    return {boost::system::in_place_value,
            std::move(out)};  // a string alone could also be an Error
}

}  // namespace seatline::sip::sdp
