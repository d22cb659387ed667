#include "sip/sdp/sdp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "sip/sdp/crypto.h"

namespace seatline::sip::sdp {
namespace {

const std::string phone_offer =
    "v=0\r\no=bob 2808844564 2808844564 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"
    "m=audio 49172 RTP/AVP 8 0 97 101\r\na=rtpmap:97 iLBC/8000\r\na=rtpmap:101 "
    "Telephone-Event/8000\r\n"
    "a=fmtp:101 0-15\r\na=ptime:30\r\na=rtcp:50000 IN IP4 192.0.2.7\r\na=mid:a1\r\n";

MediaDescription local_audio() {
    return {"127.0.0.1",
            4000,
            0,
            20,
            MediaDirection::sendrecv,
            {{"PCMA", 8, 8000}, {"telephone-event", 101, 8000}}};
}

MediaDescription described(const std::string& text) {
    const auto session = parse(text);
    EXPECT_TRUE(session.has_value()) << session.error().text();
    const auto index = usable_audio(*session);
    EXPECT_LT(index, session->media.size());
    return describe(*session, index);
}

TEST(sdp, reads_a_phones_offer) {
    const auto audio = described(phone_offer);
    EXPECT_EQ(audio.address, "192.0.2.7");
    EXPECT_EQ(audio.port, 49172);
    EXPECT_EQ(audio.rtcp_port, 50000);
    EXPECT_EQ(audio.ptime_ms, 30);
    EXPECT_THAT(audio.formats,
                testing::ElementsAre(PayloadFormat{"PCMA", 8, 8000}, PayloadFormat{"PCMU", 0, 8000},
                                     PayloadFormat{"ILBC", 97, 8000},
                                     PayloadFormat{"telephone-event", 101, 8000}));
}

TEST(sdp, media_lines_connection_wins_over_the_sessions_and_lf_alone_ends_a_line) {
    const auto audio = described(
        "v=0\no=- 1 1 IN IP4 10.0.0.1\ns=-\nc=IN IP4 10.0.0.1\nt=0 0\na=recvonly\n"
        "m=video 5000 RTP/AVP 96\nm=audio 4002/2 RTP/AVP 0 0 200 x\nc=IN IP6 ::1\n");
    EXPECT_EQ(audio.address, "::1");
    EXPECT_EQ(audio.direction, MediaDirection::recvonly);
    EXPECT_THAT(audio.formats, testing::ElementsAre(PayloadFormat{"PCMU", 0, 8000}));
}

TEST(sdp, old_style_hold_reads_as_sendonly) {
    EXPECT_EQ(described("v=0\nc=IN IP4 0.0.0.0\nm=audio 9 RTP/AVP 8\n").direction,
              MediaDirection::sendonly);
}

TEST(sdp, unusable_bodies_are_errors_or_have_no_audio) {
    for (const char* text :
         {"", "garbage", "v=1\nm=audio 1 RTP/AVP 0\n", "v=0\n", "v=0\nm=audio\n",
          "v=0\nm=audio 70000 RTP/AVP 0\n", "v=0\nm=audio 5 RTP/AVP\n", "v=0\nc=IN IP4 host.name\n",
          "v=0\nc=IN IP4\n", "v=0\nm=audio -1 RTP/AVP 0\n"}) {
        EXPECT_TRUE(parse(text).has_error()) << text;
    }
    for (const char* text :
         {"v=0\nm=audio 4000 RTP/AVP 0\n", "v=0\nc=IN IP4 1.2.3.4\nm=audio 0 RTP/AVP 0\n",
          "v=0\nc=IN IP4 1.2.3.4\nm=audio 5 RTP/SAVP 0\n",
          "v=0\nc=IN IP4 1.2.3.4\nm=audio 5 RTP/AVP 96\n",
          "v=0\nc=IN IP4 1.2.3.4\nm=video 5 RTP/AVP 0\n"}) {
        const auto session = parse(text);
        ASSERT_TRUE(session.has_value()) << text;
        EXPECT_EQ(usable_audio(*session), session->media.size()) << text;
    }
}

TEST(sdp, limits_hold_and_huge_input_takes_linear_time) {
    std::string many = "v=0\nc=IN IP4 1.2.3.4\n";
    for (int i = 0; i < 40; ++i) many += "m=audio 5 RTP/AVP 0\n";
    EXPECT_TRUE(parse(many).has_error());
    EXPECT_TRUE(parse("v=0\n" + std::string(max_bytes, 'a')).has_error());
    std::string attributes = "v=0\nc=IN IP4 1.2.3.4\nm=audio 5 RTP/AVP 0\n";
    while (attributes.size() < max_bytes - 40)
        attributes += "a=rtpmap:99 x/8000 aaaaaaaaaaaaaaaaa\n";
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i) {
        if (const auto session = parse(attributes)) (void)usable_audio(*session);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

TEST(sdp, offer_reads_back_as_it_was) {
    auto local = local_audio();
    local.rtcp_port = 4005;
    local.direction = MediaDirection::sendonly;
    EXPECT_EQ(described(write_offer({7, 1}, local)), local);
}

TEST(sdp, answer_keeps_the_order_of_media_and_rejects_all_but_one_audio) {
    const auto offer = parse(
        "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"
        "m=video 5000 RTP/AVP 96 97\r\na=mid:v\r\nm=audio 4002 RTP/AVP 8 0\r\na=mid:a\r\n"
        "m=audio 4004 RTP/AVP 0\r\nm=image 9 udptl t38\r\n");
    ASSERT_TRUE(offer.has_value());
    const auto text = write_answer({3, 4}, local_audio(), *offer, usable_audio(*offer));
    ASSERT_TRUE(text.has_value());
    const auto answer = parse(*text);
    ASSERT_TRUE(answer.has_value());
    ASSERT_EQ(answer->media.size(), 4u);
    EXPECT_EQ(answer->media[0].type, "video");
    EXPECT_EQ(answer->media[0].port, 0);
    EXPECT_EQ(*answer->media[0].find("mid"), "v");
    EXPECT_EQ(answer->media[1].port, 4000);
    EXPECT_THAT(answer->media[1].formats,
                testing::ElementsAre("8"));  // no telephone-event was offered
    EXPECT_EQ(answer->media[2].port, 0);
    EXPECT_EQ(answer->media[3].proto, "udptl");
    EXPECT_EQ(answer->origin, "- 3 4 IN IP4 127.0.0.1");
}

TEST(sdp, answer_without_a_common_codec_is_an_error) {
    const auto offer = parse(
        "v=0\nc=IN IP4 1.1.1.1\nm=audio 4 RTP/AVP 0 101\na=rtpmap:101 telephone-event/8000\n");
    ASSERT_TRUE(offer.has_value());
    EXPECT_TRUE(write_answer({1, 1}, local_audio(), *offer, 0).has_error());
}

const std::string key_a(40, 'A');
const std::string key_b(40, 'B');

TEST(sdp, secure_line_is_taken_before_a_plain_one_and_answered_by_its_tag) {
    const auto offer = parse(
        "v=0\nc=IN IP4 1.1.1.1\nm=audio 4 RTP/AVP 8\nm=audio 6 RTP/SAVP 8\n"
        "a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:" +
        key_a + "\na=crypto:3 AES_CM_128_HMAC_SHA1_32 inline:" + key_b + "|2^20\n");
    ASSERT_TRUE(offer.has_value());
    const auto index = usable_audio(*offer);
    ASSERT_EQ(index, 1u);
    const auto remote = describe(*offer, index);
    EXPECT_TRUE(remote.secure);
    EXPECT_THAT(remote.crypto,
                testing::ElementsAre(MediaCrypto{3, "AES_CM_128_HMAC_SHA1_32", key_b}));
    auto local = local_audio();
    EXPECT_TRUE(write_answer({1, 1}, local, *offer, index).has_error());  // no key of ours
    local.crypto = {{1, "AES_CM_128_HMAC_SHA1_80", key_a}, {2, "AES_CM_128_HMAC_SHA1_32", key_a}};
    const auto answer = write_answer({1, 1}, local, *offer, index);
    ASSERT_TRUE(answer.has_value());
    EXPECT_THAT(*answer, testing::HasSubstr("m=audio 0 RTP/AVP 8\r\nm=audio 4000 RTP/SAVP 8\r\n"));
    EXPECT_THAT(*answer,
                testing::HasSubstr("a=crypto:3 AES_CM_128_HMAC_SHA1_32 inline:" + key_a + "\r\n"));
    EXPECT_EQ(answer->find("SHA1_80"), std::string::npos);
}

TEST(sdp, plain_line_with_keys_may_be_encrypted_and_secure_only_refuses_plain) {
    const auto offer = parse(
        "v=0\nc=IN IP4 1.1.1.1\nm=audio 4 RTP/AVP 8\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" +
        key_a + "\n");
    auto local = local_audio();
    EXPECT_EQ(write_answer({1, 1}, local, *offer, 0)->find("crypto"), std::string::npos);
    local.crypto = {{7, "AES_CM_128_HMAC_SHA1_80", key_b}};
    EXPECT_THAT(*write_answer({1, 1}, local, *offer, 0), testing::HasSubstr("a=crypto:1 "));
    local.secure = true;
    const auto plain = parse("v=0\nc=IN IP4 1.1.1.1\nm=audio 4 RTP/AVP 8\n");
    EXPECT_TRUE(write_answer({1, 1}, local, *plain, 0).has_error());
    EXPECT_EQ(described(write_offer({1, 1}, local)), local);
}

TEST(sdp, keys_that_we_cannot_use_are_passed_over) {
    const std::string suite = "1 AES_CM_128_HMAC_SHA1_80 inline:";
    EXPECT_TRUE(read_crypto(suite + key_a).has_value());
    EXPECT_TRUE(read_crypto(suite + key_a + "|2^31 WSH=64").has_value());
    for (const std::string& bad :
         {suite + key_a + "|2^20|1:4", suite + key_a + "|1:4", suite + key_a + " UNENCRYPTED_SRTCP",
          suite + key_a + " UNAUTHENTICATED_SRTP", suite + key_a + " KDR=1",
          suite + key_a + ";inline:" + key_b, suite + "AAAA", suite + std::string(40, '='),
          std::string("x ") + suite, std::string("1"), std::string(),
          "1 AES_CM_128_HMAC_SHA1_80 " + key_a,
          "99999999999 AES_CM_128_HMAC_SHA1_80 inline:" + key_a}) {
        EXPECT_FALSE(read_crypto(bad).has_value()) << bad;
    }
    const auto only_bad =
        parse("v=0\nc=IN IP4 1.1.1.1\nm=audio 4 RTP/SAVP 8\na=crypto:" + suite + key_a + "|1:4\n");
    EXPECT_EQ(usable_audio(*only_bad), 1u);
}

TEST(sdp, holds_of_every_style) {
    const auto direction = [](const std::string& address, const std::string& attribute) {
        return described("v=0\nc=IN IP4 " + address + "\nm=audio 9 RTP/AVP 8\n" + attribute)
            .direction;
    };
    EXPECT_EQ(direction("1.1.1.1", "a=sendonly\n"), MediaDirection::sendonly);
    EXPECT_EQ(direction("1.1.1.1", "a=inactive\n"), MediaDirection::inactive);
    EXPECT_EQ(direction("0.0.0.0", ""), MediaDirection::sendonly);
    EXPECT_EQ(direction("0.0.0.0", "a=inactive\n"), MediaDirection::inactive);
    EXPECT_EQ(described("v=0\nc=IN IP4 1.1.1.1\na=sendonly\nm=audio 9 RTP/AVP 8\n").direction,
              MediaDirection::sendonly);
    EXPECT_EQ(described("v=0\nc=IN IP6 ::\nm=audio 9 RTP/AVP 8\n").direction,
              MediaDirection::sendonly);
}

TEST(sdp, answer_narrows_direction_ptime_and_events) {
    const auto answer_to = [](const std::string& attributes) {
        const auto offer = parse(
            "v=0\nc=IN IP4 1.1.1.1\nm=audio 9 RTP/AVP 8 96\n"
            "a=rtpmap:96 telephone-event/8000\n" +
            attributes);
        auto local = local_audio();
        local.formats[1].payload_type = 96;
        return *write_answer({1, 1}, local, *offer, 0);
    };
    EXPECT_THAT(answer_to("a=sendonly\n"), testing::HasSubstr("a=recvonly\r\n"));
    EXPECT_THAT(answer_to("a=recvonly\n"), testing::HasSubstr("a=sendonly\r\n"));
    EXPECT_THAT(answer_to("a=inactive\n"), testing::HasSubstr("a=inactive\r\n"));
    EXPECT_THAT(answer_to("a=ptime:20\na=maxptime:10\n"), testing::HasSubstr("a=ptime:10\r\n"));
    EXPECT_THAT(answer_to("a=fmtp:96 0-11,16\n"), testing::HasSubstr("a=fmtp:96 0-11\r\n"));
    EXPECT_THAT(answer_to("a=fmtp:96 0-16\n"), testing::HasSubstr("a=fmtp:96 0-15\r\n"));
    EXPECT_THAT(answer_to("a=fmtp:96 1,3-4,x,-2\n"), testing::HasSubstr("a=fmtp:96 1,3-4\r\n"));
}

}  // namespace
}  // namespace seatline::sip::sdp
