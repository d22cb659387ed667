#pragma once
// A phone on the wire for tests of the registrar: REGISTERs written by hand over one socket, with
// whatever contacts and headers the test wants.
#include "sip/digest.h"
#include "sip/testing.h"

namespace seatline::sip::testing_support {

/// The value of a header; of several, as one list.
inline std::string header_values(const std::string& message, const std::string& name) {
    std::string values;
    const auto start = "\r\n" + name + ": ";
    for (auto at = message.find(start); at != std::string::npos; at = message.find(start, at + 2)) {
        const auto from = at + start.size();
        values +=
            (values.empty() ? "" : ", ") + message.substr(from, message.find("\r\n", from) - from);
    }
    return values;
}

inline std::string quoted_value(const std::string& text, const std::string& name) {
    const auto at = text.find(name + "=\"");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 2;
    return text.substr(from, text.find('"', from) - from);
}

class RawPhone {
public:
    RawPhone(const Node& center, std::string user, int type = SOCK_DGRAM,
             std::string password = "secret")
        : peer(center.port(), type),
          is_tcp_(type == SOCK_STREAM),
          user_(std::move(user)),
          password_(std::move(password)) {}

    /// The whole final response to a REGISTER with these header lines (each ends with CRLF).
    std::string register_with(const std::string& headers) {
        peer.send(request(headers));
        auto response = peer.receive();
        const auto challenge = header_values(response, "WWW-Authenticate");
        if (challenge.empty()) return response;
        nonce_ = quoted_value(challenge, "nonce");
        count_ = 0;
        peer.send(request(headers));
        return peer.receive();
    }

    /// A Contact at the phone's own socket.
    [[nodiscard]] std::string own_contact(const std::string& parameters = {}) const {
        return "Contact: <sip:" + user_ + "@127.0.0.1:" + std::to_string(peer.port()) +
               (is_tcp_ ? ";transport=tcp>" : ">") + parameters + "\r\n";
    }

    RawPeer peer;
    std::string call_id = "raw-phone";
    std::uint32_t cseq = 0;

private:
    std::string request(const std::string& headers) {
        const auto number = std::to_string(++cseq);
        auto text = "REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/" +
                    std::string(is_tcp_ ? "TCP" : "UDP") + " 10.1.1.1:5060;rport;branch=z9hG4bK" +
                    call_id + number + std::to_string(peer.port()) + "\r\nFrom: <sip:" + user_ +
                    "@x>;tag=1\r\nTo: <sip:" + user_ + "@x>\r\nCall-ID: " + call_id +
                    "\r\nCSeq: " + number +
                    " REGISTER\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n" + headers;
        if (nonce_.empty()) return text + "\r\n";
        DigestFields fields;
        fields.nonce = nonce_;
        fields.uri = "sip:127.0.0.1";
        fields.qop = "auth";
        fields.cnonce = "x";
        fields.nc = "0000000" + std::to_string(++count_);
        return text + "Authorization: Digest username=\"" + user_ +
               "\", realm=\"seatline\", nonce=\"" + nonce_ +
               "\", uri=\"sip:127.0.0.1\", qop=auth, nc=" + fields.nc +
               ", cnonce=\"x\", response=\"" +
               digest_response(md5_hex(user_ + ":seatline:" + password_), "REGISTER", fields) +
               "\"\r\n\r\n";
    }

    bool is_tcp_;
    std::string user_;
    std::string password_;
    std::string nonce_;
    unsigned count_ = 0;
};

}  // namespace seatline::sip::testing_support
