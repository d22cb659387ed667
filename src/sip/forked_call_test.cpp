// One leg that rings several phones: all contacts of several devices, the first answer wins.
#include "sip/forked_call.h"

#include <gmock/gmock.h>

#include "sip/digest.h"
#include "sip/testing_dialog.h"

namespace seatline::sip {
namespace {

using namespace testing_support;

class SipFork : public testing::Test {
protected:
    SipFork() {
        center.post(SetDevices{{device("8001"), device("8002")}});
        center.settle();
        for (auto [phone, user] : {std::pair{&desk, "8001"}, {&soft, "8001"}, {&second, "8002"}}) {
            phone->post(Register{"sip:127.0.0.1:" + std::to_string(center.port()), user, "secret"});
            EXPECT_TRUE(phone->expect<RegisterResult>().ok);
            center.expect<DeviceRegistered>();
        }
    }

    static DeviceCredential device(const std::string& user) {
        return {user, md5_hex(user + ":seatline:secret")};
    }

    void ring_all() {
        Invite invite;
        invite.leg = LegId{2};
        invite.device_user = "8001";
        invite.other_devices = {"8002", "8003"};
        invite.from_user = "4008";
        invite.local = audio(5000);
        center.post(invite);
        at_desk = desk.expect<IncomingCall>().leg;
        at_soft = soft.expect<IncomingCall>().leg;
        at_second = second.expect<IncomingCall>().leg;
    }

    Node center;
    Node desk;
    Node soft;
    Node second;
    LegId at_desk;
    LegId at_soft;
    LegId at_second;
};

TEST_F(SipFork, every_contact_rings_and_the_first_answer_cancels_the_others) {
    ring_all();
    desk.post(Ring{at_desk});
    EXPECT_EQ(center.expect<Progress>().leg, LegId{2});
    soft.post(Ring{at_soft});  // says nothing new
    second.post(Accept{at_second, audio(6000)});
    const auto answered = center.expect<Answered>();
    EXPECT_EQ(answered.leg, LegId{2});
    EXPECT_EQ(answered.remote.port, 6000);
    second.expect<Confirmed>();
    EXPECT_EQ(desk.expect<Ended>().text, "CANCEL");
    EXPECT_EQ(soft.expect<Ended>().text, "CANCEL");
    center.post(SendInfoDigit{LegId{2}, '5'});  // the winner is the leg
    EXPECT_EQ(second.expect<InfoDigit>().digit, '5');
    second.post(HangUp{at_second});
    EXPECT_EQ(center.expect<Ended>().by, EndedBy::remote);
    center.expect_nothing();
}

TEST_F(SipFork, two_answers_at_once_leave_one_call) {
    ring_all();
    desk.post(Accept{at_desk, audio(6000)});
    soft.post(Accept{at_soft, audio(6002)});
    second.post(Reject{at_second, 486});
    const auto answered = center.expect<Answered>();
    auto& loser = answered.remote.port == 6000 ? soft : desk;
    auto& winner = answered.remote.port == 6000 ? desk : soft;
    winner.expect<Confirmed>();
    while (loser.expect_any<Confirmed, Ended>().index() == 0) {  // ACK and BYE, or CANCEL
    }
    center.expect_nothing();
    winner.expect_nothing();
}

TEST_F(SipFork, all_refuse_and_the_best_refusal_is_told) {
    ring_all();
    desk.post(Reject{at_desk, 503});
    soft.post(Reject{at_soft, 486});
    center.expect_nothing();
    second.post(Reject{at_second, 404});
    EXPECT_EQ(center.expect<Ended>().sip_code, 486);
    center.expect_nothing();
}

TEST_F(SipFork, one_that_declines_for_everybody_ends_it) {
    ring_all();
    desk.post(Reject{at_desk, 603});
    EXPECT_EQ(center.expect<Ended>().sip_code, 603);
    EXPECT_EQ(soft.expect_any<Ended>().index(), 0u);
    center.expect_nothing();
}

TEST_F(SipFork, hang_up_reaches_all) {
    ring_all();
    center.post(HangUp{LegId{2}});
    const auto ended = center.expect<Ended>();
    EXPECT_EQ(ended.by, EndedBy::local);
    EXPECT_EQ(ended.leg, LegId{2});
    center.post(HangUp{LegId{2}});
    center.expect_nothing();
}

TEST_F(SipFork, early_media_of_one_phone_only) {
    ring_all();
    desk.post(Ring{at_desk, audio(6000)});
    EXPECT_EQ(center.expect<Progress>().remote->port, 6000);
    soft.post(Ring{at_soft, audio(6002)});
    center.expect_nothing();
    soft.post(Accept{at_soft, audio(6002)});
    EXPECT_EQ(center.expect<Answered>().remote.port, 6002);
}

TEST(sip_forked_call, ranks_of_final_responses) {
    EXPECT_LT(rank_of_failure(603), rank_of_failure(407));
    EXPECT_LT(rank_of_failure(401), rank_of_failure(302));
    EXPECT_LT(rank_of_failure(302), rank_of_failure(404));
    EXPECT_EQ(rank_of_failure(404), rank_of_failure(486));
    EXPECT_LT(rank_of_failure(486), rank_of_failure(500));
}

}  // namespace
}  // namespace seatline::sip
