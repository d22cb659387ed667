#pragma once
// What one side of an audio stream says of itself (the parts of SDP, RFC 8866/3264, that decisions
// need), free of SDP syntax. sip/ makes it from SDP and turns it into SDP; core/ passes it on; the
// worker opens sockets by it.
#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace seatline {

/// One RTP payload format: "PCMA" 8 8000, "telephone-event" 101 8000.
struct PayloadFormat {
    std::string name;  ///< encoding name of RFC 3551 / 4855, upper case but for telephone-event
    std::uint8_t payload_type = 0;  ///< 0-127
    std::uint32_t clock_hz = 8000;

    friend bool operator==(const PayloadFormat&, const PayloadFormat&) = default;
};
BOOST_DESCRIBE_STRUCT(PayloadFormat, (), (name, payload_type, clock_hz))

/// RFC 3264 direction as seen by the side that the description belongs to.
enum class MediaDirection { sendrecv, sendonly, recvonly, inactive };
BOOST_DESCRIBE_ENUM(MediaDirection, sendrecv, sendonly, recvonly, inactive)

/// One way to encrypt the stream that its owner sends (RFC 4568, a=crypto).
struct MediaCrypto {
    std::uint32_t tag = 1;
    std::string suite;       ///< AES_CM_128_HMAC_SHA1_80, AES_CM_128_HMAC_SHA1_32
    std::string key_base64;  ///< master key and salt, 30 octets; a secret: never logged, journalled
                             ///< or shown

    friend bool operator==(const MediaCrypto&, const MediaCrypto&) = default;
};
BOOST_DESCRIBE_STRUCT(MediaCrypto, (), (tag, suite, key_base64))

struct MediaDescription {
    std::string address;     ///< IPv4 or IPv6 literal of the connection line
    std::uint16_t port = 0;  ///< RTP port; RTCP is port + 1 unless rtcp_port is set
    std::uint16_t rtcp_port = 0;
    std::uint16_t ptime_ms = 20;
    MediaDirection direction = MediaDirection::sendrecv;
    std::vector<PayloadFormat>
        formats;          ///< in order of preference; telephone-event among them when offered
    bool secure = false;  ///< RTP/SAVP: only SRTP; false with crypto: RTP/AVP that may be encrypted
    std::vector<MediaCrypto> crypto = {};  ///< in order of preference; empty: plain RTP

    friend bool operator==(const MediaDescription&, const MediaDescription&) = default;
};
BOOST_DESCRIBE_STRUCT(MediaDescription, (),
                      (address, port, rtcp_port, ptime_ms, direction, formats, secure, crypto))

}  // namespace seatline
