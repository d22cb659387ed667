#include <gtest/gtest.h>

#include "api/test_center.h"

namespace seatline::api::test {

using Kind = core::AgentRequestKind;

namespace {

/// An engine that says yes and remembers what it was asked.
struct Notes {
    explicit Notes(Center& center) {
        center.on_request = [this](const EngineRequest& request) -> Result<CallId> {
            requests.push_back(request);
            if (refusal) return *refusal;
            return call;
        };
    }
    template <class T = core::AgentRequest>
    [[nodiscard]] T last() const {
        return std::get<T>(requests.back());
    }
    std::vector<EngineRequest> requests;
    std::optional<Error> refusal;
    CallId call{77};
};

constexpr const char* kCommands = "/api/v1/agents/me/commands";

}  // namespace

TEST(agent_commands, each_action_reaches_the_engine_as_its_kind) {
    Center center;
    Notes engine(center);
    const Login agent = center.login("agent1");
    for (const auto& [body, kind] : std::initializer_list<std::pair<const char*, Kind>>{
             {R"({"action":"hold"})", Kind::hold},
             {R"({"action":"resume"})", Kind::resume},
             {R"({"action":"transfer","number":"8012"})", Kind::transfer},
             {R"({"action":"consult","target":{"kind":"agent","id":12}})", Kind::consult},
             {R"({"action":"swap"})", Kind::swap},
             {R"({"action":"complete"})", Kind::complete},
             {R"({"action":"cancel"})", Kind::cancel},
             {R"({"action":"join"})", Kind::join},
             {R"({"action":"dial","number":"+8613800138000"})", Kind::dial},
             {R"({"action":"pick_up","agent":12})", Kind::pick_up},
             {R"({"action":"pick_up","call":100})", Kind::pick_up},
             {R"({"action":"to_flow","target":{"kind":"flow","id":1}})", Kind::to_flow},
             {R"({"action":"record"})", Kind::record},
             {R"({"action":"stop_record"})", Kind::stop_record},
             {R"({"action":"pause_record"})", Kind::pause_record},
             {R"({"action":"resume_record"})", Kind::resume_record},
             {R"({"action":"send_digits","digits":"12#A"})", Kind::send_digits},
             {R"({"action":"set_forward","forward":{"on_busy":"voicemail"}})", Kind::set_forward},
         }) {
        const Answer answer = center.post(kCommands, body, agent);
        ASSERT_EQ(answer.status, 200) << body << ' ' << answer.body;
        EXPECT_EQ(answer.body, R"({"call":77})") << body;
        const auto request = engine.last();
        EXPECT_EQ(request.kind, kind) << body;
        EXPECT_EQ(request.tenant, TenantId{1});
        EXPECT_EQ(request.agent, AgentId{11});
    }
    const auto& all = engine.requests;
    const auto transfer = std::get<core::AgentRequest>(all.at(2));
    EXPECT_EQ(transfer.target, (core::Target{core::TargetKind::number, 0, "8012"}));
    const auto consult = std::get<core::AgentRequest>(all.at(3));
    EXPECT_EQ(consult.target, (core::Target{core::TargetKind::agent, 12, ""}));
    EXPECT_EQ(std::get<core::AgentRequest>(all.at(9)).other, AgentId{12});
    EXPECT_EQ(std::get<core::AgentRequest>(all.at(10)).call, CallId{100});
    EXPECT_EQ(std::get<core::AgentRequest>(all.at(16)).text, "12#A");
    EXPECT_EQ(engine.last().forward.on_busy, "voicemail");
    EXPECT_EQ(engine.last().forward.agent, AgentId{11});
    // Keys may be a caller's secret: the log says only that some were sent.
    for (const auto& entry : center.audits("agent_command", 18))
        EXPECT_EQ(entry.detail.find("12#A"), std::string::npos);
}

TEST(agent_commands, wrong_members_are_named) {
    Center center;
    Notes engine(center);
    const Login agent = center.login("agent1");
    for (const auto& [body, field, status] :
         std::initializer_list<std::tuple<const char*, const char*, int>>{
             {R"({"action":"transfer"})", "target", 400},
             {R"({"action":"transfer","number":"80 12"})", "number", 400},
             {R"({"action":"transfer","number":"sip:x@y"})", "number", 400},
             {R"({"action":"transfer","number":"8","target":{"kind":"agent","id":12}})", "number",
              400},
             {R"({"action":"transfer","target":{"kind":"agent"}})", "target.id", 400},
             {R"({"action":"transfer","target":{"kind":"agent","id":21}})", "target.id", 404},
             {R"({"action":"transfer","target":{"kind":"queue","id":2}})", "target.id", 404},
             {R"({"action":"transfer","target":{"kind":"flow","id":2}})", "target.id", 404},
             {R"({"action":"transfer","target":{"kind":"mailbox","id":4}})", "target.id", 404},
             {R"({"action":"transfer","target":{"kind":"conference","id":2}})", "target.id", 404},
             {R"({"action":"transfer","target":{"kind":"number","id":1}})", "target.id", 400},
             {R"({"action":"transfer","target":{"kind":"number"}})", "target.number", 400},
             {R"({"action":"consult","target":{"kind":"agent","id":12,"number":"1"}})",
              "target.number", 400},
             {R"({"action":"to_flow","target":{"kind":"queue","id":1}})", "target.kind", 400},
             {R"({"action":"hold","number":"8012"})", "number", 400},
             {R"({"action":"hold","digits":"1"})", "digits", 400},
             {R"({"action":"idle","forward":{}})", "forward", 400},
             {R"({"action":"dial","call":5,"number":"1"})", "call", 400},
             {R"({"action":"pick_up"})", "agent", 400},
             {R"({"action":"pick_up","agent":12,"call":5})", "agent", 400},
             {R"({"action":"pick_up","agent":21})", "agent", 404},
             {R"({"action":"send_digits"})", "digits", 400},
             {R"({"action":"send_digits","digits":"12x"})", "digits", 400},
             {R"({"action":"set_forward"})", "forward", 400},
             {R"({"action":"set_forward","forward":{"always":"home"}})", "forward.always", 400},
         }) {
        const Answer answer = center.post(kCommands, body, agent);
        EXPECT_EQ(answer.status, status) << body << ' ' << answer.body;
        EXPECT_EQ(answer.json().at("field").as_string(), field) << body;
        EXPECT_FALSE(answer.json().at("reason").as_string().empty());
    }
    EXPECT_TRUE(engine.requests.empty());
    engine.refusal = Error{"not_allowed", "", "an inbound seat does not call out"};
    const Answer refused = center.post(kCommands, R"({"action":"dial","number":"10086"})", agent);
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.json().at("reason").as_string(), "an inbound seat does not call out");
}

TEST(supervision, every_use_is_written_down_refused_ones_too) {
    Center center;
    Notes engine(center);
    const Login boss = center.login("boss");  // no agent, so no phone
    const std::string target = "/api/v1/agents/11/supervision";
    const Answer no_phone = center.post(target, R"({"action":"listen"})", boss);
    EXPECT_EQ(no_phone.status, 409);
    EXPECT_EQ(no_phone.json().at("field").as_string(), "agent");
    EXPECT_TRUE(engine.requests.empty());
    EXPECT_EQ(center.post(target, R"({"action":"forced_busy","reason":"rest"})", boss).status, 200);
    EXPECT_EQ(engine.last().kind, Kind::forced_busy);
    EXPECT_EQ(engine.last().other, AgentId{11});
    EXPECT_EQ(engine.last().agent, AgentId{});
    EXPECT_EQ(engine.last().reason, "rest");
    EXPECT_EQ(center.post(target, R"({"action":"forced_busy","reason":"x"})", boss).status, 400);
    EXPECT_EQ(center.post(target, R"({"action":"forced_idle","reason":"rest"})", boss).status, 400);
    engine.refusal = Error{"conflict", "", "the agent is in no call"};
    EXPECT_EQ(center.post(target, R"({"action":"forced_release"})", boss).status, 409);
    EXPECT_EQ(center.post(target, R"({"action":"listen"})", center.login("agent2")).status, 403);
    EXPECT_EQ(center.post("/api/v1/agents/21/supervision", R"({"action":"listen"})", boss).status,
              404);
    std::vector<std::string> seen;
    for (const auto& entry : center.audits("supervision", 7))
        seen.push_back(entry.user_name + '|' + entry.object + '|' + entry.detail);
    ASSERT_EQ(seen.size(), 7u);
    const auto has = [&](const std::string& line) {
        return std::ranges::find(seen, line) != seen.end();
    };
    EXPECT_TRUE(has("boss|agent 11|forced_busy rest call 77 done"));
    EXPECT_TRUE(has("boss|agent 11|forced_release refused: the agent is in no call"));
    EXPECT_TRUE(has("agent2|/api/v1/agents/11/supervision|refused: the role agent"));
    EXPECT_TRUE(has("boss|agent 21|? refused: agent: there is no such agent"));
    EXPECT_TRUE(
        has("boss|agent 11|listen refused: agent: your user is no agent, so there is no "
            "phone of yours to ring"));
}

TEST(supervision, rings_the_phone_of_the_supervisors_own_agent) {
    Center center;
    Notes engine(center);
    const Login chief = center.login("chief");  // supervisor who is agent 12
    const std::string target = "/api/v1/agents/11/supervision";
    for (const auto& [action, kind] : std::initializer_list<std::pair<const char*, Kind>>{
             {"listen", Kind::listen},
             {"whisper", Kind::whisper},
             {"barge_in", Kind::barge_in},
             {"take_over", Kind::take_over},
             {"leave", Kind::leave},
             {"forced_release", Kind::forced_release},
             {"forced_sign_out", Kind::forced_sign_out},
             {"forced_idle", Kind::forced_idle}}) {
        const Answer answer =
            center.post(target, std::string(R"({"action":")") + action + R"("})", chief);
        ASSERT_EQ(answer.status, 200) << action << answer.body;
        EXPECT_EQ(engine.last().kind, kind);
        EXPECT_EQ(engine.last().agent, AgentId{12});
        EXPECT_EQ(engine.last().other, AgentId{11});
    }
}

TEST(forward, shows_the_directorys_then_what_was_set) {
    Center center;
    Notes engine(center);
    const Login agent = center.login("agent1");
    const std::string target = "/api/v1/agents/me/forward";
    EXPECT_EQ(center.get(target, agent).body,
              R"({"always":"","on_busy":"8012","on_no_answer":""})");
    const Answer put = center.ask({"PUT",
                                   target,
                                   R"({"always":"voicemail"})",
                                   {{"Cookie", agent.cookie},
                                    {"X-CSRF-Token", agent.csrf},
                                    {"Content-Type", "application/json"}}});
    ASSERT_EQ(put.status, 200) << put.body;
    EXPECT_EQ(engine.last().kind, Kind::set_forward);
    EXPECT_EQ(engine.last().forward.always, "voicemail");
    LiveReader live(center, agent);
    ASSERT_TRUE(live.next_of("hello"));
    center.publish(core::AgentForwardSet{AgentId{11}, "voicemail", "", ""});
    center.agent_state(AgentId{11}, core::AgentState::signed_out, core::AgentState::idle);
    ASSERT_TRUE(live.next_of("agent"));  // so the event before it is through as well
    EXPECT_EQ(center.get(target, agent).body,
              R"({"always":"voicemail","on_busy":"","on_no_answer":""})");
}

TEST(conferences, commands_reach_the_engine) {
    Center center;
    Notes engine(center);
    const Login boss = center.login("boss");
    const std::string target = "/api/v1/conferences/1/commands";
    using ConferenceKind = core::ConferenceRequestKind;
    for (const auto& [body, kind] : std::initializer_list<std::pair<const char*, ConferenceKind>>{
             {R"({"action":"mute"})", ConferenceKind::mute},
             {R"({"action":"unmute","member":5})", ConferenceKind::unmute},
             {R"({"action":"kick","member":5})", ConferenceKind::kick},
             {R"({"action":"lock"})", ConferenceKind::lock},
             {R"({"action":"unlock"})", ConferenceKind::unlock},
             {R"({"action":"record"})", ConferenceKind::record},
             {R"({"action":"stop_record"})", ConferenceKind::stop_record},
             {R"({"action":"end"})", ConferenceKind::end},
             {R"({"action":"dial_out","number":"13800138000"})", ConferenceKind::dial_out}}) {
        const Answer answer = center.post(target, body, boss);
        ASSERT_EQ(answer.status, 200) << body << answer.body;
        const auto request = engine.last<core::ConferenceRequest>();
        EXPECT_EQ(request.kind, kind) << body;
        EXPECT_EQ(request.conference, ConferenceId{1});
        EXPECT_EQ(request.tenant, TenantId{1});
    }
    EXPECT_EQ(engine.last<core::ConferenceRequest>().number, "13800138000");
    for (const auto& [body, field] : std::initializer_list<std::pair<const char*, const char*>>{
             {R"({"action":"kick"})", "member"},
             {R"({"action":"lock","member":5})", "member"},
             {R"({"action":"dial_out"})", "number"},
             {R"({"action":"end","number":"1"})", "number"}}) {
        const Answer answer = center.post(target, body, boss);
        EXPECT_EQ(answer.status, 400) << body;
        EXPECT_EQ(answer.json().at("field").as_string(), field) << body;
    }
}

}  // namespace seatline::api::test
