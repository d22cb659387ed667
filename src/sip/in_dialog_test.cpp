// A scripted caller over a raw UDP socket misbehaves, or changes the call, within one dialog.
#include <gmock/gmock.h>

#include "sip/testing.h"

namespace seatline::sip {
namespace {

using namespace testing_support;

std::string sdp(int port, const std::string& direction = "sendrecv", int version = 1) {
    return "v=0\r\no=- 7 " + std::to_string(version) +
           " IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio " +
           std::to_string(port) + " RTP/AVP 8 0\r\na=" + direction + "\r\n";
}

class SipDialog : public testing::Test {
protected:
    SipDialog() : raw(center.port(), SOCK_DGRAM) {
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

TEST_F(SipDialog, the_200_is_repeated_until_the_ack) {
    answered_call();
    EXPECT_EQ(next(), last);
    EXPECT_EQ(next(), last);
    raw.send(request("ACK", 1));
    center.expect<Confirmed>();
    EXPECT_EQ(next(milliseconds{1500}), "");
    raw.send(request("INVITE", 1, {}, sdp(4000)));  // a late copy of the INVITE
    center.expect_nothing();
}

TEST_F(SipDialog, reinvite_with_the_same_media_is_answered_by_itself) {
    standing_call();
    raw.send(request("INVITE", 2, {}, sdp(4000, "sendrecv", 1)));
    const auto answer = answer_to(2);
    EXPECT_THAT(answer, testing::AllOf(testing::StartsWith("SIP/2.0 200"),
                                       testing::HasSubstr("m=audio 5000")));
    EXPECT_EQ(answer.substr(answer.find("o=-"), 30), last.substr(last.find("o=-"), 30));
    raw.send(request("ACK", 2));
    center.expect_nothing();
}

TEST_F(SipDialog, hold_by_reinvite_asks_and_a_second_change_meanwhile_is_refused) {
    const auto leg = standing_call();
    raw.send(request("INVITE", 2, {}, sdp(4000, "sendonly", 2)));
    const auto change = center.expect<MediaChanged>();
    EXPECT_EQ(change.remote.direction, MediaDirection::sendonly);
    EXPECT_EQ(answered(request("INVITE", 3, {}, sdp(4002)), 3), 500);
    raw.send(request("ACK", 3));
    EXPECT_EQ(answered(request("UPDATE", 4, {}, sdp(4002)), 4), 500);
    auto local = audio(5000);
    local.direction = MediaDirection::recvonly;
    center.post(Accept{leg, local});
    const auto answer = answer_to(2);
    EXPECT_THAT(answer, testing::HasSubstr("a=recvonly"));
    EXPECT_NE(answer.substr(answer.find("o=-"), 30),
              last.substr(last.find("o=-"), 30));  // a higher version
    raw.send(request("ACK", 2));
    EXPECT_EQ(answered(request("BYE", 5, "Reason: SIP;cause=200, Q.850;cause=31\r\n"), 5), 200);
    const auto ended = center.expect<Ended>();
    EXPECT_EQ(ended.by, EndedBy::remote);
    EXPECT_EQ(ended.q850_cause, 31);
}

TEST_F(SipDialog, update_changes_media_and_refreshes) {
    const auto leg = standing_call();
    EXPECT_EQ(answered(request("UPDATE", 2), 2), 200);
    raw.send(request("UPDATE", 3, {}, sdp(4444)));
    EXPECT_EQ(center.expect<MediaChanged>().remote.port, 4444);
    center.post(Accept{leg, audio(5000)});
    EXPECT_THAT(answer_to(3), testing::StartsWith("SIP/2.0 200"));
    EXPECT_EQ(answered(request("UPDATE", 4, {}, "v=0\r\nm=video 4 RTP/AVP 31\r\n"), 4), 488);
    center.expect_nothing();
}

TEST_F(SipDialog, cancel_of_a_reinvite_leaves_the_call) {
    standing_call();
    raw.send(request("INVITE", 2, {}, sdp(4002)));
    center.expect<MediaChanged>();
    raw.send(request("CANCEL", 2));
    EXPECT_THAT(next(), testing::StartsWith("SIP/2.0 200"));
    EXPECT_THAT(next(), testing::StartsWith("SIP/2.0 487"));
    raw.send(request("ACK", 2));
    EXPECT_EQ(answered(request("OPTIONS", 3), 3), 200);
    center.expect_nothing();
}

TEST_F(SipDialog, bye_crosses_the_reinvite_that_waits) {
    standing_call();
    raw.send(request("INVITE", 2, {}, sdp(4002)));
    center.expect<MediaChanged>();
    EXPECT_EQ(answered(request("BYE", 3), 3), 200);
    EXPECT_EQ(center.expect<Ended>().by, EndedBy::remote);
    center.expect_nothing();
}

TEST_F(SipDialog, old_sequence_numbers_and_odd_methods_within_the_dialog) {
    standing_call();
    EXPECT_EQ(answered(request("OPTIONS", 9), 9), 200);
    EXPECT_EQ(answered(request("INFO", 5), 5), 500);
    EXPECT_EQ(answered(request("FROB", 10), 10), 501);
    EXPECT_EQ(answered(request("REFER", 11, "Refer-To: <sip:x@y>\r\n"), 11), 405);
    EXPECT_EQ(answered(request("INFO", 12, "Content-Type: application/dtmf-relay\r\n",
                               "Signal= 5\r\nDuration= 100\r\n"),
                       12),
              200);
    EXPECT_EQ(center.expect<InfoDigit>().digit, '5');
    EXPECT_EQ(answered(request("INFO", 13, "Content-Type: application/dtmf\r\n", "*"), 13), 200);
    EXPECT_EQ(center.expect<InfoDigit>().digit, '*');
    EXPECT_EQ(answered(request("INFO", 14, "Content-Type: text/plain\r\n", "hello"), 14), 415);
    EXPECT_EQ(answered(request("UPDATE", 15, "Require: frobnicate\r\n"), 15), 420);
}

TEST_F(SipDialog, delayed_offer_gets_ours_and_the_ack_brings_the_answer) {
    raw.send(request("INVITE", 1));
    const auto call = center.expect<IncomingCall>();
    EXPECT_FALSE(call.remote.has_value());
    center.post(Accept{call.leg, audio(5000)});
    last = next();
    EXPECT_THAT(last, testing::HasSubstr("m=audio 5000"));
    take_tag(last);
    raw.send(request("ACK", 1, {}, sdp(4010)));
    EXPECT_EQ(center.expect<Answered>().remote.port, 4010);
    center.expect<Confirmed>();
}

TEST_F(SipDialog, hang_up_before_the_ack_waits_for_it) {
    const auto leg = answered_call();
    center.post(HangUp{leg});
    EXPECT_EQ(center.expect<Ended>().by, EndedBy::local);
    raw.send(request("ACK", 1));
    std::string bye;
    do bye = next();
    while (bye.find("SIP/2.0 200") == 0);
    EXPECT_THAT(bye, testing::StartsWith("BYE sip:me@127.0.0.1"));
}

TEST_F(SipDialog, session_timer_is_accepted_and_a_too_short_one_refused) {
    EXPECT_EQ(
        answered(request("INVITE", 1, "Session-Expires: 30\r\nSupported: timer\r\n", sdp(4000)), 1),
        422);
    raw.send(request("ACK", 1));
    call_id = "dialog2";
    raw.send(request("INVITE", 1, "Session-Expires: 1800;refresher=uac\r\nSupported: timer\r\n",
                     sdp(4000)));
    const auto call = center.expect<IncomingCall>();
    center.post(Accept{call.leg, audio(5000)});
    std::string answer;
    do answer = next();
    while (answer.find("dialog2") == std::string::npos);
    EXPECT_THAT(answer, testing::HasSubstr("Session-Expires: 1800;refresher=uac"));
    EXPECT_THAT(answer, testing::HasSubstr("Require: timer"));
}

TEST_F(SipDialog, forked_answers_first_wins_and_the_second_gets_ack_and_bye) {
    Invite invite;
    invite.leg = LegId{2};
    invite.request_uri = "sip:phone@127.0.0.1:" + std::to_string(raw.port());
    invite.from_user = "4008";
    invite.local = audio(5000);
    center.post(invite);
    const auto received = next();
    const auto line = [&](const std::string& name) {
        const auto at = received.find("\r\n" + name + ":") + 2;
        return received.substr(at, received.find("\r\n", at) - at);
    };
    const auto ok = [&](const std::string& tag) {
        const auto body = sdp(4000);
        return "SIP/2.0 200 OK\r\n" + line("Via") + "\r\n" + line("From") + "\r\n" + line("To") +
               ";tag=" + tag + "\r\n" + line("Call-ID") + "\r\n" + line("CSeq") +
               "\r\nContact: <sip:" + tag + "@127.0.0.1:" + std::to_string(raw.port()) +
               ">\r\nContent-Type: application/sdp\r\nContent-Length: " +
               std::to_string(body.size()) + "\r\n\r\n" + body;
    };
    raw.send(ok("one"));
    center.expect<Answered>();
    EXPECT_THAT(next(), testing::StartsWith("ACK sip:one@"));
    raw.send(ok("one"));  // our ACK was lost
    EXPECT_THAT(next(), testing::StartsWith("ACK sip:one@"));
    raw.send(ok("two"));
    EXPECT_THAT(next(), testing::StartsWith("ACK sip:two@"));
    EXPECT_THAT(next(), testing::StartsWith("BYE sip:two@"));
    center.expect_nothing();
}

}  // namespace
}  // namespace seatline::sip
