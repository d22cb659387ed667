// Who calls: what is read of an INVITE, and what ours say by a trunk or to a phone.
#include "sip/testing_dialog.h"

namespace seatline::sip {
namespace {

using namespace testing_support;

class SipIdentity : public SipDialog {
protected:
    IncomingCall call_with(const std::string& headers) {
        call_id = "identity" + std::to_string(++calls);
        raw.send(request("INVITE", 1, headers, sdp(4000)));
        return center.expect<IncomingCall>();
    }

    int calls = 0;
};

TEST_F(SipIdentity, asserted_identity_and_privacy_of_a_trunk) {
    auto call = call_with(
        "P-Asserted-Identity: \"Li, Wei\" <sip:%2B8613912345678@carrier>, <tel:+1>\r\n"
        "Privacy: id\r\n");
    EXPECT_EQ(call.caller, "+8613912345678");
    EXPECT_EQ(call.caller_name, "Li, Wei");
    EXPECT_TRUE(call.hides_caller);
    call = call_with("P-Asserted-Identity: <tel:+8610>\r\nPrivacy: none\r\n");
    EXPECT_EQ(call.caller, "+8610");
    EXPECT_FALSE(call.hides_caller);
}

TEST_F(SipIdentity, diverted_by_history_or_diversion) {
    EXPECT_EQ(call_with({}).diverted_from, "");
    EXPECT_EQ(call_with("Diversion: <sip:4009@c>;reason=busy\r\n"
                        "Diversion: <sip:4010@c>;reason=no-answer\r\n")
                  .diverted_from,
              "4009");
    EXPECT_EQ(call_with("History-Info: <sip:first@c>;index=1, "
                        "<sip:4007@c?Reason=SIP%3Bcause%3D302>;index=1.1\r\n"
                        "History-Info: <sip:4008@c>;index=1.1.1;mp=1.1\r\n")
                  .diverted_from,
              "4007");
    EXPECT_EQ(call_with("History-Info: <<<,,\"\\\r\nDiversion: ;;\r\n").diverted_from, "");
}

TEST_F(SipIdentity, by_a_trunk_with_the_number_hidden) {
    center.post(SetTrunks{{},
                          {{TrunkId{5}, "sip:127.0.0.1:" + std::to_string(raw.port()), "u", "p",
                            false, seconds{0}}}});
    EXPECT_TRUE(center.expect<TrunkState>().up);
    auto invite = invite_to(raw);
    invite.request_uri.clear();
    invite.trunk = TrunkId{5};
    invite.number = "+86 10#1";
    invite.hide_caller = true;
    center.post(invite);
    auto text = next();
    EXPECT_THAT(text, testing::StartsWith("INVITE sip:+86%2010%231@127.0.0.1:"));
    EXPECT_THAT(header_of(text, "From"), testing::HasSubstr("<sip:anonymous@anonymous.invalid>"));
    EXPECT_THAT(header_of(text, "P-Asserted-Identity"), testing::StartsWith("<sip:4008@"));
    EXPECT_EQ(header_of(text, "Privacy"), "id");
    raw.send(response_to(text, "407 Proxy Authentication Required", "x", raw,
                         "Proxy-Authenticate: Digest realm=\"c\", nonce=\"n\"\r\n"));
    do text = next();
    while (text.find("INVITE") != 0 || header_of(text, "Proxy-Authorization").empty());
    EXPECT_THAT(header_of(text, "Proxy-Authorization"), testing::HasSubstr("username=\"u\""));
}

TEST_F(SipIdentity, a_trunk_without_a_gateway_ends_at_once) {
    auto invite = invite_to(raw);
    invite.trunk = TrunkId{77};
    invite.number = "1";
    center.post(invite);
    const auto ended = center.expect<Ended>();
    EXPECT_EQ(ended.sip_code, 480);
    EXPECT_EQ(ended.text, "the trunk has no gateway");
}

TEST_F(SipIdentity, asks_a_phone_to_answer_by_itself) {
    auto invite = invite_to(raw);
    invite.auto_answer = true;
    center.post(invite);
    const auto text = next();
    EXPECT_THAT(header_of(text, "Call-Info"), testing::HasSubstr("answer-after=0"));
    EXPECT_THAT(header_of(text, "Alert-Info"), testing::HasSubstr("info=alert-autoanswer"));
    EXPECT_EQ(header_of(text, "P-Asserted-Identity"), "");
}

}  // namespace
}  // namespace seatline::sip
