// Early media and reliable provisional responses (RFC 3262) of both sides.
#include "sip/testing_dialog.h"

namespace seatline::sip {
namespace {

using namespace testing_support;

class SipProvisional : public SipDialog {
protected:
    /// INVITE with these headers, then our 183 with an early answer.
    LegId early_call(const std::string& more) {
        raw.send(request("INVITE", 1, more, sdp(4000)));
        const auto call = center.expect<IncomingCall>();
        center.post(Ring{call.leg, audio(5000)});
        last = next();
        EXPECT_THAT(last, testing::StartsWith("SIP/2.0 183"));
        EXPECT_THAT(last, testing::HasSubstr("m=audio 5000"));
        take_tag(last);
        return call.leg;
    }

    std::string rack() const { return "RAck: " + header_of(last, "RSeq") + " 1 INVITE\r\n"; }
};

TEST_F(SipProvisional, early_answer_is_repeated_in_the_200) {
    const auto leg = early_call({});
    EXPECT_EQ(header_of(last, "RSeq"), "");
    center.post(Accept{leg, audio(5000)});
    const auto ok = next();
    EXPECT_THAT(ok, testing::StartsWith("SIP/2.0 200"));
    EXPECT_EQ(ok.substr(ok.find("o=-")), last.substr(last.find("o=-")));
}

TEST_F(SipProvisional, reliable_183_is_repeated_until_the_prack_and_holds_the_200_back) {
    const auto leg = early_call("Supported: 100rel\r\n");
    EXPECT_THAT(header_of(last, "Require"), testing::HasSubstr("100rel"));
    center.post(Accept{leg, audio(5000)});
    EXPECT_EQ(next(), last);  // no 200, the 183 again
    EXPECT_EQ(answered(request("PRACK", 2, rack()), 2), 200);
    const auto ok = answer_to(1);
    EXPECT_THAT(ok, testing::StartsWith("SIP/2.0 200"));
    raw.send(request("ACK", 1));
    center.expect<Confirmed>();
}

TEST_F(SipProvisional, prack_of_nothing_or_twice_gets_481) {
    early_call("Supported: 100rel\r\n");
    EXPECT_EQ(answered(request("PRACK", 2, "RAck: 1 1 INVITE\r\n"), 2), 481);
    EXPECT_EQ(answered(request("PRACK", 3, rack()), 3), 200);
    EXPECT_EQ(answered(request("PRACK", 3, rack()), 3), 200);  // a copy of the same
    EXPECT_EQ(answered(request("PRACK", 4, rack()), 4), 481);
    EXPECT_EQ(answered(request("PRACK", 5), 5), 481);
}

TEST_F(SipProvisional, offer_in_a_prack_is_refused_and_the_call_goes_on) {
    const auto leg = early_call("Supported: 100rel\r\n");
    EXPECT_EQ(answered(request("PRACK", 2, rack(), sdp(4002)), 2), 488);
    center.post(Accept{leg, audio(5000)});
    EXPECT_THAT(answer_to(1), testing::StartsWith("SIP/2.0 200"));
}

TEST_F(SipProvisional, required_100rel_makes_180_reliable_and_one_at_a_time) {
    raw.send(request("INVITE", 1, "Require: 100rel\r\n", sdp(4000)));
    const auto call = center.expect<IncomingCall>();
    center.post(Ring{call.leg});
    center.post(Ring{call.leg, audio(5000)});
    last = next();
    EXPECT_THAT(last, testing::StartsWith("SIP/2.0 180"));
    const auto first = std::stoul(header_of(last, "RSeq"));
    take_tag(last);
    EXPECT_EQ(answered(request("PRACK", 2, rack()), 2), 200);
    last = next();
    EXPECT_THAT(last, testing::StartsWith("SIP/2.0 183"));
    EXPECT_EQ(std::stoul(header_of(last, "RSeq")), first + 1);
}

TEST_F(SipProvisional, reject_and_cancel_while_the_prack_is_out) {
    auto leg = early_call("Supported: 100rel\r\n");
    center.post(Reject{leg, 486});
    EXPECT_THAT(next(), testing::StartsWith("SIP/2.0 486"));
    center.expect<Ended>();
    raw.send(request("ACK", 1));
    EXPECT_EQ(answered(request("PRACK", 2, rack()), 2), 481);
    call_id = "second";
    to_tag.clear();
    leg = early_call("Supported: 100rel\r\n");
    to_tag.clear();
    raw.send(request("CANCEL", 1));
    EXPECT_EQ(center.expect<Ended>().sip_code, 487);
}

class SipQuickProvisional : public QuickSipDialog {};

TEST_F(SipQuickProvisional, prack_that_never_comes_ends_the_call) {
    raw.send(request("INVITE", 1, "Supported: 100rel\r\n", sdp(4000)));
    const auto call = center.expect<IncomingCall>();
    center.post(Ring{call.leg, audio(5000)});
    const auto ended = center.expect<Ended>();
    EXPECT_EQ(ended.text, "no PRACK");
    EXPECT_EQ(ended.by, EndedBy::network);
    std::string answer;
    do answer = next();
    while (answer.find("SIP/2.0 183") == 0);
    EXPECT_THAT(answer, testing::StartsWith("SIP/2.0 503"));
}

TEST_F(SipDialog, our_prack_answers_each_reliable_response_once_and_in_order) {
    center.post(invite_to(raw));
    const auto invite = next();
    EXPECT_THAT(header_of(invite, "Supported"), testing::HasSubstr("100rel"));
    const auto reliable = [&](const std::string& status, const std::string& tag, int rseq) {
        return response_to(invite, status, tag, raw,
                           "Require: 100rel\r\nRSeq: " + std::to_string(rseq) + "\r\n",
                           sdp(4000 + rseq));
    };
    raw.send(reliable("183 Session Progress", "one", 7));
    const auto prack = next();
    EXPECT_THAT(prack, testing::StartsWith("PRACK sip:one@"));
    EXPECT_EQ(header_of(prack, "RAck").substr(0, 2), "7 ");
    EXPECT_EQ(center.expect<Progress>().remote->port, 4007);
    raw.send(response_to(prack, "200 OK", "", raw));
    raw.send(reliable("183 Session Progress", "one", 7));  // our PRACK was slow
    raw.send(reliable("183 Session Progress", "one", 9));  // 8 was lost
    EXPECT_EQ(next(milliseconds{300}), "");
    raw.send(reliable("180 Ringing", "one", 8));
    EXPECT_EQ(header_of(next(), "RAck").substr(0, 2), "8 ");
    EXPECT_EQ(center.expect<Progress>().code, 180);
    raw.send(reliable("183 Session Progress", "two", 3));  // another fork
    EXPECT_THAT(next(), testing::StartsWith("PRACK sip:two@"));
    center.expect<Progress>();
    raw.send(response_to(invite, "200 OK", "one", raw));  // its answer came in the 180
    std::string ack;
    do ack = next();
    while (ack.find("PRACK") == 0);
    EXPECT_THAT(ack, testing::StartsWith("ACK sip:one@"));
    EXPECT_EQ(std::stoi(header_of(ack, "CSeq")), std::stoi(header_of(invite, "CSeq")));
    EXPECT_EQ(center.expect<Answered>().remote.port, 4008);
    center.post(HangUp{LegId{2}});
    std::string bye;
    do bye = next();
    while (bye.find("PRACK") == 0);
    EXPECT_THAT(bye, testing::StartsWith("BYE sip:one@"));
    EXPECT_GT(std::stoi(header_of(bye, "CSeq")), std::stoi(header_of(prack, "CSeq")));
}

}  // namespace
}  // namespace seatline::sip
