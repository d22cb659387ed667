#pragma once
// What the tests of src/store share: a folder of their own, lives of calls as events, and the
// tables as text.
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include "core/engine/event.h"
#include "store/sqlite/sqlite.h"

namespace seatline::store::test {

/// A folder that goes with the object.
class TempFolder {
public:
    TempFolder() {
        std::string name = std::filesystem::temp_directory_path() / "seatline-store-XXXXXX";
        path = ::mkdtemp(name.data());
    }
    ~TempFolder() {
        std::error_code ec;
        std::filesystem::remove_all(path, ec);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    std::string path;
};

inline constexpr Instant kNoon =
    from_unix_us(1'795'320'000'000'000);  // 2026-11-22T04:00:00Z, noon in Shanghai

inline core::Event event(TenantId tenant, Instant at, core::EventBody body) {
    return {0, at, tenant, std::move(body)};
}

struct CallPlan {
    TenantId tenant{1};
    CallId call{1};
    QueueId queue{1};
    AgentId agent{1};
    Instant at = kNoon;
    std::string caller = "13800001234";
    std::string called = "4008001000";
};

/// An answered queue call of 18 events, 1 s of waiting, 60 s of talk, 10 s of wrap-up.
inline std::vector<core::Event> answered_call(const CallPlan& p) {
    using namespace core;
    using S = AgentState;
    const LegId caller{p.call.value * 2 + 1};
    const LegId leg{p.call.value * 2 + 2};
    const Instant talk = p.at + 1100ms;
    const Instant end = talk + 60s;
    const std::string path = "recordings/" + std::to_string(p.call.value) + ".wav";
    const auto e = [&](Instant at, EventBody body) { return event(p.tenant, at, std::move(body)); };
    return {e(p.at, CallArrived{p.call, caller, TrunkId{1}, p.caller, p.called, "abc@host"}),
            e(p.at, CallAnswered{p.call}),
            e(p.at, NodeEntered{p.call, FlowId{1}, "queue"}),
            e(p.at, CallQueued{p.call, p.queue}),
            e(p.at, CallOffered{p.call, p.queue, p.agent, leg}),
            e(p.at, AgentStateChanged{p.agent, S::idle, S::ringing, "", p.call, p.queue}),
            e(p.at + 100ms, AgentAlerted{p.call, p.agent, leg}),
            e(p.at + 1s, OfferEnded{p.call, p.queue, p.agent, leg, OfferOutcome::answered}),
            e(p.at + 1s, CallLeftQueue{p.call, p.queue, QueueOutcome::answered, 1000ms, true}),
            e(talk, AgentStateChanged{p.agent, S::ringing, S::talking, "", p.call, p.queue}),
            e(talk, TalkStarted{p.call, p.agent, leg}),
            e(talk, RecordingStarted{p.call, path}),
            e(end, LegFinished{p.call, leg, LegKind::agent, 200, "BYE"}),
            e(end, CallEnded{p.call, Party::caller, EndCause::normal}),
            e(end, AgentStateChanged{p.agent, S::talking, S::wrap_up, "", p.call, p.queue}),
            e(end, RecordingFinished{p.call, path, 60000ms, 1920044, ""}),
            e(end + 10ms, LegQuality{p.call, caller, 3000, 2, 3000, 1500, 20000}),
            e(end + 10s, AgentStateChanged{p.agent, S::wrap_up, S::idle, "", {}, {}})};
}

/// A call that left the queue without an agent after 5 s.
inline std::vector<core::Event> abandoned_call(const CallPlan& p) {
    using namespace core;
    const auto e = [&](Instant at, EventBody body) { return event(p.tenant, at, std::move(body)); };
    return {e(p.at, CallArrived{p.call, LegId{p.call.value * 2 + 1}, TrunkId{1}, p.caller, p.called,
                                "x"}),
            e(p.at, CallAnswered{p.call}), e(p.at + 1s, CallQueued{p.call, p.queue}),
            e(p.at + 6s, CallLeftQueue{p.call, p.queue, QueueOutcome::abandoned, 5000ms, false}),
            e(p.at + 6s, CallEnded{p.call, Party::caller, EndCause::abandoned})};
}

/// A day in which `calls` calls come to 50 agents and 3 queues of 2 tenants, their events mixed as
/// they would be.
inline std::vector<core::Event> busy_day(std::uint64_t calls) {
    std::vector<core::Event> day;
    for (std::uint64_t i = 0; i < calls; ++i) {
        const CallPlan plan{TenantId{1 + i % 2},
                            CallId{i + 1},
                            QueueId{1 + i % 3},
                            AgentId{1 + i % 50},
                            kNoon + milliseconds{i * 1500},
                            "138" + std::to_string(10'000'000 + i * 7919 % 89'999'999),
                            i % 4 == 0 ? "4008001000" : "4008002000"};
        auto events = i % 5 == 4 ? abandoned_call(plan) : answered_call(plan);
        std::move(events.begin(), events.end(), std::back_inserter(day));
    }
    std::stable_sort(day.begin(), day.end(),
                     [](const core::Event& a, const core::Event& b) { return a.at < b.at; });
    return day;
}

/// All rows of all projections, in order of their keys.
inline std::string dump(const std::string& folder) {
    Connection connection(folder + "/seatline.sqlite", Connection::Mode::read, seconds{5});
    std::string out;
    const auto add = [&](Query& query, int columns) {
        while (query.next()) {
            for (int i = 0; i < columns; ++i)
                (out += query.is_null(i) ? "NULL" : query.text(i)) += '|';
            out += '\n';
        }
    };
    Query progress(connection, "SELECT * FROM progress");
    Query calls(connection, "SELECT * FROM calls ORDER BY tenant, call");
    Query intervals(connection,
                    "SELECT * FROM agent_intervals ORDER BY tenant, agent, from_at, seq");
    Query now(connection, "SELECT * FROM agent_now ORDER BY tenant, agent");
    Query queues(connection, "SELECT * FROM queue_quarters ORDER BY tenant, queue, quarter_at");
    Query recordings(connection, "SELECT * FROM recordings ORDER BY tenant, recording");
    Query deletions(connection, "SELECT * FROM deletions ORDER BY tenant, seq");
    Query voicemails(connection, "SELECT * FROM voicemails ORDER BY tenant, mailbox, message");
    Query settings(connection, "SELECT * FROM agent_settings ORDER BY tenant, agent");
    add(recordings, 15);
    add(deletions, 8);
    add(voicemails, 12);
    add(settings, 5);
    add(progress, 3);
    add(calls, 37);
    add(intervals, 8);
    add(now, 7);
    add(queues, 11);
    return out;
}

}  // namespace seatline::store::test
