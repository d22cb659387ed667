// Phones (endpoints with Register) at a center's registrar, and calls to and from them.
#include <gmock/gmock.h>

#include "sip/digest.h"
#include "sip/testing.h"

namespace seatline::sip {
namespace {

using namespace testing_support;

DeviceCredential device(const std::string& user, const std::string& password = "secret") {
    return {user, md5_hex(user + ":seatline:" + password)};
}

class SipRegister : public testing::Test {
protected:
    static Config short_registrations() {
        Config config;
        config.registration_min_s = 1;
        return config;
    }

    Register registration(const std::string& user, const std::string& password = "secret",
                          std::uint32_t expires_s = 300) {
        return {"sip:127.0.0.1:" + std::to_string(center.port()) + suffix, user, password,
                expires_s};
    }

    void register_phone(const std::string& user) {
        center.post(SetDevices{{device(user)}});
        center.settle();
        phone.post(registration(user));
        EXPECT_TRUE(phone.expect<RegisterResult>().ok);
        EXPECT_EQ(center.expect<DeviceRegistered>().user, user);
    }

    Invite ring_device(LegId leg, const std::string& user) {
        Invite invite;
        invite.leg = leg;
        invite.device_user = user;
        invite.from_user = "4008";
        invite.local = audio(5000);
        invite.headers = {{"X-Seatline-Queue", "sales"}};
        return invite;
    }

