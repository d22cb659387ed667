// Writing SDP: offers with one audio line, and answers that take one audio line of an offer (RFC
// 3264).
#include <algorithm>

#include "base/json.h"
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

void append_audio(std::string& out, const MediaDescription& local,
                  const std::vector<PayloadFormat>& formats, const std::string& proto) {
    out += "m=audio " + std::to_string(local.port) + ' ' + proto;
    for (const auto& format : formats) out += ' ' + std::to_string(format.payload_type);
    out += "\r\n";
    for (const auto& format : formats) {
        const auto type = std::to_string(format.payload_type);
        out += "a=rtpmap:" + type + ' ' + format.name + '/' + std::to_string(format.clock_hz);
        if (format.name == "OPUS") out += "/2";  // RFC 7587 7: always two channels here
        out += "\r\n";
        if (format.name == "telephone-event") out += "a=fmtp:" + type + " 0-15\r\n";
    }
    out += "a=ptime:" + std::to_string(local.ptime_ms) + "\r\n";
    if (local.rtcp_port != 0 && local.rtcp_port != local.port + 1) {
        out += "a=rtcp:" + std::to_string(local.rtcp_port) + "\r\n";
    }
    out += "a=" + std::string(enum_name(local.direction)) + "\r\n";
}

void append_mid(std::string& out, const MediaLine& media) {
    if (const auto* mid = media.find("mid")) out += "a=mid:" + *mid + "\r\n";
}

bool same_codec(const PayloadFormat& a, const PayloadFormat& b) {
    return a.name == b.name && a.clock_hz == b.clock_hz;
}

}  // namespace

std::string write_offer(const Origin& origin, const MediaDescription& local) {
    std::string out;
    out.reserve(400);
    append_session(out, origin, local);
    append_audio(out, local, local.formats, "RTP/AVP");
    return out;
}

Result<std::string> write_answer(const Origin& origin, const MediaDescription& local,
                                 const Session& offer, std::size_t index) {
    SEATLINE_ASSERT(index < offer.media.size());
    const auto offered = describe(offer, index).formats;
    std::vector<PayloadFormat> common;
    for (const auto& format : local.formats) {
        if (std::any_of(offered.begin(), offered.end(),
                        [&](const auto& other) { return same_codec(format, other); })) {
            common.push_back(format);
        }
    }
    if (std::none_of(common.begin(), common.end(),
                     [](const auto& format) { return format.name != "telephone-event"; })) {
        return invalid("sdp", "no audio format that both sides have");
    }
    std::string out;
    out.reserve(400);
    append_session(out, origin, local);
    for (std::size_t i = 0; i < offer.media.size(); ++i) {
        const auto& media = offer.media[i];
        if (i == index) {
            append_audio(out, local, common, media.proto);
        } else {
            out += "m=" + media.type + " 0 " + media.proto + ' ' + media.formats.front() + "\r\n";
        }
        append_mid(out, media);
    }
    return {boost::system::in_place_value,
            std::move(out)};  // a string alone could also be an Error
}

}  // namespace seatline::sip::sdp
