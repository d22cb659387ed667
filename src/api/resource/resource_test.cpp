#include <gtest/gtest.h>

#include "api/resource/wav.h"
#include "api/test_center.h"

namespace seatline::api::test {

struct Case {
    const char* user;
    const char* target;
    int status;
};

TEST(resources, each_role_sees_what_it_may) {
    const Center center;
    std::map<std::string, Login> logins{{"", {}}};
    for (const char* user : {"agent1", "boss", "root", "other", "otheragent"})
        logins[user] = center.login(user);
    for (const auto& [user, target, status] : std::initializer_list<Case>{
             {"", "/api/v1/session", 401},
             {"", "/api/v1/directory", 401},
             {"agent1", "/api/v1/directory", 200},
             {"", "/api/v1/board", 401},
             {"agent1", "/api/v1/board", 403},
             {"boss", "/api/v1/board", 200},
             {"root", "/api/v1/board", 200},
             {"agent1", "/api/v1/waiting", 403},
             {"boss", "/api/v1/waiting", 200},
             {"", "/api/v1/agents/11", 401},
             {"agent1", "/api/v1/agents/me", 200},
             {"agent1", "/api/v1/agents/11", 200},
             {"agent1", "/api/v1/agents/12", 403},
             {"agent1", "/api/v1/agents/x", 400},
             {"boss", "/api/v1/agents/me", 404},
             {"boss", "/api/v1/agents/12", 200},
             {"boss", "/api/v1/agents/21", 404},
             {"boss", "/api/v1/agents/99999999999999999999", 400},
             {"other", "/api/v1/agents/11", 404},
             {"other", "/api/v1/agents/21", 200},
             {"", "/api/v1/calls", 401},
             {"agent1", "/api/v1/calls", 200},
             {"agent1", "/api/v1/calls?agent=11", 200},
             {"agent1", "/api/v1/calls?agent=12", 403},
             {"", "/api/v1/calls/100", 401},
             {"agent1", "/api/v1/calls/100", 200},
             {"agent1", "/api/v1/calls/101", 404},
             {"boss", "/api/v1/calls/101", 200},
             {"boss", "/api/v1/calls/200", 404},
             {"boss", "/api/v1/calls/999", 404},
             {"boss", "/api/v1/calls/abc", 400},
             {"other", "/api/v1/calls/100", 404},
             {"other", "/api/v1/calls/200", 200},
             {"otheragent", "/api/v1/calls/100", 404},
             {"", "/api/v1/calls/100/events", 401},
             {"boss", "/api/v1/calls/100/events", 200},
             {"agent1", "/api/v1/calls/101/events", 404},
             {"other", "/api/v1/calls/100/events", 404},
             {"", "/api/v1/calls/100/recording", 401},
             {"agent1", "/api/v1/calls/100/recording", 200},
             {"agent1", "/api/v1/calls/101/recording", 404},
             {"other", "/api/v1/calls/100/recording", 404},
             {"boss", "/api/v1/calls/102/recording", 404},
             {"", "/api/v1/calls/100/waveform", 401},
             {"boss", "/api/v1/calls/100/waveform", 200},
             {"boss", "/api/v1/calls/102/waveform", 404},
             {"other", "/api/v1/calls/100/waveform", 404},
             {"", "/api/v1/live", 401},
             {"boss", "/api/v1/live", 426},
             {"", "/api/v1/health", 200},
             {"", "/api/v1/openapi.json", 200},
             {"", "/metrics", 200},
             {"", "/api/v1/nothing", 404},
             {"", "/api/", 404},
         }) {
        const Answer answer = center.get(target, logins.at(user));
        EXPECT_EQ(answer.status, status) << user << " " << target << " " << answer.body;
        if (status >= 400) {
            EXPECT_NO_THROW(static_cast<void>(answer.json().at("reason"))) << target;
        }
        const Answer head = center.ask(
            {.method = "HEAD", .target = target, .headers = {{"Cookie", logins.at(user).cookie}}});
        EXPECT_EQ(head.status, status) << "HEAD " << target;
        EXPECT_EQ(head.body, "");
    }
}

TEST(resources, wrong_method_names_the_allowed_ones) {
    const Center center;
    const Answer answer = center.ask({.method = "PUT", .target = "/api/v1/session"});
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.header("allow"), "POST, GET, HEAD, DELETE");
    EXPECT_EQ(center.ask({.method = "OPTIONS", .target = "/api/v1/board"}).header("allow"),
              "GET, HEAD");
    EXPECT_EQ(center.ask({.method = "DELETE", .target = "/index.html"}).status, 405);
}

