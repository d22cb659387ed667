// Transfers by phones: REFER, REFER with Replaces, and INVITE with Replaces.
#include "sip/dialog_name.h"
#include "sip/testing_dialog.h"

namespace seatline::sip {
namespace {

using namespace testing_support;

class SipRefer : public SipDialog {
protected:
    /// A NOTIFY to us, answered.
    std::string notify() {
        std::string text;
        do text = next();
        while (!text.empty() && text.find("NOTIFY") != 0);
        raw.send(response_to(text, "200 OK", "", raw));
        return text;
    }

    /// A second call of the same phone; returns its leg and the Replaces that names it.
    std::pair<LegId, std::string> second_call() {
        const auto tag = to_tag;
        call_id = "other@phone";
        to_tag.clear();
        const auto leg = standing_call();
        auto replaces = "other%40phone%3Bto-tag%3D" + to_tag.substr(5) + "%3Bfrom-tag%3Dme";
        call_id = "dialog1";
        to_tag = tag;
        return {leg, replaces};
    }
};

TEST_F(SipRefer, blind_transfer_is_told_step_by_step) {
    const auto leg = standing_call();
    raw.send(request("REFER", 2, "Refer-To: <sip:8002@center>\r\nReferred-By: <sip:me@x>\r\n"));
    const auto referred = center.expect<Referred>();
    EXPECT_EQ(referred.leg, leg);
    EXPECT_EQ(referred.target, "8002");
    EXPECT_EQ(referred.replaces, LegId{});
    EXPECT_FALSE(referred.replaces_unknown);
    center.post(AnswerRefer{leg, 202});
    EXPECT_THAT(answer_to(2), testing::StartsWith("SIP/2.0 202"));
    auto text = notify();
    EXPECT_THAT(text, testing::HasSubstr("SIP/2.0 100 Trying"));
    EXPECT_THAT(header_of(text, "Subscription-State"), testing::StartsWith("active;expires="));
    EXPECT_EQ(header_of(text, "Event"), "refer");
    EXPECT_THAT(header_of(text, "Content-Type"), testing::StartsWith("message/sipfrag"));
    center.post(NotifyRefer{leg, 180});
    EXPECT_THAT(notify(), testing::HasSubstr("SIP/2.0 180 Ringing"));
    center.post(NotifyRefer{leg, 200});
    text = notify();
    EXPECT_THAT(text, testing::HasSubstr("SIP/2.0 200 OK"));
    EXPECT_THAT(header_of(text, "Subscription-State"), testing::StartsWith("terminated"));
    center.post(NotifyRefer{leg, 200});  // over: passed over
    EXPECT_EQ(next(milliseconds{200}), "");
    raw.send(request("REFER", 3, "Refer-To: <sip:8003@center>\r\n"));
    center.expect<Referred>();
    center.post(AnswerRefer{leg, 202});
    EXPECT_EQ(header_of(notify(), "Event"), "refer;id=3");
}

TEST_F(SipRefer, attended_transfer_names_the_other_leg) {
    standing_call();
    const auto [other, replaces] = second_call();
    raw.send(request("REFER", 2, "Refer-To: <sip:8002@center?Replaces=" + replaces + ">\r\n"));
    EXPECT_EQ(center.expect<Referred>().replaces, other);
}

TEST_F(SipRefer, refer_with_replaces_of_an_unknown_dialog_says_so) {
    standing_call();
    raw.send(request("REFER", 2,
                     "Refer-To: <sip:8002@center?Replaces=no%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n"));
    const auto referred = center.expect<Referred>();
    EXPECT_EQ(referred.replaces, LegId{});
    EXPECT_TRUE(referred.replaces_unknown);
}

TEST_F(SipRefer, refused_silent_missing_target_and_two_at_once) {
    const auto leg = standing_call();
    EXPECT_EQ(answered(request("REFER", 2), 2), 400);
    EXPECT_EQ(answered(request("REFER", 3, "Refer-To: <mailto:x@y>\r\n"), 3), 416);
    raw.send(request("REFER", 4, "Refer-To: <sip:8002@center>\r\n"));
    center.expect<Referred>();
    EXPECT_EQ(answered(request("REFER", 5, "Refer-To: <sip:8003@center>\r\n"), 5), 491);
    center.post(AnswerRefer{leg, 603});
    EXPECT_THAT(answer_to(4), testing::StartsWith("SIP/2.0 603"));
    raw.send(request("REFER", 6,
                     "Refer-To: <sip:8002@center>\r\nRefer-Sub: false\r\n"
                     "Require: norefersub\r\n"));
    center.expect<Referred>();
    center.post(AnswerRefer{leg, 202});
    const auto answer = answer_to(6);
    EXPECT_THAT(answer, testing::StartsWith("SIP/2.0 202"));
    EXPECT_EQ(header_of(answer, "Refer-Sub"), "false");
    center.post(NotifyRefer{leg, 200});
    EXPECT_EQ(next(milliseconds{200}), "");
}

TEST_F(SipRefer, bye_right_after_the_refer_ends_both) {
    standing_call();
    raw.send(request("REFER", 2, "Refer-To: <sip:8002@center>\r\n"));
    const auto leg = center.expect<Referred>().leg;
    EXPECT_EQ(answered(request("BYE", 3), 3), 200);
    center.expect<Ended>();
    center.post(AnswerRefer{leg, 202});
    center.post(NotifyRefer{leg, 200});
    center.expect_nothing();
}

TEST_F(SipRefer, the_phone_ends_its_subscription) {
    const auto leg = standing_call();
    raw.send(request("REFER", 2, "Refer-To: <sip:8002@center>\r\n"));
    center.expect<Referred>();
    center.post(AnswerRefer{leg, 202});
    notify();
    EXPECT_EQ(answered(request("SUBSCRIBE", 3, "Event: refer\r\nExpires: 0\r\n"), 3), 200);
    EXPECT_THAT(header_of(notify(), "Subscription-State"), testing::StartsWith("terminated"));
    EXPECT_EQ(answered(request("SUBSCRIBE", 4, "Event: refer\r\n"), 4), 481);
    EXPECT_EQ(answered(request("SUBSCRIBE", 5, "Event: presence\r\n"), 5), 489);
}

TEST_F(SipRefer, outside_the_dialog_only_with_its_name) {
    const auto leg = standing_call();
    const auto ours = to_tag.substr(5);
    to_tag.clear();
    call_id = "refer@phone";
    EXPECT_EQ(answered(request("REFER", 1, "Refer-To: <sip:8002@center>\r\n"), 1), 403);
    call_id = "refer2@phone";
    raw.send(request("REFER", 1,
                     "Refer-To: <sip:8002@center>\r\nTarget-Dialog: dialog1;local-tag=me;"
                     "remote-tag=" +
                         ours + "\r\n"));
    EXPECT_EQ(center.expect<Referred>().leg, leg);
    center.post(AnswerRefer{leg, 202});
    const auto answer = answer_to(1);
    EXPECT_THAT(answer, testing::StartsWith("SIP/2.0 202"));
    take_tag(answer);
    const auto text = notify();
    EXPECT_EQ(header_of(text, "Call-ID"), "refer2@phone");
    EXPECT_EQ(answered(request("OPTIONS", 2), 2), 481);
    EXPECT_EQ(answered(request("SUBSCRIBE", 3, "Event: refer\r\nExpires: 0\r\n"), 3), 200);
}

TEST_F(SipRefer, invite_with_replaces_names_the_leg) {
    const auto leg = standing_call();
    const auto replaces = "Replaces: dialog1;from-tag=me;to-tag=" + to_tag.substr(5);
    const auto try_it = [&](const std::string& id, const std::string& header) {
        call_id = id;
        to_tag.clear();
        raw.send(request("INVITE", 1, header, sdp(4002)));
        std::string answer;
        do answer = next();
        while (!answer.empty() && header_of(answer, "Call-ID") != id);
        const int status = answer.empty() ? 0 : std::stoi(answer.substr(8, 3));
        return status;
    };
    EXPECT_EQ(try_it("r1", "Replaces: dialog1;from-tag=me;to-tag=no\r\n"), 481);
    EXPECT_EQ(try_it("r2", replaces + ";early-only\r\n"), 486);
    EXPECT_EQ(try_it("r3", replaces + "\r\n" + replaces + "\r\n"), 400);
    EXPECT_EQ(try_it("r4", "Replaces: dialog1\r\n"), 400);
    call_id = "r5";
    to_tag.clear();
    raw.send(request("INVITE", 1, "Require: replaces\r\n" + replaces + "\r\n", sdp(4002)));
    EXPECT_EQ(center.expect<IncomingCall>().replaces, leg);
}

TEST_F(SipRefer, invite_with_replaces_of_a_call_that_rings_here_is_refused) {
    raw.send(request("INVITE", 1, {}, sdp(4000)));
    const auto call = center.expect<IncomingCall>();
    center.post(Ring{call.leg});
    const auto ringing = next();
    take_tag(ringing);
    const auto replaces = "Replaces: dialog1;from-tag=me;to-tag=" + to_tag.substr(5) + "\r\n";
    call_id = "r1";
    to_tag.clear();
    EXPECT_EQ(answered(request("INVITE", 1, replaces, sdp(4002)), 1), 481);
}

TEST_F(SipRefer, invite_with_replaces_picks_up_a_phone_that_rings) {
    center.post(invite_to(raw));
    const auto invite = next();
    raw.send(response_to(invite, "180 Ringing", "phone7", raw));
    center.expect<Progress>();
    const auto from = header_of(invite, "From");
    const auto ours = from.substr(from.find(";tag=") + 5);
    raw.send(request("INVITE", 1,
                     "Replaces: " + header_of(invite, "Call-ID") + ";to-tag=" + ours +
                         ";from-tag=phone7;early-only\r\n",
                     sdp(4002)));
    EXPECT_EQ(center.expect<IncomingCall>().replaces, LegId{2});
}

TEST(sip_dialog_name, reads_what_is_complete) {
    const auto name = read_replaces(" a@b ;x=1; From-Tag = t ;to-tag=o;early-only");
    ASSERT_TRUE(name.has_value());
    EXPECT_EQ(name->call_id, "a@b");
    EXPECT_EQ(name->local_tag, "o");
    EXPECT_EQ(name->remote_tag, "t");
    EXPECT_TRUE(name->early_only);
    for (const char* text : {"", ";", "a;to-tag=1", "a;to-tag=;from-tag=2", ";to-tag=1;from-tag=2"})
        EXPECT_FALSE(read_replaces(text).has_value()) << text;
    EXPECT_EQ(read_target_dialog("c;local-tag=t;remote-tag=o")->local_tag, "o");
    EXPECT_EQ(replaces_in_headers("Require=replaces&replaces=a%40b%3Bto-tag%3D1"), "a@b;to-tag=1");
    EXPECT_EQ(replaces_in_headers("a=b&&c"), "");
    EXPECT_EQ(replaces_in_headers("Replaces=%4"), "%4");
}

}  // namespace
}  // namespace seatline::sip
