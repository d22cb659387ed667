// Every route of call control, conferences, voicemail and recordings, asked by each role and by
// another tenant: what the table in auth/rights.h says is what happens.
#include "api/auth/rights.h"

#include <gtest/gtest.h>

#include "api/test_center.h"

namespace seatline::api::test {
namespace {

struct Case {
    const char* method;
    const char* target;
    const char* body;
    int agent1;    ///< agent 11 of tenant 1
    int agent2;    ///< agent 12 of tenant 1
    int boss;      ///< supervisor of tenant 1, no agent
    int root;      ///< admin of tenant 1, no agent
    int other;     ///< supervisor of tenant 2
    int stranger;  ///< agent of tenant 2
};

constexpr const char* kHold = R"({"action":"hold"})";
constexpr const char* kForce = R"({"action":"forced_idle"})";
constexpr const char* kLock = R"({"action":"lock"})";
constexpr const char* kForward = R"({"always":"8012"})";

constexpr std::array kCases{
    Case{"POST", "/api/v1/agents/11/commands", kHold, 200, 403, 200, 200, 404, 403},
    Case{"POST", "/api/v1/agents/me/commands", kHold, 200, 200, 404, 404, 404, 200},
    Case{"GET", "/api/v1/agents/11/forward", "", 200, 403, 200, 200, 404, 403},
    Case{"PUT", "/api/v1/agents/11/forward", kForward, 200, 403, 200, 200, 404, 403},
    Case{"POST", "/api/v1/agents/11/supervision", kForce, 403, 403, 200, 200, 404, 403},
    Case{"GET", "/api/v1/conferences", "", 403, 403, 200, 200, 200, 403},
    Case{"GET", "/api/v1/conferences/1", "", 403, 403, 200, 200, 404, 403},
    Case{"POST", "/api/v1/conferences/1/commands", kLock, 403, 403, 200, 200, 404, 403},
    Case{"GET", "/api/v1/mailboxes", "", 200, 200, 200, 200, 200, 200},
    Case{"GET", "/api/v1/mailboxes/1/messages", "", 200, 404, 200, 200, 404, 404},
    Case{"GET", "/api/v1/mailboxes/2/messages", "", 200, 200, 200, 200, 404, 404},
    Case{"GET", "/api/v1/mailboxes/3/messages", "", 404, 404, 200, 200, 404, 404},
    Case{"GET", "/api/v1/mailboxes/4/messages", "", 404, 404, 404, 404, 200, 404},
    Case{"GET", "/api/v1/mailboxes/1/messages/1/audio", "", 200, 404, 200, 200, 404, 404},
    Case{"POST", "/api/v1/mailboxes/1/messages/1/heard", "", 200, 404, 200, 200, 404, 404},
    Case{"DELETE", "/api/v1/mailboxes/1/messages/1", "", 200, 404, 200, 200, 404, 404},
    Case{"GET", "/api/v1/calls/100/recordings", "", 200, 404, 200, 200, 404, 404},
    Case{"GET", "/api/v1/calls/100/recording", "", 200, 404, 200, 200, 404, 404},
    Case{"GET", "/api/v1/calls/100/recording?format=wav", "", 200, 404, 200, 200, 404, 404},
    Case{"DELETE", "/api/v1/calls/100/recording?reason=wish", "", 403, 403, 403, 204, 403, 403},
    Case{"DELETE", "/api/v1/calls/200/recording?reason=wish", "", 403, 403, 403, 404, 403, 403},
    Case{"GET", "/api/v1/recordings/export", "", 403, 403, 200, 200, 200, 403},
    Case{"GET", "/api/v1/recordings/deletions", "", 403, 403, 403, 200, 403, 403},
};

}  // namespace

TEST(rights, every_new_route_by_role_and_tenant) {
    Center center;
    std::map<std::string, Login> logins;
    for (const char* user : {"agent1", "agent2", "boss", "root", "other", "otheragent"})
        logins[user] = center.login(user);
    for (const Case& c : kCases) {
        for (const auto& [user, status] : {std::pair{"agent1", c.agent1},
                                           {"agent2", c.agent2},
                                           {"boss", c.boss},
                                           {"root", c.root},
                                           {"other", c.other},
                                           {"otheragent", c.stranger}}) {
            const Login& login = logins.at(user);
            Headers headers{{"Cookie", login.cookie}, {"X-CSRF-Token", login.csrf}};
            if (*c.body != '\0') headers["Content-Type"] = "application/json";
            const Answer answer = center.ask({c.method, c.target, c.body, headers});
            EXPECT_EQ(answer.status, status)
                << user << ' ' << c.method << ' ' << c.target << ' ' << answer.body.substr(0, 300);
        }
        Headers none;
        if (*c.body != '\0') none["Content-Type"] = "application/json";
        const Answer stranger = center.ask({c.method, c.target, c.body, none});
        EXPECT_TRUE(stranger.status == 401 || stranger.status == 403)
            << c.target << ' ' << stranger.status;
    }
}

TEST(rights, whatever_an_agent_may_a_supervisor_may_and_an_admin_too) {
    for (const RightRow& row : kRights) {
        EXPECT_LE(row.agent, row.supervisor);
        EXPECT_LE(row.supervisor, row.admin);
        EXPECT_EQ(may(Role::agent, row.right), row.agent);
        EXPECT_EQ(access_for(row.right), row.agent        ? Access::agent
                                         : row.supervisor ? Access::supervisor
                                                          : Access::admin);
    }
}

TEST(rights, no_tenant_sees_anothers_things_in_lists) {
    Center center;
    const Login other = center.login("other");
    const auto boxes = center.get("/api/v1/mailboxes", other).json();
    ASSERT_EQ(boxes.as_array().size(), 1u);
    EXPECT_EQ(boxes.at(0).at("mailbox").at("id").to_number<int>(), 4);
    const auto rooms = center.get("/api/v1/conferences", other).json();
    ASSERT_EQ(rooms.as_array().size(), 1u);
    EXPECT_EQ(rooms.at(0).at("id").to_number<int>(), 2);
    const auto mine = center.get("/api/v1/mailboxes", center.login("agent2")).json();
    ASSERT_EQ(mine.as_array().size(), 1u);
    EXPECT_EQ(mine.at(0).at("mailbox").at("id").to_number<int>(), 2);
}

}  // namespace seatline::api::test