TEST(directory, shows_the_tenant_only_and_trunks_to_admins) {
    const Center center;
    const auto boss = center.get("/api/v1/directory", center.login("boss")).json();
    EXPECT_EQ(boss.at("queues").as_array().size(), 1u);
    EXPECT_EQ(boss.at("agents").as_array().size(), 2u);
    EXPECT_EQ(boss.at("trunks").as_array().size(), 0u);
    const auto root = center.get("/api/v1/directory", center.login("root")).json();
    EXPECT_EQ(root.at("trunks").as_array().size(), 1u);
    for (const char* list : {"flows", "conferences"}) {
        ASSERT_EQ(root.at(list).as_array().size(), 1u) << list;
        EXPECT_EQ(root.at(list).at(0).at("id").to_number<int>(), 1) << list;
    }
    EXPECT_EQ(root.at("mailboxes").as_array().size(), 3u);
    EXPECT_EQ(root.at("agents").at(0).at("seat").as_string(), "two_way");
    const auto agent = center.get("/api/v1/directory", center.login("agent1")).json();
    EXPECT_EQ(agent.at("agents").at(0).at("device").as_string(), "device11");
    EXPECT_EQ(agent.at("agents").at(1).at("device").as_string(), "");
}

TEST(board, holds_the_tenant_only) {
    const Center center;
    const auto board = center.get("/api/v1/board", center.login("other")).json();
    ASSERT_EQ(board.at("agents").as_array().size(), 1u);
    EXPECT_EQ(board.at("agents").at(0).at("id").to_number<int>(), 21);
}

TEST(agent_commands, reach_the_engine_with_the_sessions_tenant) {
    Center center;
    std::vector<std::string> got;
    center.on_request = [&](const EngineRequest& any) -> Result<CallId> {
        const auto& request = std::get<core::AgentRequest>(any);
        got.push_back(std::to_string(request.tenant.value) + " " +
                      std::to_string(request.agent.value) + " " + request.reason);
        if (request.kind == core::AgentRequestKind::hang_up)
            return Error{"conflict", "", "no call"};
        return CallId{};
    };
    const Login agent = center.login("agent1");
    const Login boss = center.login("boss");
    EXPECT_EQ(
        center.post("/api/v1/agents/me/commands", R"({"action":"busy","reason":"rest"})", agent)
            .body,
        "{}");
    EXPECT_EQ(center.post("/api/v1/agents/12/commands", R"({"action":"sign_in"})", boss).status,
              200);
    EXPECT_EQ(center.post("/api/v1/agents/11/commands", R"({"action":"hang_up"})", agent).status,
              409);
    EXPECT_EQ(got, (std::vector<std::string>{"1 11 rest", "1 12 ", "1 11 "}));
    EXPECT_EQ(center.post("/api/v1/agents/12/commands", R"({"action":"idle"})", agent).status, 403);
    EXPECT_EQ(center.post("/api/v1/agents/21/commands", R"({"action":"idle"})", boss).status, 404);
    EXPECT_EQ(center.post("/api/v1/agents/me/commands", R"({"action":"fly"})", agent)
                  .json()
                  .at("field")
                  .as_string(),
              "action");
    EXPECT_EQ(center.post("/api/v1/agents/me/commands", R"({"action":"busy","reason":"x"})", agent)
                  .json()
                  .at("field")
                  .as_string(),
              "reason");
    EXPECT_EQ(center.post("/api/v1/agents/me/commands", R"({"action":"idle"})").status, 401);
    EXPECT_EQ(got.size(), 3u);
    const auto audits = center.audits("agent_command", 3);
    ASSERT_EQ(audits.size(), 3u);
    EXPECT_EQ(audits[0].object, "agent 11");
    EXPECT_EQ(audits[0].detail, "busy rest");
}

