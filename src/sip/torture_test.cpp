// Malformed and tortuous input over raw sockets: RFC 4475's messages, truncated and oversized
// datagrams, NULs, TCP garbage. Each gets the right answer or none, and the next good call is
// served.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "sip/testing.h"

namespace seatline::sip {
namespace {

using namespace testing_support;

struct TortureCase {
    const char* file;
    std::vector<int> allowed;  ///< statuses; 0: no answer; 486 is what the application says to a
                               ///< call that reaches it
};

std::string read_message(const std::string& name) {
    const auto path =
        std::filesystem::path(__FILE__).parent_path() / "../../tests/sip/torture" / (name + ".sip");
    std::ifstream file(path);
    if (!file) throw std::runtime_error("no " + path.string());
    std::string text;
    for (std::string line; std::getline(file, line);) text += line + "\r\n";
    const std::string mark = "Content-Length: auto";
    for (const std::string& spelling : {mark, std::string("l: auto")}) {
        if (const auto at = text.find(spelling); at != std::string::npos) {
            const auto body = text.size() - (text.find("\r\n\r\n") + 4);
            text.replace(at, spelling.size(), "Content-Length: " + std::to_string(body));
        }
    }
    return text;
}

class SipTorture : public testing::Test {
protected:
    SipTorture() {
        center.post(SetTrunks{{{TrunkId{1}, "127.0.0.0/8", 0}}});
        center.settle();
    }

    /// The final status that `text` gets; calls that reach the application are rejected with 486.
    int status_of(const RawPeer& raw, const std::string& text) {
        raw.send(text);
        for (int i = 0; i < 8; ++i) {
            if (const int status = raw.receive_status(milliseconds{40})) return status;
            if (auto event = center.poll()) {
                if (auto* call = std::get_if<IncomingCall>(&*event)) reject(*call);
            }
        }
        return 0;
    }

    void reject(const IncomingCall& call) { center.post(Reject{call.leg, 486}); }

    /// The event of `Kind` on `leg`; others are leftovers of the torture and pass, calls among them
    /// are rejected.
    template <class Kind>
    Kind await(Node& node, const std::function<bool(const Kind&)>& is_it) {
        const auto until = std::chrono::steady_clock::now() + seconds{5};
        while (std::chrono::steady_clock::now() < until) {
            auto event = node.poll(milliseconds{100});
            if (!event) continue;
            if (auto* found = std::get_if<Kind>(&*event); found != nullptr && is_it(*found))
                return *found;
            if (auto* call = std::get_if<IncomingCall>(&*event)) node.post(Reject{call->leg, 486});
        }
        throw std::runtime_error("no event came");
    }

    void expect_good_call(const std::string& after) {
        Invite invite;
        invite.leg = LegId{next_leg_ += 2};
        const auto called = "good" + std::to_string(invite.leg.value);
        invite.request_uri = "sip:" + called + "@127.0.0.1:" + std::to_string(center.port());
        invite.from_user = "1";
        invite.local = audio(4000);
        peer.post(invite);
        try {
            const auto call =
                await<IncomingCall>(center, [&](const auto& c) { return c.called == called; });
            center.post(Accept{call.leg, audio(5000)});
            await<Answered>(peer, [&](const auto& e) { return e.leg == invite.leg; });
            await<Confirmed>(center, [&](const auto& e) { return e.leg == call.leg; });
            peer.post(HangUp{invite.leg});
            await<Ended>(peer, [&](const auto& e) { return e.leg == invite.leg; });
            await<Ended>(center, [&](const auto& e) { return e.leg == call.leg; });
        } catch (const std::exception& e) {
            FAIL() << "no good call after " << after << ": " << e.what();
        }
    }

