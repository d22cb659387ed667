#include <gtest/gtest.h>

#include <thread>

#include "api/test_center.h"
#include "api/ws/live_client.h"

namespace seatline::api::test {

using core::AgentState;

TEST(live, first_message_is_hello_by_role) {
    const Center center;
    LiveReader boss(center, center.login("boss"));
    const auto hello = boss.next();
    ASSERT_TRUE(hello);
    EXPECT_EQ(hello->at("type").as_string(), "hello");
    EXPECT_EQ(hello->at("board").at("agents").as_array().size(), 2u);
    EXPECT_FALSE(hello->as_object().contains("agent"));
    LiveReader agent(center, center.login("agent1"));
    const auto own = agent.next();
    ASSERT_TRUE(own);
    EXPECT_EQ(own->at("agent").at("id").to_number<int>(), 11);
    EXPECT_FALSE(own->as_object().contains("board"));
}

TEST(live, refused_without_session_or_from_another_origin) {
    const Center center;
    const Login boss = center.login("boss");
    EXPECT_EQ(LiveReader(center, {}).refused(), 401);
    EXPECT_EQ(LiveReader(center, {"seatline_session=nonsense", ""}).refused(), 401);
    EXPECT_EQ(LiveReader(center, boss, "http://evil.example").refused(), 403);
    EXPECT_EQ(LiveReader(center, boss, "null").refused(), 403);
    EXPECT_EQ(LiveReader(center, boss, "http://" + center.host()).refused(), 0);
}

TEST(live, changes_go_to_those_who_may_see_them) {
    Center center;
    LiveReader boss(center, center.login("boss"));
    LiveReader other(center, center.login("other"));
    LiveReader first(center, center.login("agent1"));
    LiveReader second(center, center.login("agent2"));
    for (LiveReader* reader : {&boss, &other, &first, &second})
        ASSERT_TRUE(reader->next_of("hello"));
    center.agent_state(AgentId{11}, AgentState::signed_out, AgentState::idle);
    const auto own = first.next();
    ASSERT_TRUE(own);
    EXPECT_EQ(own->at("type").as_string(), "agent");
    EXPECT_EQ(own->at("agent").at("state").as_string(), "idle");
    const auto queue = boss.next_of("queue");
    ASSERT_TRUE(queue);
    EXPECT_EQ(queue->at("queue").at("agents_idle").to_number<int>(), 1);
    const auto seen = boss.next_of("agent");
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->at("agent").at("id").to_number<int>(), 11);
    // The others' next message is of their own agents, so that nothing of agent 11 came before.
    center.agent_state(AgentId{12}, AgentState::signed_out, AgentState::idle);
    center.agent_state(AgentId{21}, AgentState::signed_out, AgentState::idle, TenantId{2});
    const auto of_second = second.next();
    ASSERT_TRUE(of_second);
    EXPECT_EQ(of_second->at("agent").at("id").to_number<int>(), 12);
    const auto of_other = other.next_of("agent");
    ASSERT_TRUE(of_other);
    EXPECT_EQ(of_other->at("agent").at("id").to_number<int>(), 21);
}

TEST(live, supervisors_views_are_gathered) {
    Center center;
    LiveReader boss(center, center.login("boss"));
    ASSERT_TRUE(boss.next_of("hello"));
    for (int i = 0; i < 500; ++i) {
        center.agent_state(AgentId{11}, i % 2 == 0 ? AgentState::signed_out : AgentState::idle,
                           i % 2 == 0 ? AgentState::idle : AgentState::signed_out);
    }
    center.agent_state(AgentId{12}, AgentState::signed_out, AgentState::idle);
    int messages = 0;
    for (;;) {
        const auto message = boss.next_of("agent");
        ASSERT_TRUE(message);
        ++messages;
        if (message->at("agent").at("id").to_number<int>() == 12) break;
    }
    EXPECT_LT(messages, 20);
}

TEST(live, slow_client_gets_resync_and_a_new_hello) {
    ServerConfig config;
    config.limits.live_queue_messages = 16;
    Center center(std::move(config));
    LiveReader agent(center, center.login("agent1"), {}, 4096);
    ASSERT_TRUE(agent.next_of("hello"));
    constexpr int kEvents = 20'001;
    for (int i = 0; i < kEvents; ++i) {
        center.agent_state(AgentId{11}, i % 2 == 0 ? AgentState::signed_out : AgentState::idle,
                           i % 2 == 0 ? AgentState::idle : AgentState::signed_out);
    }
    int agents = 0;
    for (;;) {
        const auto message = agent.next();
        ASSERT_TRUE(message);
        if (message->at("type").as_string() == "resync") break;
        ++agents;
    }
    EXPECT_LT(agents, kEvents);
    // Overrun once more meanwhile, it gets another resync; but a hello comes before any change.
    for (;;) {
        const auto message = agent.next();
        ASSERT_TRUE(message);
        if (message->at("type").as_string() == "resync") continue;
        EXPECT_EQ(message->at("type").as_string(), "hello");
        break;
    }
}

TEST(live, is_closed_at_log_out_and_when_the_session_is_ended) {
    Center center;
    const Login boss = center.login("boss");
    LiveReader live(center, boss);
    ASSERT_TRUE(live.next_of("hello"));
    const Headers headers{{"Cookie", boss.cookie}, {"X-CSRF-Token", boss.csrf}};
    EXPECT_EQ(
        center.ask({.method = "DELETE", .target = "/api/v1/session", .headers = headers}).status,
        204);
    EXPECT_FALSE(live.next());
    LiveReader ended(center, center.login("root"));
    ASSERT_TRUE(ended.next_of("hello"));
    center.server->end_sessions(UserId{4});
    EXPECT_FALSE(ended.next());
}

TEST(live, peer_that_goes_silent_is_closed) {
    ServerConfig config;
    config.limits.live_idle_ms = 300ms;
    Center center(std::move(config));
    LiveReader live(center, center.login("boss"));
    ASSERT_TRUE(live.next_of("hello"));
    // Not reading, the client answers no ping.
    std::this_thread::sleep_for(1s);
    EXPECT_NE(center.get("/metrics").body.find("seatline_live_clients 0\n"), std::string::npos);
}

TEST(live, day_turns_by_the_app) {
    Center center;
    LiveReader boss(center, center.login("boss"));
    ASSERT_TRUE(boss.next_of("hello"));
    center.server->roll_day(TenantId{1});
    EXPECT_TRUE(boss.next_of("queue"));
}

TEST(live_client, keeps_memory_bounded_and_recovers) {
    int wakes = 0;
    LiveClient client({}, "key", [&] { ++wakes; }, {4, 1000});
    const auto text = std::make_shared<const std::string>(100, 'x');
    const auto fresh_text = std::make_shared<const std::string>(5000, 'y');
    const std::function<void(LiveClient&)> fresh = [&](LiveClient& c) {
        c.offer(text);
        c.offer(fresh_text);
    };
    for (int i = 0; i < 4; ++i) client.offer(text);
    EXPECT_EQ(wakes, 4);
    client.offer(text);
    client.offer(text);
    EXPECT_EQ(wakes, 4);
    EXPECT_EQ(client.next(fresh), text);
    EXPECT_EQ(client.next(fresh), fresh_text);
    EXPECT_EQ(client.next(fresh), nullptr);
    client.close(text);
    client.offer(text);
    EXPECT_TRUE(client.is_closing());
    EXPECT_EQ(client.next(fresh), text);
    EXPECT_EQ(client.next(fresh), nullptr);
}

}  // namespace seatline::api::test