TEST(calls, query_parameters_reach_the_store) {
    const Center center;
    const Login boss = center.login("boss");
    const Answer answer = center.get(
        "/api/v1/"
        "calls?from=2026-11-22T00:00:00%2B08:00&to=2026-11-23T00:00:00Z&number=138&agent=12&queue=1"
        "&result=answered&direction=outbound&before=500&limit=20",
        boss);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto query = *center.last_query;
    EXPECT_EQ(query.tenant, TenantId{1});
    EXPECT_EQ(format_rfc3339(*query.from), "2026-11-21T16:00:00.000000Z");
    EXPECT_EQ(query.number, "138");
    EXPECT_EQ(query.agent, AgentId{12});
    EXPECT_EQ(query.queue, QueueId{1});
    EXPECT_EQ(query.result, core::CallResult::answered);
    EXPECT_EQ(query.direction, core::CallDirection::outbound);
    EXPECT_EQ(query.before, CallId{500});
    EXPECT_EQ(query.limit, 20u);
    for (const char* bad :
         {"from=yesterday", "limit=0", "limit=201", "limit=x", "agent=-1", "result=fine",
          "direction=up", "before=", "number=1%25", "nonsense=1"}) {
        const Answer refused = center.get(std::string("/api/v1/calls?") + bad, boss);
        if (std::string_view(bad) == "before=") {
            EXPECT_EQ(refused.status, 200);
            continue;
        }
        EXPECT_EQ(refused.status, 400) << bad;
        EXPECT_TRUE(std::string_view(bad).starts_with(refused.json().at("field").as_string()))
            << refused.body;
    }
    EXPECT_EQ(center.get("/api/v1/calls", center.login("agent1")).status, 200);
    EXPECT_EQ(center.last_query->agent, AgentId{11});
}