    Node center;
    Node peer;
    std::uint64_t next_leg_ = 0;
};

TEST_F(SipTorture, rfc_4475_messages) {
    const std::vector<TortureCase> cases{
        // 3.1.1 valid, if strange
        {"wsinv", {481}},            // has a To tag of no dialog of ours
        {"intmeth", {501, 400, 0}},  // this sofia drops it: "?" in a user part
        {"esc01", {486}},
        {"escnull", {401}},
        {"esc02", {501}},
        {"lwsdisp", {200}},
        {"longreq", {486}},
        {"dblreq", {401}},
        {"semiuri", {200}},
        {"transports", {200}},
        {"unreason", {0}},
        {"noreason", {0}},
        // 3.1.2 invalid
        {"badinv01", {400, 0}},
        {"clerr", {400}},
        {"ncl", {400}},
        {"scalar02", {400, 401}},
        {"scalarlg", {0}},
        {"quotbal", {400}},
        {"ltgtruri", {400}},
        {"lwsruri", {400, 0}},
        {"lwsstart", {400, 486}},
        {"trws", {400, 200}},
        {"escruri", {400, 486}},
        {"baddate", {486, 400}},
        {"regbadct", {400, 403}},
        {"badaspec", {400, 200}},
        {"baddn", {400, 200}},
        {"badvers", {505, 0}},
        {"mismatch01", {400}},
        {"mismatch02", {400, 501}},
        {"bigcode", {0}},
        // 3.2 and 3.3
        {"badbranch", {200}},
        {"insuf", {400}},
        {"unkscm", {416, 400}},
        {"novelsc", {416, 200}},
        {"unksm2", {401, 400}},
        {"bext01", {420}},
        {"invut", {415}},
        {"regaut01", {401, 403}},
        {"multi01", {400}},
        {"mcl01", {400}},
        {"bcast", {0}},
        {"zeromf", {483}},
        {"cparam01", {401, 400}},
        {"cparam02", {401, 400}},
        {"regescrt", {401}},
        {"sdp01", {486}},
        {"inv2543", {400}},  // no Contact: RFC 3261 12.1.1 needs it for a dialog
    };
    for (const auto& c : cases) {
        const RawPeer raw(center.port(), SOCK_DGRAM);
        EXPECT_THAT(c.allowed, testing::Contains(status_of(raw, read_message(c.file)))) << c.file;
        expect_good_call(c.file);
    }
}

std::string good_invite(int n, const std::string& more = {}, const std::string& body = {}) {
    return "INVITE sip:4008@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKgood" +
           std::to_string(n) + "\r\nFrom: <sip:a@b>;tag=" + std::to_string(n) +
           "\r\nTo: <sip:4008@c>\r\nCall-ID: good" + std::to_string(n) +
           "\r\nCSeq: 1 INVITE\r\nContact: <sip:a@127.0.0.1:9>\r\n" + more +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_F(SipTorture, datagrams_cut_off_at_every_length) {
    const auto whole =
        good_invite(1, "Content-Type: application/sdp\r\nMax-Forwards: 70\r\n",
                    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                    "m=audio 4000 RTP/AVP 8\r\n");
    const RawPeer raw(center.port(), SOCK_DGRAM);
    for (std::size_t size = 0; size < whole.size(); ++size) raw.send(whole.substr(0, size));
    while (auto event = center.poll(milliseconds{200})) {
        if (auto* call = std::get_if<IncomingCall>(&*event)) reject(*call);
    }
    expect_good_call("truncated datagrams");
}

TEST_F(SipTorture, nuls_huge_headers_and_junk) {
    const RawPeer raw(center.port(), SOCK_DGRAM);
    std::vector<std::string> messages{
        std::string(1, '\0'),
        std::string(100, '\0'),
        "\r\n\r\n",
        "a",
        std::string(65000, 'a'),
        std::string(65000, '\n'),
        std::string(60000, ':'),
        "\xff\xff\xff\xff",
        "SIP/2.0",
        "SIP/2.0 200 OK\r\n\r\n",
        good_invite(2, "X-Big: " + std::string(64000, 'x') + "\r\n"),
        good_invite(3, "X-NUL: a" + std::string(1, '\0') + "b\r\n"),
        good_invite(4, "Content-Type: application/sdp\r\n", "v=0\r\nm=audio\r\n"),
        good_invite(5, "Content-Type: application/sdp\r\n", std::string(40000, 'v')),
        good_invite(6, "Content-Type: application/sdp\r\n",
                    "v=0\r\nc=IN IP4 1.1.1.1\r\nm=video 5 RTP/AVP 31\r\n")};
    std::string many_vias, many_routes, many_params;
    for (int i = 0; i < 1500; ++i) many_vias += "Via: SIP/2.0/UDP h" + std::to_string(i) + "\r\n";
    for (int i = 0; i < 1500; ++i)
        many_routes += "Record-Route: <sip:h" + std::to_string(i) + ";lr>\r\n";
    for (int i = 0; i < 8000; ++i) many_params += ";p" + std::to_string(i);
    messages.push_back(good_invite(7, many_vias));
    messages.push_back(good_invite(8, many_routes));
    messages.push_back(good_invite(9, "Contact: <sip:x@y>" + many_params + "\r\n"));
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const auto start = std::chrono::steady_clock::now();
        raw.send(messages[i]);
        while (auto event = center.poll(milliseconds{20})) {
            if (auto* call = std::get_if<IncomingCall>(&*event)) reject(*call);
        }
        expect_good_call("message " + std::to_string(i));
        EXPECT_LT(std::chrono::steady_clock::now() - start, seconds{1}) << i;
    }
}

TEST_F(SipTorture, answer_too_large_to_send_then_an_ack) {
    // Vias that come back make the response larger than a datagram: its ACK must not find a
    // half-dead transaction.
    const RawPeer raw(center.port(), SOCK_DGRAM);
    std::string vias;
    while (vias.size() < 59'000) vias += "Via: SIP/2.0/UDP " + std::string(900, 'h') + "\r\n";
    const auto invite = good_invite(20, vias);
    raw.send(invite);
    auto ack = invite;
    for (auto at = ack.find("INVITE"); at != std::string::npos; at = ack.find("INVITE"))
        ack.replace(at, 6, "ACK");
    for (int i = 0; i < 5; ++i) {
        raw.send(ack);
        if (auto event = center.poll(milliseconds{20})) {
            if (auto* call = std::get_if<IncomingCall>(&*event)) reject(*call);
        }
    }
    expect_good_call("a response too large");
}

TEST_F(SipTorture, tcp_caller_goes_away_and_acks_over_udp) {
    // The final response can't be sent any more; an ACK that finds its transaction then must be
    // harmless.
    for (int i = 0; i < 20; ++i) {
        auto invite = good_invite(500 + i);
        auto ack = invite;
        invite.replace(invite.find("UDP 127.0.0.1"), 13, "TCP 127.0.0.1:1");
        ack.replace(ack.find("UDP 127.0.0.1"), 13, "UDP 127.0.0.1:1");
        for (auto at = ack.find("INVITE"); at != std::string::npos; at = ack.find("INVITE"))
            ack.replace(at, 6, "ACK");
        const RawPeer udp(center.port(), SOCK_DGRAM);
        auto tcp = std::make_unique<RawPeer>(center.port(), SOCK_STREAM);
        tcp->send(invite);
        const auto call = center.expect<IncomingCall>();
        tcp.reset();
        center.post(Reject{call.leg, 486});
        for (int n = 0; n < 20; ++n) udp.send(ack);
        center.expect<Ended>();
    }
    expect_good_call("a TCP caller that went away");
}

TEST_F(SipTorture, tcp_garbage_half_messages_and_pipelining) {
    std::vector<std::unique_ptr<RawPeer>> open;
    for (const std::string& text :
         {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(100'000, 'x'),
          std::string("INVITE sip:4008@c SIP/2.0\r\nVia: SIP/2.0/T"), std::string(5000, '\0'),
          std::string("\r\n\r\n"), good_invite(30).substr(0, 200)}) {
        open.push_back(std::make_unique<RawPeer>(center.port(), SOCK_STREAM));
        open.back()->send(text);
        expect_good_call("TCP garbage");
    }
    const RawPeer raw(center.port(), SOCK_STREAM);
    std::string options =
        "OPTIONS sip:c SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKo\r\nFrom: "
        "<sip:a@b>;tag=1\r\n"
        "To: <sip:c>\r\nCall-ID: o1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
    auto second = options;
    second.replace(second.find("o1"), 2, "o2");
    const auto both = options + second;
    for (const char c : both) raw.send({&c, 1});
    std::string answers;
    for (int i = 0; i < 10 && (answers.find("o2") == std::string::npos); ++i)
        answers += raw.receive(milliseconds{200});
    EXPECT_THAT(answers, testing::HasSubstr("Call-ID: o1"));
    EXPECT_THAT(answers, testing::HasSubstr("Call-ID: o2"));
}

TEST_F(SipTorture, methods_and_dialogs_that_do_not_exist) {
    const auto request = [](const std::string& method, const std::string& to_tag, int n) {
        return method + " sip:4008@c SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKm" +
               std::to_string(n) + "\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:4008@c>" + to_tag +
               "\r\nCall-ID: m" + std::to_string(n) + "\r\nCSeq: 1 " + method +
               "\r\nContact: <sip:a@b>\r\nContent-Length: 0\r\n\r\n";
    };
    int n = 0;
    const auto status = [&](const std::string& method, const std::string& to_tag) {
        const RawPeer raw(center.port(), SOCK_DGRAM);
        return status_of(raw, request(method, to_tag, ++n));
    };
    EXPECT_EQ(status("OPTIONS", ""), 200);
    EXPECT_EQ(status("FROB", ""), 501);
    EXPECT_EQ(status("SUBSCRIBE", ""), 403);
    EXPECT_EQ(status("BYE", ""), 481);
    EXPECT_EQ(status("CANCEL", ""), 481);
    EXPECT_EQ(status("PRACK", ""), 481);
    EXPECT_EQ(status("INVITE", ";tag=x"), 481);
    EXPECT_EQ(status("INFO", ";tag=x"), 481);
    EXPECT_EQ(status("ACK", ";tag=x"), 0);
    EXPECT_EQ(status("ACK", ""), 0);
    expect_good_call("unknown dialogs");
}

TEST_F(SipTorture, merged_and_looped_requests) {
    const RawPeer first(center.port(), SOCK_DGRAM);
    const RawPeer second(center.port(), SOCK_DGRAM);
    auto invite = good_invite(40);
    first.send(invite);
    const auto call = center.expect<IncomingCall>();
    invite.replace(invite.find("z9hG4bKgood"), 11, "z9hG4bKelse");
    second.send(invite);
    EXPECT_EQ(second.receive_status(), 482);
    center.post(Reject{call.leg, 486});
    EXPECT_EQ(first.receive_status(), 486);
    center.expect<Ended>();
    second.send(good_invite(41, "Via: SIP/2.0/UDP 127.0.0.1:" + std::to_string(center.port()) +
                                    ";branch=z9hG4bKloop\r\n"));
    EXPECT_EQ(second.receive_status(), 482);
}

}  // namespace
}  // namespace seatline::sip
