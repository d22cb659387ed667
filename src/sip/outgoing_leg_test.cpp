// Callees that misbehave: forks that answer twice, answers after CANCEL, silence.
#include "sip/testing_dialog.h"

namespace seatline::sip {
namespace {

using namespace testing_support;

TEST_F(SipDialog, second_2xx_of_a_fork_gets_ack_and_bye) {
    center.post(invite_to(raw));
    const auto invite = next();
    const auto ok = [&](const std::string& tag) {
        return response_to(invite, "200 OK", tag, raw, {}, sdp(4000));
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

TEST_F(SipDialog, ok_after_cancel_gets_ack_and_bye) {
    center.post(invite_to(raw));
    const auto invite = next();
    raw.send(response_to(invite, "180 Ringing", "one", raw));
    center.expect<Progress>();
    center.post(HangUp{LegId{2}});
    EXPECT_EQ(center.expect<Ended>().by, EndedBy::local);
    EXPECT_THAT(next(), testing::StartsWith("CANCEL "));
    raw.send(response_to(invite, "200 OK", "one", raw, {}, sdp(4000)));
    std::string message;
    do message = next();
    while (message.find("CANCEL") == 0);
    EXPECT_THAT(message, testing::StartsWith("ACK sip:one@"));
    do message = next();
    while (message.find("CANCEL") == 0);
    EXPECT_THAT(message, testing::StartsWith("BYE sip:one@"));
    center.expect_nothing();
}

class SipQuickDialog : public QuickSipDialog {};

TEST_F(SipQuickDialog, callee_that_never_answers_the_cancel_is_given_up) {
    center.post(invite_to(raw));
    const auto invite = next();
    raw.send(response_to(invite, "180 Ringing", "one", raw));
    center.expect<Progress>();
    center.post(HangUp{LegId{2}});
    center.expect<Ended>();
    while (!next(milliseconds{700}).empty()) {
    }
    std::string again;  // the id is free again when the old dialog has gone
    for (int i = 0; i < 50 && again.empty(); ++i) {
        center.post(invite_to(raw, LegId{2}));
        again = next(milliseconds{100});
    }
    EXPECT_THAT(again, testing::StartsWith("INVITE "));
}

TEST_F(SipQuickDialog, lost_ack_ends_the_call_with_a_bye) {
    answered_call();
    int copies = 0;
    std::string message;
    for (message = next(); message.find("SIP/2.0 200") == 0; message = next()) ++copies;
    EXPECT_GT(copies, 4);
    EXPECT_THAT(message, testing::StartsWith("BYE sip:me@127.0.0.1"));
    const auto ended = center.expect<Ended>();
    EXPECT_EQ(ended.text, "no ACK");
    EXPECT_EQ(ended.by, EndedBy::network);
    raw.send(response_to(message, "200 OK", "", raw));
    EXPECT_EQ(next(milliseconds{300}), "");
}

}  // namespace
}  // namespace seatline::sip
