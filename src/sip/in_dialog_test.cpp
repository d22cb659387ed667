// A scripted caller over a raw UDP socket misbehaves, or changes the call, within one dialog.
#include <gmock/gmock.h>

#include "sip/testing_dialog.h"

namespace seatline::sip {
namespace {

using namespace testing_support;

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
    EXPECT_EQ(answered(request("MESSAGE", 11), 11), 405);
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

TEST_F(SipDialog, reinvite_without_sdp_gets_an_offer_of_all_lines_without_the_hold) {
    raw.send(request("INVITE", 1, {}, sdp(4000) + "m=video 4002 RTP/AVP 96\r\n"));
    const auto call = center.expect<IncomingCall>();
    center.post(Accept{call.leg, audio(5000)});
    take_tag(answer_to(1));
    raw.send(request("ACK", 1));
    center.expect<Confirmed>();
    raw.send(request("INVITE", 2, {}, sdp(4000, "sendonly", 2) + "m=video 0 RTP/AVP 96\r\n"));
    center.expect<MediaChanged>();
    center.post(Accept{call.leg, audio(5000)});
    EXPECT_THAT(answer_to(2), testing::HasSubstr("a=recvonly"));  // narrowed to the hold
    raw.send(request("ACK", 2));
    raw.send(request("INVITE", 3));
    const auto offer = answer_to(3);
    EXPECT_THAT(offer, testing::HasSubstr("a=sendrecv"));
    EXPECT_THAT(offer, testing::HasSubstr("m=video 0 RTP/AVP 96"));
    EXPECT_EQ(answered(request("UPDATE", 4, {}, sdp(4006)), 4), 491);  // ours isn't answered yet
    raw.send(request("ACK", 3, {}, sdp(4000, "sendrecv", 3)));
    EXPECT_EQ(center.expect<MediaChanged>().remote.direction, MediaDirection::sendrecv);
}

TEST_F(SipDialog, peer_changes_its_contact) {
    const auto leg = standing_call();
    auto text = request("UPDATE", 2);
    text.replace(text.find("<sip:me@"), 8, "<sip:moved@");
    EXPECT_EQ(answered(text, 2), 200);
    center.post(HangUp{leg});
    EXPECT_THAT(next(), testing::StartsWith("BYE sip:moved@127.0.0.1"));
}

TEST_F(SipDialog, update_before_the_answer) {
    raw.send(request("INVITE", 1, "Supported: 100rel\r\n", sdp(4000)));
    const auto call = center.expect<IncomingCall>();
    center.post(Ring{call.leg});
    last = next();
    take_tag(last);
    raw.send(request("UPDATE", 2, {}, sdp(4002)));  // its first offer has no answer yet
    const auto refusal = answer_to(2);
    EXPECT_THAT(refusal, testing::StartsWith("SIP/2.0 500"));
    EXPECT_NE(header_of(refusal, "Retry-After"), "");
    center.post(Ring{call.leg, audio(5000)});
    last = next();
    EXPECT_EQ(
        answered(request("PRACK", 3, "RAck: " + header_of(last, "RSeq") + " 1 INVITE\r\n"), 3),
        200);
    raw.send(request("UPDATE", 4, {}, sdp(4004)));
    EXPECT_THAT(answer_to(4), testing::HasSubstr("m=audio 5000"));
    center.post(Accept{call.leg, audio(5000)});
    EXPECT_THAT(answer_to(1), testing::StartsWith("SIP/2.0 200"));
    raw.send(request("ACK", 1));
    center.expect<Confirmed>();
    EXPECT_EQ(center.expect<MediaChanged>().remote.port, 4004);
}

TEST_F(SipDialog, update_of_the_callee_before_its_answer) {
    center.post(invite_to(raw));
    const auto invite = next();
    raw.send(response_to(invite, "183 Session Progress", "one", raw,
                         "Require: 100rel\r\nRSeq: 1\r\n", sdp(4000)));
    center.expect<Progress>();
    raw.send(response_to(next(), "200 OK", "", raw));
    const auto from = header_of(invite, "From");
    call_id = header_of(invite, "Call-ID");
    to_tag = from.substr(from.find(";tag="));
    auto text = request("UPDATE", 1, {}, sdp(4044));
    text.replace(text.find(";tag=me"), 7, ";tag=one");
    raw.send(text);
    EXPECT_EQ(center.expect<Progress>().remote->port, 4044);
    EXPECT_THAT(answer_to(1), testing::StartsWith("SIP/2.0 200"));
}

TEST_F(SipDialog, glare_both_ways) {
    raw.send(request("INVITE", 1, "Session-Expires: 100;refresher=uas\r\nSupported: timer\r\n",
                     sdp(4000)));
    const auto call = center.expect<IncomingCall>();
    center.post(Accept{call.leg, audio(5000)});
    take_tag(answer_to(1));
    raw.send(request("ACK", 1));
    center.expect<Confirmed>();
    center.pass(seconds{51});
    const auto refresh = next();
    EXPECT_THAT(refresh, testing::StartsWith("INVITE sip:me@"));
    raw.send(request("INVITE", 2, {}, sdp(4002)));  // crosses ours
    EXPECT_THAT(answer_to(2), testing::StartsWith("SIP/2.0 491"));
    raw.send(request("ACK", 2));
    raw.send(response_to(refresh, "491 Request Pending", "", raw));
    std::string again;
    do again = next(milliseconds{3000});
    while (!again.empty() &&
           (again.find("INVITE") != 0 || header_of(again, "CSeq") == header_of(refresh, "CSeq")));
    EXPECT_THAT(again, testing::StartsWith("INVITE sip:me@"));
    EXPECT_THAT(again, testing::HasSubstr("m=audio 5000"));
    raw.send(
        response_to(again, "200 OK", "", raw, "Session-Expires: 100;refresher=uac\r\n", sdp(4000)));
    std::string ack;
    do ack = next();
    while (!ack.empty() && ack.find("ACK") != 0);
    EXPECT_EQ(std::stoi(header_of(ack, "CSeq")), std::stoi(header_of(again, "CSeq")));
    center.expect_nothing();
}

}  // namespace
}  // namespace seatline::sip
