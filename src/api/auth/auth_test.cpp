#include <gtest/gtest.h>

#include <thread>

#include "api/auth/log_in_limiter.h"
#include "api/auth/session_store.h"
#include "api/auth/token.h"
#include "api/test_center.h"

namespace seatline::api::test {

constexpr Instant kStart = from_unix_us(1'795'349'400'000'000);

TEST(log_in_limiter, waits_grow_and_end_at_a_minute) {
    LogInLimiter limiter;
    Instant now = kStart;
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(limiter.begin("a" + std::to_string(i), "u", now)) << i;
    EXPECT_EQ(limiter.begin("x", "u", now), 1s);
    std::vector<std::int64_t> waits;
    for (int i = 0; i < 8; ++i) {
        const auto wait = limiter.begin("x", "u", now);
        ASSERT_TRUE(wait);
        waits.push_back(wait->count());
        now += *wait;
        ASSERT_FALSE(limiter.begin("y" + std::to_string(i), "u", now));
    }
    EXPECT_EQ(waits, (std::vector<std::int64_t>{1, 2, 4, 8, 16, 32, 60, 60}));
    EXPECT_FALSE(limiter.begin("x", "somebody else", now));
    limiter.succeeded("x", "u");
    EXPECT_FALSE(limiter.begin("x", "u", now));
}

TEST(log_in_limiter, one_network_that_tries_many_names_is_slowed) {
    LogInLimiter limiter;
    for (int i = 0; i < 20; ++i)
        EXPECT_FALSE(limiter.begin("a", "u" + std::to_string(i), kStart)) << i;
    EXPECT_TRUE(limiter.begin("a", "u99", kStart));
    EXPECT_FALSE(limiter.begin("a", "u99", kStart + minutes{16}));
}

TEST(try_counter, memory_is_bounded) {
    TryCounter counter({1, 60s, minutes{15}, 100});
    for (int i = 0; i < 10'000; ++i) counter.count(std::to_string(i), kStart);
    EXPECT_EQ(counter.size(), 100u);
    EXPECT_EQ(counter.wait("0", kStart), 0us);
    EXPECT_EQ(counter.wait("9999", kStart), 1s);
}

TEST(session_store, idle_and_absolute_end) {
    std::vector<std::string> ended;
    SessionStore store([&](const std::string& key) { ended.push_back(key); });
    UserAccount user;
    user.id = UserId{1};
    const auto a = store.open(user, kStart);
    EXPECT_EQ(a.id.size(), 43u);
    EXPECT_NE(a.id, a.session.csrf_token);
    EXPECT_EQ(a.session.key, token_key(a.id));
    EXPECT_TRUE(store.find(a.id, kStart + 12h));
    EXPECT_FALSE(store.find(a.id, kStart + 25h));
    EXPECT_EQ(ended.size(), 1u);
    const auto b = store.open(user, kStart);
    for (Instant t = kStart; t <= kStart + 168h; t += 10h) EXPECT_TRUE(store.find(b.id, t));
    EXPECT_FALSE(store.find(b.id, kStart + 169h));
    const auto c = store.open(user, kStart);
    store.expire(kStart + 13h);
    EXPECT_EQ(store.size(), 0u);
    EXPECT_EQ(ended.back(), c.session.key);
    for (int i = 0; i < 40; ++i) static_cast<void>(store.open(user, kStart + seconds{i}));
    EXPECT_EQ(store.size(), SessionStore::kPerUser);
    store.end_of_user(UserId{1});
    EXPECT_EQ(store.size(), 0u);
}

TEST(session, log_in_sets_a_strict_cookie_and_shows_the_session) {
    const Center center;
    const Answer answer = center.log_in("agent1", "agent1-secret");
    ASSERT_EQ(answer.status, 200) << answer.body;
    const std::string cookie = answer.header("set-cookie");
    for (const char* part : {"seatline_session=", "; Path=/", "; HttpOnly", "; SameSite=Strict"}) {
        EXPECT_NE(cookie.find(part), std::string::npos) << cookie;
    }
    EXPECT_EQ(cookie.find("Secure"), std::string::npos);
    const auto view = answer.json();
    EXPECT_EQ(view.at("role").as_string(), "agent");
    EXPECT_EQ(view.at("agent").to_number<int>(), 11);
    EXPECT_EQ(view.at("tenant_name").as_string(), "第一客服");
    EXPECT_EQ(answer.header("cache-control"), "no-store");
    const Login login{cookie.substr(0, cookie.find(';')), ""};
    const Answer shown = center.get("/api/v1/session", login);
    EXPECT_EQ(shown.status, 200);
    EXPECT_EQ(shown.body, answer.body);
    EXPECT_EQ(center.audits("log_in").at(0).user_name, "agent1");
    EXPECT_EQ(center.audits("log_in").at(0).source_address, "127.0.0.1");
}

TEST(session, secure_cookie_when_asked_for) {
    ServerConfig config;
    config.secure_cookies = true;
    const Center center(std::move(config));
    EXPECT_NE(center.log_in("boss", "boss-secret").header("set-cookie").find("; Secure"),
              std::string::npos);
}

TEST(session, wrong_unknown_and_disabled_get_the_same_answer) {
    const Center center;
    const Answer wrong = center.log_in("boss", "nope");
    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(center.log_in("nobody", "nope").body, wrong.body);
    EXPECT_EQ(center.log_in("gone", "gone-secret").body, wrong.body);
    EXPECT_EQ(wrong.header("set-cookie"), "");
    EXPECT_EQ(center.audits("log_in_failed", 3).size(), 3u);
}

TEST(session, guessing_is_answered_429_with_retry_after) {
    Center center;
    for (int i = 0; i < 5; ++i) EXPECT_EQ(center.log_in("boss", "guess").status, 401);
    const Answer refused = center.log_in("boss", "boss-secret");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.header("retry-after"), "1");
    EXPECT_EQ(center.log_in("root", "root-secret").status, 200);
    center.clock_us += 1'000'000;
    EXPECT_EQ(center.log_in("boss", "boss-secret").status, 200);
}

TEST(session, bad_bodies_name_the_field) {
    const Center center;
    auto field = [&](const std::string& body) {
        const Answer answer = center.post("/api/v1/session", body);
        EXPECT_EQ(answer.status, 400) << body;
        return std::string(answer.json().at("field").as_string());
    };
    EXPECT_EQ(field(R"({"user_name":"a"})"), "password");
    EXPECT_EQ(field(R"({"user_name":1,"password":"x"})"), "user_name");
    EXPECT_EQ(field(R"({"user_name":"a","password":"x","more":1})"), "more");
    EXPECT_EQ(field(R"({"user_name":"","password":"x"})"), "user_name");
    EXPECT_EQ(field("{"), "");
    EXPECT_EQ(field(""), "");
    EXPECT_EQ(center.post("/api/v1/session", "{}", {}, {{"Content-Type", "text/plain"}}).status,
              415);
}

TEST(session, log_in_again_renews_the_id_and_log_out_ends_it) {
    const Center center;
    const Login first = center.login("boss");
    const Answer again =
        center.post("/api/v1/session", to_json(LogIn{"boss", "boss-secret"}), first);
    ASSERT_EQ(again.status, 200);
    EXPECT_EQ(center.get("/api/v1/session", first).status, 401);
    const std::string cookie = again.header("set-cookie");
    const Login second{cookie.substr(0, cookie.find(';')),
                       std::string(again.json().at("csrf_token").as_string())};
    EXPECT_NE(first.cookie, second.cookie);
    const Headers headers{{"Cookie", second.cookie}, {"X-CSRF-Token", second.csrf}};
    const Answer out =
        center.ask({.method = "DELETE", .target = "/api/v1/session", .headers = headers});
    EXPECT_EQ(out.status, 204);
    EXPECT_NE(out.header("set-cookie").find("Max-Age=0"), std::string::npos);
    EXPECT_EQ(center.get("/api/v1/session", second).status, 401);
    EXPECT_EQ(center.audits("log_out").size(), 1u);
}

TEST(session, expires_by_the_clock_and_by_the_app) {
    Center center;
    const Login login = center.login("boss");
    center.server->end_sessions(UserId{3});
    EXPECT_EQ(center.get("/api/v1/session", login).status, 401);
    const Login other = center.login("boss");
    center.clock_us += std::int64_t{13} * 3600 * 1'000'000;
    EXPECT_EQ(center.get("/api/v1/session", other).status, 401);
}

TEST(csrf, unsafe_methods_need_the_token_and_our_origin) {
    const Center center;
    const Login login = center.login("agent1");
    const std::string target = "/api/v1/agents/me/commands";
    const std::string body = R"({"action":"idle"})";
    EXPECT_EQ(center.post(target, body, login).status, 200);
    EXPECT_EQ(center.post(target, body, {login.cookie, ""}).status, 403);
    EXPECT_EQ(center.post(target, body, {login.cookie, login.csrf + "x"}).status, 403);
    EXPECT_EQ(center.post(target, body, {login.cookie, center.login("agent2").csrf}).status, 403);
    EXPECT_EQ(center.post(target, body, login, {{"Origin", "http://evil.example"}}).status, 403);
    EXPECT_EQ(center.post(target, body, login, {{"Origin", "null"}}).status, 403);
    EXPECT_EQ(center.post(target, body, login, {{"Sec-Fetch-Site", "cross-site"}}).status, 403);
    EXPECT_EQ(center.post(target, body, login, {{"Sec-Fetch-Site", "same-site"}}).status, 403);
    EXPECT_EQ(center
                  .post(target, body, login,
                        {{"Origin", "http://" + center.host()}, {"Sec-Fetch-Site", "same-origin"}})
                  .status,
              200);
    EXPECT_EQ(center
                  .post("/api/v1/session", to_json(LogIn{"boss", "boss-secret"}), {},
                        {{"Origin", "http://evil.example"}})
                  .status,
              403);
}

}  // namespace seatline::api::test
