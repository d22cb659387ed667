// From a parsed Session to the MediaDescription that decisions use.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "base/result.h"
#include "sip/sdp/crypto.h"
#include "sip/sdp/sdp.h"

namespace seatline::sip::sdp {

namespace {

struct StaticFormat {
    std::uint8_t payload_type;
    const char* name;
};
// RFC 3551 table 4: the audio types that phones offer without an rtpmap. G722 is 8000 by mistake of
// the RFC's history.
constexpr std::array<StaticFormat, 8> static_formats{{{0, "PCMU"},
                                                      {3, "GSM"},
                                                      {4, "G723"},
                                                      {8, "PCMA"},
                                                      {9, "G722"},
                                                      {13, "CN"},
                                                      {15, "G728"},
                                                      {18, "G729"}}};

template <class T>
bool read_number(std::string_view text, T& out) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return false;
    out = value;
    return true;
}

/// Encoding names compare without case (RFC 4855 3); we keep one spelling.
std::string canonical_name(std::string_view name) {
    std::string upper(name);
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return upper == "TELEPHONE-EVENT" ? "telephone-event" : upper;
}

/// a=rtpmap:101 telephone-event/8000[/1]
bool read_rtpmap(std::string_view value, PayloadFormat& format) {
    const auto blank = value.find(' ');
    if (blank == std::string_view::npos) return false;
    if (!read_number(value.substr(0, blank), format.payload_type)) return false;
    value.remove_prefix(std::min(value.find_first_not_of(' ', blank), value.size()));
    const auto slash = value.find('/');
    if (slash == 0 || slash == std::string_view::npos) return false;
    format.name = canonical_name(value.substr(0, slash));
    const auto clock = value.substr(slash + 1);
    return read_number(clock.substr(0, clock.find('/')), format.clock_hz) && format.clock_hz > 0;
}

void read_formats(const MediaLine& media, MediaDescription& out) {
    std::array<PayloadFormat, 128> by_type;  // one pass over the attributes, not one a format
    for (const auto& [payload_type, name] : static_formats) {
        by_type[payload_type] = {name, payload_type, 8000};
    }
    for (const auto& attribute : media.attributes) {
        PayloadFormat format;
        if (attribute.name == "rtpmap" && read_rtpmap(attribute.value, format) &&
            format.payload_type < by_type.size()) {
            by_type[format.payload_type] = format;
        }
    }
    for (const auto& text : media.formats) {
        std::uint8_t payload_type = 0;
        if (!read_number(text, payload_type) || payload_type >= by_type.size()) continue;
        auto& format = by_type[payload_type];
        if (format.name.empty()) continue;
        out.formats.push_back(format);
        format.name.clear();  // a format that is listed twice counts once
    }
}

bool read_direction(const std::vector<Attribute>& attributes, MediaDirection& out) {
    for (const auto& attribute : attributes) {
        if (attribute.name == "sendrecv")
            out = MediaDirection::sendrecv;
        else if (attribute.name == "sendonly")
            out = MediaDirection::sendonly;
        else if (attribute.name == "recvonly")
            out = MediaDirection::recvonly;
        else if (attribute.name == "inactive")
            out = MediaDirection::inactive;
        else
            continue;
        return true;
    }
    return false;
}

bool is_secure_rtp(const std::string& proto) {
    return proto == "RTP/SAVP" || proto == "RTP/SAVPF";
}

bool is_plain_rtp(const std::string& proto) {
    return proto == "RTP/AVP" || proto == "RTP/AVPF";
}

}  // namespace

MediaDescription describe(const Session& session, std::size_t index) {
    SEATLINE_ASSERT(index < session.media.size());
    const auto& media = session.media[index];
    MediaDescription out;
    out.address = media.address.empty() ? session.address : media.address;
    out.port = media.port;
    read_formats(media, out);
    if (!read_direction(media.attributes, out.direction)) {
        read_direction(session.attributes, out.direction);
    }
    if ((out.address == "0.0.0.0" || out.address == "::") &&
        out.direction == MediaDirection::sendrecv) {
        out.direction = MediaDirection::sendonly;
    }
    if (const auto* ptime = media.find("ptime")) {
        std::uint16_t value = 0;
        if (read_number(*ptime, value) && value >= 5 && value <= 200) out.ptime_ms = value;
    }
    if (const auto* maxptime = media.find("maxptime")) {
        std::uint16_t value = 0;
        if (read_number(*maxptime, value) && value >= 5)
            out.ptime_ms = std::min(out.ptime_ms, value);
    }
    out.secure = is_secure_rtp(media.proto);
    out.crypto = crypto_of(media);
    if (const auto* rtcp = media.find("rtcp")) {  // RFC 3605: port, and perhaps an address
        read_number(std::string_view(*rtcp).substr(0, rtcp->find(' ')), out.rtcp_port);
    }
    return out;
}

std::size_t usable_audio(const Session& session) {
    auto plain = session.media.size();
    for (std::size_t i = 0; i < session.media.size(); ++i) {
        const auto& media = session.media[i];
        const bool is_secure = is_secure_rtp(media.proto);
        if (media.type != "audio" || media.port == 0) continue;
        if (!is_secure && (!is_plain_rtp(media.proto) || plain != session.media.size())) continue;
        const auto description = describe(session, i);
        if (description.address.empty() || description.formats.empty()) continue;
        if (is_secure && !description.crypto.empty()) return i;
        if (!is_secure) plain = i;
    }
    return plain;
}

}  // namespace seatline::sip::sdp
