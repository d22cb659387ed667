// Two endpoints on 127.0.0.1 talk to each other: the server side ("center") and a phone or trunk
// ("peer").
#include "sip/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sip/testing.h"

namespace seatline::sip {
namespace {

using namespace testing_support;

class SipCall : public testing::Test {
protected:
    SipCall() {
        center.post(SetTrunks{{{TrunkId{9}, "127.0.0.1", peer.port()}}});
        peer.post(SetTrunks{{{TrunkId{1}, "127.0.0.1", center.port()}}});
        center.settle();
        peer.settle();
    }

    Invite to_center(LegId leg) {
        Invite invite;
        invite.leg = leg;
        invite.request_uri = "sip:4008@127.0.0.1:" + std::to_string(center.port());
        invite.from_user = "13800138000";
        invite.from_name = "Wang \"Xiao\"";
        invite.local = audio(4000);
        return invite;
    }

    /// A call from peer leg 2 that stands; the center's leg.
    LegId establish() {
        peer.post(to_center(LegId{2}));
        const auto call = center.expect<IncomingCall>();
        center.post(Accept{call.leg, audio(5000)});
        peer.expect<Answered>();
        center.expect<Confirmed>();
        return call.leg;
    }

    Node center;
    Node peer;
};

TEST_F(SipCall, rings_answers_and_ends_by_the_callee) {
    peer.post(to_center(LegId{2}));
    const auto call = center.expect<IncomingCall>();
    EXPECT_EQ(call.leg.value % 2, 1u);
    EXPECT_EQ(call.trunk, TrunkId{9});
    EXPECT_EQ(call.caller, "13800138000");
    EXPECT_EQ(call.caller_name, "Wang \"Xiao\"");
    EXPECT_EQ(call.called, "4008");
    ASSERT_TRUE(call.remote.has_value());
    EXPECT_EQ(call.remote->port, 4000);
    center.post(Ring{call.leg});
    EXPECT_EQ(peer.expect<Progress>().code, 180);
    center.post(Accept{call.leg, audio(5000)});
    EXPECT_EQ(peer.expect<Answered>().remote, audio(5000));
    EXPECT_EQ(center.expect<Confirmed>().leg, call.leg);
    center.post(HangUp{call.leg});
    const auto near = center.expect<Ended>();
    EXPECT_EQ(near.by, EndedBy::local);
    const auto far = peer.expect<Ended>();
    EXPECT_EQ(far.by, EndedBy::remote);
    EXPECT_EQ(far.sip_code, 200);
    center.expect_nothing();
    peer.expect_nothing();
}

TEST_F(SipCall, ends_by_the_caller_with_a_reason) {
    const auto leg = establish();
    peer.post(HangUp{LegId{2}, 0, "done"});
    const auto ended = center.expect<Ended>();
    EXPECT_EQ(ended.leg, leg);
    EXPECT_EQ(ended.by, EndedBy::remote);
    EXPECT_EQ(ended.q850_cause, 16);
}

TEST_F(SipCall, cancel_before_the_answer) {
    peer.post(to_center(LegId{2}));
    const auto call = center.expect<IncomingCall>();
    center.post(Ring{call.leg});
    peer.expect<Progress>();
    peer.post(HangUp{LegId{2}});
    EXPECT_EQ(peer.expect<Ended>().by, EndedBy::local);
    const auto ended = center.expect<Ended>();
    EXPECT_EQ(ended.sip_code, 487);
    EXPECT_EQ(ended.by, EndedBy::remote);
    center.post(Accept{call.leg, audio(5000)});  // was on its way: passed over
    center.expect_nothing();
    peer.expect_nothing();
}

TEST_F(SipCall, cancel_crosses_the_answer_and_becomes_a_bye) {
    for (std::uint64_t i = 1; i <= 20; ++i) {
        peer.post(to_center(LegId{2 * i}));
        const auto call = center.expect<IncomingCall>();
        center.post(Ring{call.leg});
        peer.expect<Progress>();
        center.post(Accept{call.leg, audio(5000)});
        peer.post(HangUp{LegId{2 * i}});
        while (center.expect_any<Confirmed, Ended>().index() == 0) {
        }
        while (peer.expect_any<Answered, Ended>().index() == 0) {
        }
    }
}

TEST_F(SipCall, busy_and_ring_timeout) {
    peer.post(to_center(LegId{2}));
    auto call = center.expect<IncomingCall>();
    center.post(Reject{call.leg, 486});
    const auto busy = peer.expect<Ended>();
    EXPECT_EQ(busy.sip_code, 486);
    EXPECT_EQ(busy.by, EndedBy::remote);
    EXPECT_EQ(busy.text, "486 Busy Here");
    EXPECT_EQ(center.expect<Ended>().by, EndedBy::local);

    auto invite = to_center(LegId{4});
    invite.ring_timeout = seconds{1};
    peer.post(invite);
    call = center.expect<IncomingCall>();
    center.post(Ring{call.leg});
    peer.expect<Progress>();
    const auto timed_out = peer.expect<Ended>();
    EXPECT_EQ(timed_out.sip_code, 408);
    EXPECT_EQ(timed_out.text, "no answer");
    EXPECT_EQ(center.expect<Ended>().sip_code, 487);
}

TEST_F(SipCall, info_digits_go_both_ways) {
    const auto leg = establish();
    peer.post(SendInfoDigit{LegId{2}, '#'});
    EXPECT_EQ(center.expect<InfoDigit>().digit, '#');
    center.post(SendInfoDigit{leg, '7'});
    EXPECT_EQ(peer.expect<InfoDigit>().digit, '7');
}

TEST_F(SipCall, unknown_legs_and_dead_ports_are_harmless) {
    center.post(HangUp{LegId{77}});
    center.post(Accept{LegId{77}, audio(1)});
    auto invite = to_center(LegId{2});
    invite.request_uri = "not a uri at all";
    peer.post(invite);
    EXPECT_EQ(peer.expect<Ended>().leg, LegId{2});
    invite.leg = LegId{4};
    invite.request_uri = "sip:x@127.0.0.1:1;transport=tcp";
    peer.post(invite);
    EXPECT_EQ(peer.expect<Ended>().by, EndedBy::network);
}

TEST_F(SipCall, over_tcp_and_reject_without_common_codec) {
    auto invite = to_center(LegId{2});
    invite.request_uri += ";transport=tcp";
    center.post(SetTrunks{{{TrunkId{3}, "127.0.0.0/8", 0}}});
    center.settle();
    peer.post(invite);
    auto call = center.expect<IncomingCall>();
    EXPECT_EQ(call.trunk, TrunkId{3});
    center.post(Accept{call.leg, audio(5000)});
    peer.expect<Answered>();
    center.expect<Confirmed>();
    center.post(HangUp{call.leg});
    EXPECT_EQ(peer.expect<Ended>().by, EndedBy::remote);
    center.expect<Ended>();

    peer.post(to_center(LegId{4}));
    call = center.expect<IncomingCall>();
    auto other = audio(5000);
    other.formats = {{"G722", 9, 8000}};
    center.post(Accept{call.leg, other});
    EXPECT_EQ(peer.expect<Ended>().sip_code, 488);
    EXPECT_EQ(center.expect<Ended>().sip_code, 488);
}

TEST_F(SipCall, shutdown_ends_every_call) {
    establish();
    center.stop();
    EXPECT_EQ(center.expect<Ended>().by, EndedBy::local);
    EXPECT_EQ(peer.expect<Ended>().by, EndedBy::remote);
}

TEST_F(SipCall, strangers_are_refused) {
    center.post(SetTrunks{});
    center.settle();
    peer.post(to_center(LegId{2}));
    EXPECT_EQ(peer.expect<Ended>().sip_code, 401);
    EXPECT_EQ(center.expect<Suspicious>().what, "INVITE of unknown user 13800138000");
}

TEST(sip_endpoint, a_port_in_use_is_a_clear_error) {
    Node first;
    Config config;
    config.port = first.port();
    const auto second = Endpoint::start(
        config, [](Event&&) {}, [] { return Instant{}; });
    ASSERT_TRUE(second.has_error());
    EXPECT_EQ(second.error().code, "unavailable");
    EXPECT_THAT(second.error().reason, testing::HasSubstr(std::to_string(first.port())));
}

}  // namespace
}  // namespace seatline::sip
