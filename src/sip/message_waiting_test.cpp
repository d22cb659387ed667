// Message-waiting lamps: NOTIFY to subscribers and to phones that never subscribed.
#include "sip/digest.h"
#include "sip/testing_dialog.h"

namespace seatline::sip {
namespace {

using namespace testing_support;

class SipMessageWaiting : public SipDialog {
protected:
    SipMessageWaiting() {
        center.post(SetDevices{{{user, ha1}}});
        center.settle();
    }

    /// Sends it, answers the challenge, and returns the final response.
    std::string authorized(const std::string& method, int cseq, const std::string& more) {
        const auto send = [&](int number, const std::string& headers) {
            auto text = request(method, number, more + headers);
            if (method == "REGISTER")
                text.replace(text.find("To: <sip:4008@c>"), 16, "To: <sip:" + user + "@c>");
            raw.send(text);
            return answer_to(number);
        };
        const auto challenge = send(cseq, {});
        EXPECT_THAT(challenge, testing::StartsWith("SIP/2.0 401"));
        DigestFields fields;
        const auto at = challenge.find("nonce=\"") + 7;
        fields.nonce = challenge.substr(at, challenge.find('"', at) - at);
        fields.uri = "sip:4008@127.0.0.1";
        fields.qop = "auth";
        fields.cnonce = "x";
        fields.nc = "00000001";
        return send(cseq + 1, "Authorization: Digest username=\"" + user +
                                  "\", realm=\"seatline\", nonce=\"" + fields.nonce + "\", uri=\"" +
                                  fields.uri +
                                  "\", qop=auth, nc=00000001, cnonce=\"x\", response=\"" +
                                  digest_response(ha1, method, fields) + "\"\r\n");
    }

    std::string notify() {
        std::string text;
        do text = next();
        while (!text.empty() && text.find("NOTIFY") != 0);
        raw.send(response_to(text, "200 OK", "", raw));
        return text;
    }

    std::string user = "13800138000";
    std::string ha1 = md5_hex(user + ":seatline:secret");
};

TEST_F(SipMessageWaiting, subscriber_is_told_now_at_each_change_and_at_the_end) {
    center.post(SetMessagesWaiting{user, 2, 5});
    const auto ok = authorized("SUBSCRIBE", 1, "Event: message-summary;id=4\r\nExpires: 600\r\n");
    EXPECT_THAT(ok, testing::StartsWith("SIP/2.0 200"));
    EXPECT_EQ(header_of(ok, "Expires"), "600");
    auto text = notify();
    EXPECT_EQ(header_of(text, "Event"), "message-summary;id=4");
    EXPECT_THAT(header_of(text, "Subscription-State"), testing::StartsWith("active;expires="));
    EXPECT_THAT(text, testing::HasSubstr("Messages-Waiting: yes\r\n"));
    EXPECT_THAT(text, testing::HasSubstr("Voice-Message: 2/5\r\n"));
    center.post(SetMessagesWaiting{user, 0, 7});
    EXPECT_THAT(notify(), testing::HasSubstr("Voice-Message: 0/7\r\n"));
    take_tag(ok);
    raw.send(request("SUBSCRIBE", 3, "Event: message-summary\r\nExpires: 900\r\n"));
    EXPECT_EQ(header_of(answer_to(3), "Expires"), "900");
    EXPECT_NE(notify(), "");
    EXPECT_EQ(answered(request("SUBSCRIBE", 4, "Event: message-summary\r\nExpires: 9\r\n"), 4),
              423);
    EXPECT_EQ(answered(request("SUBSCRIBE", 5, "Event: dialog\r\nExpires: 900\r\n"), 5), 489);
    EXPECT_EQ(answered(request("SUBSCRIBE", 6, "Event: message-summary\r\nExpires: 0\r\n"), 6),
              200);
    EXPECT_EQ(header_of(notify(), "Subscription-State"), "terminated;reason=timeout");
    EXPECT_EQ(answered(request("SUBSCRIBE", 7, "Event: message-summary\r\n"), 7), 481);
}

TEST_F(SipMessageWaiting, subscription_ends_when_nobody_refreshes_it) {
    authorized("SUBSCRIBE", 1, "Event: message-summary\r\nExpires: 60\r\n");
    notify();
    center.pass(seconds{61});
    EXPECT_EQ(header_of(notify(), "Subscription-State"), "terminated;reason=timeout");
    center.post(SetMessagesWaiting{user, 1, 0});
    EXPECT_EQ(next(milliseconds{200}), "");
}

TEST_F(SipMessageWaiting, phone_that_forgot_its_subscription_is_dropped) {
    authorized("SUBSCRIBE", 1, "Event: message-summary\r\nExpires: 600\r\n");
    std::string text;
    do text = next();
    while (text.find("NOTIFY") != 0);
    center.post(SetMessagesWaiting{user, 1, 0});  // waits for the answer
    raw.send(response_to(text, "481 Subscription does not exist", "", raw));
    EXPECT_EQ(next(milliseconds{300}), "");
}

TEST_F(SipMessageWaiting, a_registered_phone_without_a_subscription_is_told) {
    EXPECT_THAT(authorized("REGISTER", 1, "Expires: 600\r\n"), testing::StartsWith("SIP/2.0 200"));
    center.post(SetMessagesWaiting{user, 1, 0});
    const auto text = notify();
    EXPECT_THAT(text, testing::StartsWith("NOTIFY sip:me@127.0.0.1"));
    EXPECT_THAT(text, testing::HasSubstr("Voice-Message: 1/0\r\n"));
}

TEST_F(SipMessageWaiting, strangers_and_other_events_are_refused) {
    center.post(SetDevices{});
    center.settle();
    EXPECT_EQ(answered(request("SUBSCRIBE", 1, "Event: message-summary\r\n"), 1), 403);
    center.post(SetDevices{{{user, ha1}}});
    center.settle();
    call_id = "presence";
    EXPECT_THAT(authorized("SUBSCRIBE", 2, "Event: presence\r\n"),
                testing::StartsWith("SIP/2.0 489"));
    call_id = "short";
    EXPECT_THAT(authorized("SUBSCRIBE", 4, "Event: message-summary\r\nExpires: 5\r\n"),
                testing::StartsWith("SIP/2.0 423"));
}

}  // namespace
}  // namespace seatline::sip
