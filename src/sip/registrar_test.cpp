// The rules of the bindings (RFC 3261 10.3, RFC 3327, RFC 5626) by messages on the wire.
#include "sip/registrar.h"

#include <gmock/gmock.h>

#include "sip/testing_register.h"

namespace seatline::sip {
namespace {

using namespace testing_support;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class SipBindings : public testing::Test {
protected:
    SipBindings() {
        center.post(SetDevices{{{"8001", md5_hex("8001:seatline:secret")}}});
        center.settle();
    }

    static Config config() {
        Config config;
        config.registration_min_s = 1;
        config.contacts_per_device = 3;
        return config;
    }

    void ring(LegId leg) {
        Invite invite;
        invite.leg = leg;
        invite.device_user = "8001";
        invite.from_user = "4008";
        invite.local = audio(5000);
        center.post(invite);
    }

    Node center{config()};
};

TEST_F(SipBindings, several_devices_with_one_account_and_the_last_one_ends_it) {
    RawPhone desk(center, "8001");
    RawPhone soft(center, "8001", SOCK_STREAM);
    desk.call_id = "desk";
    soft.call_id = "soft";
    EXPECT_THAT(desk.register_with(desk.own_contact()), StartsWith("SIP/2.0 200"));
    center.expect<DeviceRegistered>();
    const auto both = soft.register_with(soft.own_contact());
    EXPECT_THAT(both, HasSubstr(std::to_string(desk.peer.port())));
    EXPECT_THAT(both, HasSubstr(std::to_string(soft.peer.port())));
    EXPECT_THAT(center.expect<DeviceRegistered>().contact_uri, HasSubstr("transport=tcp"));
    EXPECT_THAT(desk.register_with(desk.own_contact(";expires=0")), StartsWith("SIP/2.0 200"));
    center.expect_nothing();
    EXPECT_THAT(soft.register_with(soft.own_contact(";expires=0")), StartsWith("SIP/2.0 200"));
    EXPECT_EQ(center.expect<DeviceUnregistered>().user, "8001");
}

TEST_F(SipBindings, one_device_too_many_pushes_the_oldest_out) {
    RawPhone phone(center, "8001");
    std::string last;
    for (const char* host : {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"}) {
        last = phone.register_with("Contact: <sip:8001@" + std::string(host) + ">\r\n");
        center.expect<DeviceRegistered>();
    }
    EXPECT_THAT(last, Not(HasSubstr("10.0.0.1>")));
    EXPECT_THAT(last, HasSubstr("10.0.0.2>"));
    EXPECT_THAT(last, HasSubstr("10.0.0.4>"));
}

TEST_F(SipBindings, a_phone_that_came_back_at_another_address_keeps_one_binding) {
    RawPhone phone(center, "8001");
    const std::string flow =
        ";+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\";reg-id=";
    (void)phone.register_with("Contact: <sip:8001@10.0.0.1>" + flow + "1\r\n");
    center.expect<DeviceRegistered>();
    phone.call_id = "after-reboot";
    const auto again = phone.register_with("Contact: <sip:8001@10.0.0.2>" + flow + "1\r\n");
    EXPECT_THAT(again, Not(HasSubstr("10.0.0.1")));
    EXPECT_THAT(again, HasSubstr("10.0.0.2>"));
    EXPECT_THAT(again, HasSubstr("000A95A0E128>\";reg-id=1"));
    center.expect<DeviceRegistered>();
    const auto second_flow = phone.register_with("Contact: <sip:8001@10.0.0.3>" + flow + "2\r\n");
    EXPECT_THAT(second_flow, HasSubstr("10.0.0.2>"));
    EXPECT_THAT(second_flow, HasSubstr("10.0.0.3>"));
}

TEST_F(SipBindings, an_old_register_that_comes_late_changes_nothing) {
    RawPhone phone(center, "8001");
    phone.cseq = 10;
    (void)phone.register_with(phone.own_contact());
    center.expect<DeviceRegistered>();
    phone.cseq = 4;
    EXPECT_THAT(phone.register_with(phone.own_contact(";expires=0")), StartsWith("SIP/2.0 500"));
    phone.cseq = 5;
    EXPECT_THAT(phone.register_with("Contact: *\r\nExpires: 0\r\n"), StartsWith("SIP/2.0 500"));
    center.expect_nothing();
}

TEST_F(SipBindings, the_wildcard_ends_all_and_only_with_expires_0) {
    RawPhone phone(center, "8001");
    (void)phone.register_with(phone.own_contact() + "Contact: <sip:8001@10.0.0.9>\r\n");
    center.expect<DeviceRegistered>();
    center.expect<DeviceRegistered>();
    EXPECT_THAT(phone.register_with("Contact: *\r\n"), StartsWith("SIP/2.0 400"));
    EXPECT_THAT(phone.register_with("Contact: *\r\nExpires: 60\r\n"), StartsWith("SIP/2.0 400"));
    EXPECT_THAT(phone.register_with("Contact: *\r\nContact: <sip:8001@10.0.0.1>\r\nExpires: 0\r\n"),
                StartsWith("SIP/2.0 400"));
    center.expect_nothing();
    EXPECT_THAT(phone.register_with("Contact: *\r\nExpires: 0\r\n"), Not(HasSubstr("Contact")));
    center.expect<DeviceUnregistered>();
}

TEST_F(SipBindings, one_bad_contact_refuses_the_whole_request) {
    RawPhone phone(center, "8001");
    const auto response =
        phone.register_with(phone.own_contact() + "Contact: <mailto:8001@10.0.0.1>\r\n");
    EXPECT_THAT(response, StartsWith("SIP/2.0 400"));
    center.expect_nothing();
}

TEST_F(SipBindings, path_is_kept_echoed_and_becomes_the_route) {
    RawPhone phone(center, "8001");
    const RawPeer edge(center.port(), SOCK_DGRAM);
    const auto path =
        "<sip:127.0.0.1:" + std::to_string(edge.port()) + ";lr>, <sip:inner;lr>, <sip:last;lr>";
    const auto headers = "Contact: <sip:8001@10.9.9.9>\r\nSupported: path\r\nPath: " +
                         path.substr(0, path.rfind(",")) + "\r\nPath: <sip:last;lr>\r\n";
    const auto answer = phone.register_with(headers);
    EXPECT_EQ(header_values(answer, "Path"), path);
    center.expect<DeviceRegistered>();
    ring(LegId{2});
    const auto invite = edge.receive();
    EXPECT_THAT(invite, StartsWith("INVITE sip:8001@10.9.9.9 "));
    EXPECT_EQ(header_values(invite, "Route"), path);
}

TEST_F(SipBindings, behind_a_nat_requests_go_where_the_register_came_from) {
    RawPhone phone(center, "8001");
    const auto response = phone.register_with("Contact: <sip:8001@192.168.7.7:5060>\r\n");
    const auto via = header_values(response, "Via");
    EXPECT_THAT(via, HasSubstr("received=127.0.0.1"));
    EXPECT_THAT(via, HasSubstr("rport=" + std::to_string(phone.peer.port())));
    center.expect<DeviceRegistered>();
    ring(LegId{2});
    EXPECT_THAT(phone.peer.receive(), StartsWith("INVITE sip:8001@192.168.7.7:5060 "));
}

TEST_F(SipBindings, keep_alives_over_tcp_are_answered) {
    RawPhone phone(center, "8001", SOCK_STREAM);
    (void)phone.register_with(phone.own_contact());
    phone.peer.send("\r\n\r\n");
    EXPECT_EQ(phone.peer.receive(), "\r\n");
}

}  // namespace

/// Time is given here: 25 s of a phone behind a NAT.
TEST(sip_registrar, only_phones_behind_a_nat_get_keep_alives_until_they_are_gone) {
    TimerQueue timers([] {});
    int told = 0;
    Registrar registrar(
        timers, [](Event&&) {}, 5);
    registrar.on_keep_alive([&](const Binding& binding) {
        EXPECT_EQ(binding.contact_uri, "sip:8001@192.168.1.2");
        ++told;
    });
    registrar.set_devices({{"8001", "x"}});
    const Instant start = from_unix_us(1'000'000'000);
    Binding binding;
    binding.registered_at = start;
    binding.expires_at = start + seconds{60};
    binding.contact_uri = "sip:8001@10.0.0.1";
    registrar.bind("8001", binding);
    binding.contact_uri = "sip:8001@192.168.1.2";
    binding.is_behind_nat = true;
    registrar.bind("8001", binding);
    timers.run(start + seconds{24});
    EXPECT_EQ(told, 0);
    timers.run(start + seconds{26});
    EXPECT_EQ(told, 1);
    binding.registered_at = start + seconds{30};
    binding.expires_at = start + seconds{90};
    registrar.bind("8001", binding);  // a refresh
    timers.run(start + seconds{51});
    EXPECT_EQ(told, 2);
    timers.run(start + seconds{200});
    EXPECT_EQ(told, 3);
    EXPECT_FALSE(timers.next());
}

}  // namespace seatline::sip