    std::string suffix;
    Node center{short_registrations()};
    Node phone;
};

TEST_F(SipRegister, a_registered_phone_is_rung_and_unregisters) {
    register_phone("8001");
    center.post(ring_device(LegId{2}, "8001"));
    const auto call = phone.expect<IncomingCall>();
    EXPECT_EQ(call.called, "8001");
    EXPECT_EQ(call.caller, "4008");
    phone.post(Ring{call.leg});
    EXPECT_EQ(center.expect<Progress>().code, 180);
    phone.post(Accept{call.leg, audio(6000)});
    EXPECT_EQ(center.expect<Answered>().remote.port, 6000);
    phone.expect<Confirmed>();
    center.post(HangUp{LegId{2}});
    center.expect<Ended>();
    phone.expect<Ended>();

    phone.post(Unregister{"8001"});
    EXPECT_EQ(center.expect<DeviceUnregistered>().reason, "unregistered");
    EXPECT_TRUE(phone.expect<RegisterResult>().ok);
    center.post(ring_device(LegId{4}, "8001"));
    EXPECT_EQ(center.expect<Ended>().sip_code, 480);
}

TEST_F(SipRegister, over_tcp_the_registered_connection_carries_the_call) {
    suffix = ";transport=tcp";
    register_phone("8001");
    center.post(ring_device(LegId{2}, "8001"));
    const auto call = phone.expect<IncomingCall>();
    phone.post(Accept{call.leg, audio(6000)});
    center.expect<Answered>();
    phone.expect<Confirmed>();
    phone.post(HangUp{call.leg});
    phone.expect<Ended>();
    EXPECT_EQ(center.expect<Ended>().by, EndedBy::remote);
}

TEST_F(SipRegister, a_phone_calls_with_digest) {
    register_phone("8001");
    Invite invite;
    invite.leg = LegId{2};
    invite.request_uri = "sip:8002@127.0.0.1:" + std::to_string(center.port());
    invite.from_user = "8001";
    invite.auth_user = "8001";
    invite.auth_password = "secret";
    invite.local = audio(6000);
    phone.post(invite);
    const auto call = center.expect<IncomingCall>();
    EXPECT_EQ(call.device_user, "8001");
    EXPECT_FALSE(call.trunk);
    center.post(Accept{call.leg, audio(5000)});
    phone.expect<Answered>();
    center.expect<Confirmed>();
    phone.post(HangUp{LegId{2}});
    phone.expect<Ended>();
    center.expect<Ended>();

    invite.leg = LegId{4};
    invite.auth_password = "wrong";
    phone.post(invite);
    EXPECT_EQ(phone.expect<Ended>().sip_code, 403);
    EXPECT_EQ(center.expect<Suspicious>().what, "wrong digest for user 8001");
}

TEST_F(SipRegister, wrong_password_and_unknown_user_are_refused) {
    center.post(SetDevices{{device("8001")}});
    center.settle();
    phone.post(registration("8001", "guess"));
    const auto wrong = phone.expect<RegisterResult>();
    EXPECT_FALSE(wrong.ok);
    EXPECT_EQ(wrong.sip_code, 403);
    EXPECT_EQ(center.expect<Suspicious>().what, "wrong digest for user 8001");
    phone.post(registration("nobody"));  // who guesses names hears the same
    EXPECT_EQ(phone.expect<RegisterResult>().sip_code, 403);
    const auto unknown = center.expect<Suspicious>();
    EXPECT_EQ(unknown.what, "wrong digest for user nobody");
    EXPECT_EQ(unknown.count, 2u);  // "REGISTER of unknown user nobody" before it
}

TEST_F(SipRegister, ten_wrong_passwords_lock_the_address_but_not_the_phones_that_work_there) {
    center.post(SetDevices{{device("8001"), device("8002"), device("8003")}});
    center.settle();
    Config impatient;
    impatient.t1 = milliseconds{10};
    Node there{impatient};
    there.post(registration("8001"));
    EXPECT_TRUE(there.expect<RegisterResult>().ok);
    for (int i = 0; i < 10; ++i) {
        there.post(registration("8002", "guess" + std::to_string(i)));
        EXPECT_EQ(there.expect<RegisterResult>().sip_code, 403);
    }
    there.post(registration("8002"));  // right now, but nobody answers any more
    EXPECT_EQ(there.expect<RegisterResult>().sip_code, 408);
    there.post(registration("8003"));  // never registered here: locked with its address
    EXPECT_EQ(there.expect<RegisterResult>().sip_code, 408);
    there.post(registration("8001"));  // was here before
    EXPECT_TRUE(there.expect<RegisterResult>().ok);
    center.expect<DeviceRegistered>();
    EXPECT_EQ(center.expect<Suspicious>().count, 1u);
    EXPECT_EQ(center.expect<Suspicious>().count, 9u);
    const auto locked = center.expect<LockedOut>();
    EXPECT_TRUE(locked.locked);
    EXPECT_EQ(locked.source_address, "127.0.0.1");
    EXPECT_EQ(locked.why, "wrong digest for user 8002");
    EXPECT_EQ(locked.for_s, seconds{60});
}

TEST_F(SipRegister, sha_256_is_offered_first_and_serves) {
    const std::string a1 = "8001:seatline:secret";
    center.post(SetDevices{{{"8001", "", digest_hex(DigestAlgorithm::sha256, a1)}}});
    center.settle();
    phone.post(registration("8001"));  // no MD5 secret: only SHA-256 can have opened the door
    EXPECT_TRUE(phone.expect<RegisterResult>().ok);
    center.expect<DeviceRegistered>();
    const RawPeer raw(center.port(), SOCK_DGRAM);
    for (const std::string user : {"8001", "nobody"}) {
        raw.send("REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK" +
                 user + "\r\nFrom: <sip:" + user + "@x>;tag=1\r\nTo: <sip:" + user +
                 "@x>\r\nCall-ID: " + user + "\r\nCSeq: 1 REGISTER\r\nMax-Forwards: 70\r\n\r\n");
        const auto challenge = raw.receive();
        EXPECT_THAT(challenge, testing::StartsWith("SIP/2.0 401")) << user;
        EXPECT_LT(challenge.find("algorithm=SHA-256"), challenge.find("algorithm=MD5")) << user;
        EXPECT_THAT(challenge, testing::HasSubstr("algorithm=MD5")) << user;
    }
}

TEST_F(SipRegister, a_silent_phone_expires_and_a_short_ask_gets_423) {
    center.post(SetDevices{{device("8001")}});
    center.settle();
    const auto with_expires = [&](int expires, int cseq) {
        return "REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK" +
               std::to_string(cseq) +
               "\r\nFrom: <sip:8001@x>;tag=1\r\nTo: <sip:8001@x>\r\nCall-ID: reg\r\n" +
               "CSeq: " + std::to_string(cseq) +
               " REGISTER\r\nContact: <sip:8001@10.9.9.9:5>\r\nExpires: " +
               std::to_string(expires) + "\r\nMax-Forwards: 70\r\n";
    };
    const RawPeer raw(center.port(), SOCK_DGRAM);
    raw.send(with_expires(1, 1) + "\r\n");
    const auto challenge = raw.receive();
    const auto at = challenge.find("nonce=\"") + 7;
    DigestFields fields;
    fields.nonce = challenge.substr(at, challenge.find('"', at) - at);
    fields.uri = "sip:127.0.0.1";
    fields.qop = "auth";
    fields.cnonce = "x";
    const auto authorized = [&](int expires, int cseq, const std::string& nc) {
        fields.nc = nc;
        return with_expires(expires, cseq) +
               "Authorization: Digest username=\"8001\", realm=\"seatline\", nonce=\"" +
               fields.nonce + "\", uri=\"sip:127.0.0.1\", qop=auth, nc=" + nc +
               ", cnonce=\"x\", response=\"" +
               digest_response(device("8001").ha1, "REGISTER", fields) + "\"\r\n\r\n";
    };
    raw.send(authorized(1, 2, "00000001"));
    EXPECT_EQ(raw.receive_status(), 200);
    EXPECT_EQ(center.expect<DeviceRegistered>().contact_uri, "sip:8001@10.9.9.9:5");
    raw.send(authorized(1, 3, "00000001"));  // the count was used
    EXPECT_THAT(raw.receive(), testing::HasSubstr("stale=true"));
    raw.send(authorized(1, 2, "00000003") + "");  // retransmission of CSeq 2: the same answer again
    EXPECT_EQ(raw.receive_status(), 200);
    EXPECT_EQ(center.expect<DeviceUnregistered>().reason, "expired");
    raw.send(authorized(60, 4, "00000004"));
    EXPECT_EQ(raw.receive_status(), 200);
    center.expect<DeviceRegistered>();

    Node strict;  // at least 60 s
    strict.post(SetDevices{{device("8001")}});
    strict.settle();
    Register ask{"sip:127.0.0.1:" + std::to_string(strict.port()), "8001", "secret", 5};
    phone.post(ask);  // the phone takes the Min-Expires
    EXPECT_TRUE(phone.expect<RegisterResult>().ok);
    EXPECT_GT(strict.expect<DeviceRegistered>().expires_at, wall_now() + seconds{50});
}

TEST_F(SipRegister, refreshes_keep_the_binding_and_removed_devices_lose_it) {
    center.post(SetDevices{{device("8001")}});
    center.settle();
    phone.post(registration("8001", "secret", 2));
    EXPECT_TRUE(phone.expect<RegisterResult>().ok);
    center.expect<DeviceRegistered>();
    center.expect_nothing(seconds{3});
    center.post(SetDevices{});
    EXPECT_EQ(center.expect<DeviceUnregistered>().user, "8001");
}

TEST_F(SipRegister, a_thousand_phones_of_one_endpoint) {
    SetDevices devices;
    for (int i = 0; i < 1000; ++i) devices.devices.push_back(device(std::to_string(10000 + i)));
    center.post(devices);
    center.settle();
    for (const auto& d : devices.devices) phone.post(registration(d.user));
    for (int i = 0; i < 1000; ++i) {
        ASSERT_TRUE(phone.expect<RegisterResult>().ok);
        center.expect<DeviceRegistered>();
    }
}

TEST(sip_digest, response_of_rfc_2617) {
    DigestFields fields;
    fields.nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
    fields.uri = "/dir/index.html";
    fields.qop = "auth";
    fields.nc = "00000001";
    fields.cnonce = "0a4f113b";
    EXPECT_EQ(digest_response(md5_hex("Mufasa:testrealm@host.com:Circle Of Life"), "GET", fields),
              "6629fae49393a05397450978507c4ef1");
}

TEST(sip_digest, nonces_expire_and_cannot_be_forged) {
    NonceMint mint(seconds{10});
    const auto now = wall_now();
    auto nonce = mint.make(now);
    EXPECT_EQ(mint.check(nonce, now + seconds{9}), NonceMint::Verdict::fresh);
    EXPECT_EQ(mint.check(nonce, now + seconds{12}), NonceMint::Verdict::expired);
    nonce[3] = nonce[3] == '0' ? '1' : '0';
    EXPECT_EQ(mint.check(nonce, now), NonceMint::Verdict::forged);
    EXPECT_EQ(mint.check("", now), NonceMint::Verdict::forged);
    EXPECT_EQ(NonceMint(seconds{10}).check(mint.make(now), now), NonceMint::Verdict::forged);
}

TEST(sip_digest, a_nonce_count_serves_once_even_after_it_was_pushed_out) {
    NonceMint mint(seconds{10});
    ReplayWindow window;
    const auto first = mint.make(wall_now());
    EXPECT_TRUE(window.accept(first, 1));
    EXPECT_FALSE(window.accept(first, 1));
    EXPECT_TRUE(window.accept(first, 2));
    for (int i = 0; i < 8; ++i) EXPECT_TRUE(window.accept(mint.make(wall_now()), 1));
    EXPECT_FALSE(window.accept(first, 3));
}

}  // namespace
}  // namespace seatline::sip
