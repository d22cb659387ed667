#pragma once
// A scripted caller and a scripted callee over one raw UDP socket, for tests of peers that
// misbehave within a dialog.
#include <gmock/gmock.h>

#include "sip/testing.h"

namespace seatline::sip::testing_support {

inline std::string sdp(int port, const std::string& direction = "sendrecv", int version = 1) {
    return "v=0\r\no=- 7 " + std::to_string(version) +
           " IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio " +
           std::to_string(port) + " RTP/AVP 8 0\r\na=" + direction + "\r\n";
}

class SipDialog : public testing::Test {
protected:
    explicit SipDialog(Config config = {})
        : center(std::move(config)), raw(center.port(), SOCK_DGRAM) {
        center.post(SetTrunks{{{TrunkId{1}, "127.0.0.0/8", 0}}});
        center.settle();
    }

    std::string request(const std::string& method, int cseq, const std::string& more = {},
                        const std::string& body = {}) {
        const auto type = body.empty() || more.find("Content-Type") != std::string::npos
                              ? std::string{}
                              : "Content-Type: application/sdp\r\n";
        return method + " sip:4008@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:" +
               std::to_string(raw.port()) + ";rport;branch=z9hG4bK" +
               (method == "CANCEL" ? "INVITE" : method) + std::to_string(cseq) +
               "\r\nFrom: <sip:13800138000@x>;tag=me\r\nTo: <sip:4008@c>" + to_tag +
               "\r\nCall-ID: " + call_id + "\r\nCSeq: " + std::to_string(cseq) + ' ' + method +
               "\r\nContact: <sip:me@127.0.0.1:" + std::to_string(raw.port()) +
               ">\r\nMax-Forwards: 70\r\n" + more + type +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }

    /// The next message that isn't a 100.
    std::string next(milliseconds patience = milliseconds{2000}) {
        for (;;) {
            auto text = raw.receive(patience);
            if (text.find("SIP/2.0 100") != 0) return text;
        }
    }

    /// The next answer to CSeq `cseq`, past retransmissions of others.
    std::string answer_to(int cseq) {
        for (;;) {
            auto text = next();
            if (text.empty() ||
                (text.find("SIP/2.0") == 0 &&
                 text.find("CSeq: " + std::to_string(cseq) + ' ') != std::string::npos))
                return text;
        }
    }

    int answered(const std::string& text, int cseq) {
        raw.send(text);
        const auto answer = answer_to(cseq);
        return answer.empty() ? 0 : std::stoi(answer.substr(8, 3));
    }

    void take_tag(const std::string& response) {
        const auto at = response.find(";tag=", response.find("\r\nTo:"));
        to_tag = response.substr(at, response.find_first_of("\r;", at + 1) - at);
    }

    /// INVITE, 200; the ACK is left to the test.
    LegId answered_call(const std::string& more = {}, const std::string& body = sdp(4000)) {
        raw.send(request("INVITE", 1, more, body));
        const auto call = center.expect<IncomingCall>();
        center.post(Accept{call.leg, audio(5000)});
        last = next();
        EXPECT_THAT(last, testing::StartsWith("SIP/2.0 200"));
        take_tag(last);
        return call.leg;
    }

    LegId standing_call(const std::string& more = {}) {
        const auto leg = answered_call(more);
        raw.send(request("ACK", 1));
        center.expect<Confirmed>();
        return leg;
    }

    Node center;
    RawPeer raw;
    std::string to_tag;
    std::string call_id = "dialog1";
    std::string last;
};

/// The same with T1 of 20 ms: what gives up after 64*T1 does so after 1.3 s.
class QuickSipDialog : public SipDialog {
protected:
    static Config quick() {
        Config config;
        config.t1 = milliseconds{20};
        return config;
    }
    QuickSipDialog() : SipDialog(quick()) {}
};

/// The value of the first header of that name; empty when absent.
inline std::string header_of(const std::string& message, const std::string& name) {
    const auto at = message.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto start = at + name.size() + 4;
    return message.substr(start, message.find("\r\n", start) - start);
}

/// A response of a callee to `request`, in the dialog that `tag` names, with `more` header lines.
inline std::string response_to(const std::string& request, const std::string& status,
                               const std::string& tag, const RawPeer& peer,
                               const std::string& more = {}, const std::string& body = {}) {
    const auto to = header_of(request, "To");
    const bool has_tag = to.find(";tag=") != std::string::npos || tag.empty();
    return "SIP/2.0 " + status + "\r\nVia: " + header_of(request, "Via") +
           "\r\nFrom: " + header_of(request, "From") + "\r\nTo: " + to +
           (has_tag ? "" : ";tag=" + tag) + "\r\nCall-ID: " + header_of(request, "Call-ID") +
           "\r\nCSeq: " + header_of(request, "CSeq") + "\r\nContact: <sip:" + tag +
           "@127.0.0.1:" + std::to_string(peer.port()) + ">\r\n" + more +
           (body.empty() ? "" : "Content-Type: application/sdp\r\n") +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// `center` calls `peer`, who has said nothing yet.
inline Invite invite_to(const RawPeer& peer, LegId leg = LegId{2}) {
    Invite invite;
    invite.leg = leg;
    invite.request_uri = "sip:phone@127.0.0.1:" + std::to_string(peer.port());
    invite.from_user = "4008";
    invite.local = audio(5000);
    return invite;
}

}  // namespace seatline::sip::testing_support