TEST(recording, whole_parts_and_refused_ranges) {
    const Center center;
    const Login boss = center.login("boss");
    const std::string target = "/api/v1/calls/100/recording";
    const std::string wav = wav_text(16'000, 16'384, -32'768);
    const Answer whole = center.get(target, boss);
    EXPECT_EQ(whole.body, wav);
    EXPECT_EQ(whole.header("content-type"), "audio/wav");
    EXPECT_EQ(whole.header("accept-ranges"), "bytes");
    // 12:10 UTC is 20:10 in the tenant's time.
    EXPECT_EQ(whole.header("content-disposition"),
              "inline; filename=\"20261122-201000_13800138000_95001.wav\"; "
              "filename*=UTF-8''20261122-201000_13800138000_95001_agent%2011.wav");
    const std::string etag = whole.header("etag");
    auto ranged = [&](const std::string& range) {
        return center.get(target, boss, {{"Range", range}});
    };
    const std::string all = std::to_string(wav.size());
    EXPECT_EQ(ranged("bytes=0-3").body, "RIFF");
    EXPECT_EQ(ranged("bytes=0-3").status, 206);
    EXPECT_EQ(ranged("bytes=0-3").header("content-range"), "bytes 0-3/" + all);
    EXPECT_EQ(ranged("bytes=8-11").body, "WAVE");
    EXPECT_EQ(ranged("bytes=100-").body, wav.substr(100));
    EXPECT_EQ(ranged("bytes=-8").body, wav.substr(wav.size() - 8));
    EXPECT_EQ(ranged("bytes=60000-99999999").body, wav.substr(60'000));
    EXPECT_EQ(ranged("bytes=" + all + "-").status, 416);
    EXPECT_EQ(ranged("bytes=" + all + "-").header("content-range"), "bytes */" + all);
    EXPECT_EQ(ranged("bytes=-0").status, 416);
    for (const char* other : {"bytes=5-2", "bytes=a-b", "bytes=", "bytes=-", "lines=1-2",
                              "bytes=0-1,4-5", "bytes=99999999999999999999-"}) {
        EXPECT_EQ(ranged(other).status, 200) << other;
    }
    EXPECT_EQ(center.get(target, boss, {{"If-None-Match", etag}}).status, 304);
    EXPECT_EQ(center.get(target, boss, {{"Range", "bytes=0-3"}, {"If-Range", etag}}).status, 206);
    EXPECT_EQ(center.get(target, boss, {{"Range", "bytes=0-3"}, {"If-Range", "\"old\""}}).status,
              200);
    EXPECT_TRUE(center.get(target + "?download=1", boss)
                    .header("content-disposition")
                    .starts_with("attachment"));
    EXPECT_EQ(center.get(target + "?download=2", boss).status, 400);
    const auto audits = center.audits("play_recording", 2);
    ASSERT_EQ(audits.size(), 2u);  // all that was played is one entry, the download another
    EXPECT_EQ(audits[0].object, "call 100");
    EXPECT_EQ(audits[0].detail, "");
    EXPECT_EQ(audits[1].detail, "download");
}

TEST(waveform, has_peaks_of_both_sides) {
    const Center center;
    const Login boss = center.login("boss");
    for (int i = 0; i < 2; ++i) {
        const auto waveform = center.get("/api/v1/calls/100/waveform", boss).json();
        EXPECT_EQ(waveform.at("length_ms").to_number<int>(), 2000);
        ASSERT_EQ(waveform.at("left").as_array().size(), 800u);
        EXPECT_EQ(waveform.at("left").at(799).to_number<int>(), 50);
        EXPECT_EQ(waveform.at("right").at(0).to_number<int>(), 100);
    }
}

TEST(waveform, reads_short_cut_off_and_foreign_files) {
    const TempFolder folder;
    auto read = [&](const std::string& octets) {
        folder.write("x.wav", octets);
        return read_waveform(*OpenFile::open(folder.path("x.wav")), 800);
    };
    const std::string wav = wav_text(100, 1, 1);
    EXPECT_EQ(read(wav)->left.size(), 100u);
    EXPECT_EQ(read(wav.substr(0, 44))->left.size(), 0u);
    EXPECT_EQ(read(wav.substr(0, 44 + 40))->left.size(), 10u);
    EXPECT_EQ(read(wav.substr(0, 44 + 41))->left.size(), 10u);
    std::string unfinished = wav;
    unfinished.replace(40, 4, std::string(4, '\0'));
    EXPECT_EQ(read(unfinished)->left.size(), 100u);
    for (std::size_t length = 0; length < 44; ++length)
        EXPECT_TRUE(read(wav.substr(0, length)).has_error()) << length;
    std::string mono = wav;
    mono[22] = 1;
    EXPECT_TRUE(read(mono).has_error());
    EXPECT_TRUE(read("RIFF....WAVE" + std::string(500, 'x')).has_error());
}

TEST(health, is_503_when_not_ok) {
    Center center;
    EXPECT_EQ(center.get("/api/v1/health").json().at("version").as_string(), "test");
    center.health_status = "journal stopped";
    EXPECT_EQ(center.get("/api/v1/health").status, 503);
}

TEST(metrics, are_for_this_machine) {
    const Center center;
    EXPECT_NE(center.get("/metrics").body.find("seatline_calls 2\n"), std::string::npos);
    EXPECT_EQ(center.get("/metrics", {}, {{"X-Forwarded-For", "203.0.113.5"}}).status, 403);
}

// ---- the OpenAPI document ----

void collect_refs(const boost::json::value& value, std::vector<std::string>& refs) {
    if (const auto* object = value.if_object()) {
        for (const auto& [key, item] : *object) {
            if (key == "$ref") refs.emplace_back(item.as_string());
            collect_refs(item, refs);
        }
    } else if (const auto* array = value.if_array()) {
        for (const auto& item : *array) collect_refs(item, refs);
    }
}

template <class T>
void expect_members(const boost::json::object& schemas, const char* name) {
    const auto& properties = schemas.at(name).at("properties").as_object();
    std::size_t count = 0;
    boost::mp11::mp_for_each<json_detail::Members<T>>([&](auto d) {
        ++count;
        EXPECT_TRUE(properties.contains(d.name)) << name << '.' << d.name;
    });
    EXPECT_EQ(properties.size(), count) << name;
}

TEST(openapi, is_whole_and_every_reference_resolves) {
    const Center center;
    const auto document = center.get("/api/v1/openapi.json").json();
    EXPECT_EQ(document.at("openapi").as_string(), "3.1.0");
    const auto& schemas = document.at("components").at("schemas").as_object();
    std::vector<std::string> refs;
    collect_refs(document, refs);
    EXPECT_GT(refs.size(), 50u);
    for (const auto& ref : refs) {
        constexpr std::string_view kPlace = "#/components/schemas/";
        ASSERT_TRUE(ref.starts_with(kPlace)) << ref;
        EXPECT_TRUE(schemas.contains(ref.substr(kPlace.size()))) << ref;
    }
    const auto& paths = document.at("paths").as_object();
    const std::map<std::string, std::set<std::string>> expected{
        {"/api/v1/session", {"get", "post", "delete"}},
        {"/api/v1/directory", {"get"}},
        {"/api/v1/board", {"get"}},
        {"/api/v1/waiting", {"get"}},
        {"/api/v1/agents/{agent}", {"get"}},
        {"/api/v1/agents/{agent}/commands", {"post"}},
        {"/api/v1/agents/{agent}/supervision", {"post"}},
        {"/api/v1/agents/{agent}/forward", {"get", "put"}},
        {"/api/v1/conferences", {"get"}},
        {"/api/v1/conferences/{conference}", {"get"}},
        {"/api/v1/conferences/{conference}/commands", {"post"}},
        {"/api/v1/mailboxes", {"get"}},
        {"/api/v1/mailboxes/{mailbox}/messages", {"get"}},
        {"/api/v1/mailboxes/{mailbox}/messages/{message}", {"delete"}},
        {"/api/v1/mailboxes/{mailbox}/messages/{message}/audio", {"get"}},
        {"/api/v1/mailboxes/{mailbox}/messages/{message}/heard", {"post"}},
        {"/api/v1/recordings/export", {"get"}},
        {"/api/v1/recordings/deletions", {"get"}},
        {"/api/v1/calls/{call}/recordings", {"get"}},
        {"/api/v1/calls", {"get"}},
        {"/api/v1/calls/{call}", {"get"}},
        {"/api/v1/calls/{call}/events", {"get"}},
        {"/api/v1/calls/{call}/recording", {"get", "delete"}},
        {"/api/v1/calls/{call}/waveform", {"get"}},
        {"/api/v1/health", {"get"}},
        {"/api/v1/openapi.json", {"get"}},
        {"/api/v1/live", {"get"}},
        {"/metrics", {"get"}}};
    EXPECT_EQ(paths.size(), expected.size());
    for (const auto& [path, methods] : expected) {
        ASSERT_TRUE(paths.contains(path)) << path;
        for (const auto& method : methods) {
            const auto& operation = paths.at(path).at(method);
            EXPECT_TRUE(operation.at("responses").as_object().contains("default")) << path;
            EXPECT_FALSE(operation.at("summary").as_string().empty());
        }
    }
    expect_members<LogIn>(schemas, "LogIn");
    expect_members<SessionView>(schemas, "SessionView");
    expect_members<DirectoryView>(schemas, "DirectoryView");
    expect_members<AgentCommand>(schemas, "AgentCommand");
    expect_members<AgentForward>(schemas, "AgentForward");
    expect_members<Supervision>(schemas, "Supervision");
    expect_members<ConferenceView>(schemas, "ConferenceView");
    expect_members<ConferenceCommand>(schemas, "ConferenceCommand");
    expect_members<MailboxView>(schemas, "MailboxView");
    expect_members<MessagePage>(schemas, "MessagePage");
    expect_members<DeletionPage>(schemas, "DeletionPage");
    expect_members<VoicemailNotice>(schemas, "VoicemailNotice");
    expect_members<core::RecordingRecord>(schemas, "RecordingRecord");
    expect_members<core::BoardView>(schemas, "BoardView");
    expect_members<core::AgentView>(schemas, "AgentView");
    expect_members<core::AgentCallView>(schemas, "AgentCallView");
    expect_members<core::QueueView>(schemas, "QueueView");
    expect_members<core::QueueCounters>(schemas, "QueueCounters");
    expect_members<core::WaitingView>(schemas, "WaitingView");
    expect_members<core::CallRecord>(schemas, "CallRecord");
    expect_members<core::LegRecord>(schemas, "LegRecord");
    expect_members<core::CallPage>(schemas, "CallPage");
    expect_members<EventView>(schemas, "EventView");
    expect_members<Waveform>(schemas, "Waveform");
    expect_members<HealthView>(schemas, "HealthView");
    expect_members<LiveMessage>(schemas, "LiveMessage");
    expect_members<ErrorBody>(schemas, "ErrorBody");
    EXPECT_EQ(boost::json::serialize(schemas.at("AgentCommand").at("required")), R"(["action"])");
    EXPECT_EQ(
        schemas.at("CallPage").at("properties").at("calls").at("items").at("$ref").as_string(),
        "#/components/schemas/CallRecord");
    EXPECT_EQ(schemas.at("CallRecord").at("properties").at("arrived_at").at("format").as_string(),
              "date-time");
    EXPECT_EQ(schemas.at("CallResult").at("enum").as_array().size(), 11u);
    EXPECT_EQ(paths.at("/api/v1/calls").at("get").at("parameters").as_array().size(), 9u);
}

}  // namespace seatline::api::test
