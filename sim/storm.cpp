#include "sim/storm.h"

#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/engine/engine.h"
#include "core/engine/event_json.h"
#include "sim/dice.h"

namespace seatline::sim {
namespace {

core::Directory make_center(std::uint32_t agents) {
    core::Directory d;
    d.tenants.push_back({TenantId{1}, "storm"});
    d.trunks.push_back({TrunkId{1}, "in", {"192.0.2.1"}, 8});
    for (const std::uint64_t t : {2, 3}) {
        core::Trunk trunk;
        trunk.id = TrunkId{t};
        trunk.addresses = {"192.0.2." + std::to_string(t)};
        trunk.max_calls = 4;
        trunk.gateway.emplace();
        trunk.gateway->uri = "sip:192.0.2." + std::to_string(t);
        d.trunks.push_back(trunk);
        d.routes.push_back({"1", TrunkId{t}, static_cast<std::uint32_t>(t)});
    }
    for (const std::uint64_t q : {1, 2}) {
        core::Queue queue;
        queue.id = QueueId{q};
        queue.tenant = TenantId{1};
        queue.name = "q";
        queue.skill = "s" + std::to_string(q);
        queue.wrap_up_s = seconds{q == 1 ? 0 : 5};
        queue.max_waiting = 4;
        queue.max_wait_s = 90s;
        queue.music = "";
        d.queues.push_back(queue);
        core::FlowNode node;
        node.id = "q";
        node.type = core::NodeType::queue;
        node.queue = queue.id;
        d.flows.push_back({FlowId{q}, TenantId{1}, "f", "q", {node}});
        d.numbers.push_back({"400" + std::to_string(q), TenantId{1}, FlowId{q}});
    }
    core::FlowNode ask;
    ask.id = "ask";
    ask.type = core::NodeType::collect;
    ask.prompts = {"zh/next"};
    ask.variable = "pin";
    ask.max_digits = 3;
    ask.next = ask.on_failure = "back";
    core::FlowNode back;
    back.id = "back";
    back.type = core::NodeType::give_back;
    d.flows.push_back({FlowId{3}, TenantId{1}, "f", "ask", {ask, back}});
    for (std::uint32_t a = 1; a <= agents; ++a) {
        const std::string number = std::to_string(8000 + a);
        d.devices.push_back({number, TenantId{1}, std::string(32, '0')});
        core::Agent agent{AgentId{a}, TenantId{1}, number, "", {"s1"}, number, a == 3};
        if (a % 2 == 0) agent.skills.push_back("s2");
        agent.supervisor = a <= 2;
        if (a == agents) agent.seat = core::SeatKind::inbound;
        d.agents.push_back(agent);
    }
    SEATLINE_ASSERT(core::check(d).has_value());
    return d;
}

class Weather {
public:
    explicit Weather(const Storm& storm)
        : storm_(storm),
          dice_(storm.seed),
          engine_(make_center(storm.agents), core::EngineSettings{}),
          media_(std::make_shared<MediaDescription>()),
          states_(storm.agents + 1, core::AgentState::signed_out) {}

    StormOutcome run();

private:
    struct Leg {
        bool calls_us = false;
        bool is_up = false;
        bool is_over = false;  ///< told
    };

    void something_happens();
    void far_end(LegId leg);
    void phone_calls();
    void wish();
    void time_passes(microseconds span);
    void give(const core::Input& input);
    void settle();
    void perform(const core::Action& action);
    void watch(const core::Event& event);
    void calm_down();
    [[nodiscard]] LegId any_leg();
    [[nodiscard]] std::string any_number();
    [[nodiscard]] core::Target any_target();

    const Storm& storm_;
    Dice dice_;
    core::Engine engine_;
    core::MediaPtr media_;
    Instant now_ = from_unix_us(1'800'000'000'000'000);
    core::Effects effects_;
    std::map<LegId, Leg> legs_;
    std::vector<core::Input> later_;  ///< answers on their way
    std::map<LegId, PlayId> playing_;
    std::set<RecordingId> recordings_;
    std::set<CallId> open_;
    std::set<CallId> ended_;
    std::map<CallId, QueueId> waiting_;
    std::vector<core::AgentState> states_;
    std::set<std::uint64_t> unanswered_;
    std::uint64_t next_request_ = 1;
    std::uint64_t next_leg_ = 1;
    bool worker_up_ = true;
    bool is_calm_ = false;
    StormOutcome outcome_;
};

StormOutcome Weather::run() {
    give(core::WorkerUp{0, 1});
    for (std::uint32_t a = 1; a <= storm_.agents; ++a) {
        give(core::DeviceUp{std::to_string(8000 + a), ""});
        give(core::AgentRequest{RequestId{next_request_++},
                                TenantId{1},
                                AgentId{a},
                                core::AgentRequestKind::sign_in,
                                {}});
    }
    for (std::uint32_t i = 0; i < storm_.steps; ++i) something_happens();
    calm_down();
    return outcome_;
}

LegId Weather::any_leg() {
    if (legs_.empty()) return LegId{999'999};
    auto it = legs_.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(dice_.below(legs_.size())));
    return it->first;
}

std::string Weather::any_number() {
    switch (dice_.below(8)) {
        case 0:
            return "13900000000";
        case 1:
            return "4001";
        case 2:
            return "*8";
        case 3:
            return "*8" + std::to_string(8001 + dice_.below(storm_.agents));
        case 4:
            return "777";
        default:
            return std::to_string(8001 + dice_.below(storm_.agents));
    }
}

core::Target Weather::any_target() {
    switch (dice_.below(6)) {
        case 0:
            return {core::TargetKind::queue, 1 + dice_.below(3), {}};
        case 1:
            return {core::TargetKind::flow, 1 + dice_.below(4), {}};
        case 2:
            return {core::TargetKind::number, 0, any_number()};
        case 3:
            return {core::TargetKind::mailbox, 1, {}};
        default:
            return {core::TargetKind::agent, 1 + dice_.below(storm_.agents), {}};
    }
}

void Weather::something_happens() {
    switch (dice_.below(20)) {
        case 0:
        case 1: {
            const LegId leg{next_leg_};
            next_leg_ += 2;
            legs_[leg].calls_us = true;
            return give(core::IncomingCall{leg,
                                           TrunkId{1},
                                           "13800000000",
                                           "400" + std::to_string(1 + dice_.below(2)),
                                           {},
                                           media_});
        }
        case 2:
            return phone_calls();
        case 3:
        case 4:
        case 5:
            return far_end(any_leg());
        case 6: {
            if (dice_.chance(0.97)) return far_end(any_leg());
            worker_up_ = !worker_up_;
            playing_.clear();
            recordings_.clear();
            if (worker_up_) return give(core::WorkerUp{0, 2});
            return give(core::WorkerDown{0, "killed"});
        }
        case 7: {
            const std::string device = std::to_string(8001 + dice_.below(storm_.agents));
            if (dice_.chance(0.2)) return give(core::DeviceDown{device, "expired"});
            return give(core::DeviceUp{device, ""});
        }
        case 8:
            return give(core::TrunkState{TrunkId{2 + dice_.below(2)}, dice_.chance(0.7), "x"});
        case 9:
        case 10: {
            if (playing_.empty()) return time_passes(1s);
            const auto play = playing_.begin();
            const core::PlayEnded ended{play->first, play->second};
            playing_.erase(play);
            return give(ended);
        }
        case 11:
        case 12:
            return time_passes(microseconds{dice_.below(25'000'000)});
        default:
            return wish();
    }
}

/// A phone or peer does something on a leg, sensible or not.
void Weather::far_end(LegId id) {
    Leg& leg = legs_[id];
    switch (dice_.below(9)) {
        case 0:
            if (std::exchange(leg.is_over, true)) return;
            return give(core::LegEnded{id, dice_.chance(0.5) ? 200 : 486, dice_.chance(0.1), {}});
        case 1:
            return give(core::LegRinging{id, dice_.chance(0.3) ? media_ : nullptr});
        case 2:
        case 3:
        case 4:
            if (!leg.is_over) give(core::LegAnswered{id, media_});
            return;
        case 5: {
            MediaDescription media;
            media.direction = static_cast<MediaDirection>(dice_.below(4));
            return give(core::LegMediaChanged{id, std::make_shared<MediaDescription>(media)});
        }
        case 6:
            return give(core::DigitPressed{id, "0123456789*#"[dice_.below(12)]});
        case 7:
            return give(core::TransferAsked{id, any_number(),
                                            dice_.chance(0.3) ? any_leg() : LegId{}, false});
        default:
            if (dice_.chance(0.1)) return give(core::RtpSilent{id});
            if (dice_.chance(0.1)) return give(core::MediaFailed{id, false, "no port"});
            return;
    }
}

void Weather::phone_calls() {
    const LegId leg{next_leg_};
    next_leg_ += 2;
    core::IncomingCall call{leg, {}, "phone", any_number(), {}, media_};
    call.device = std::to_string(8001 + dice_.below(storm_.agents));
    if (dice_.chance(0.1)) call.replaces = any_leg();
    legs_[leg].calls_us = true;
    give(call);
}

void Weather::wish() {
    core::AgentRequest request{
        RequestId{next_request_++},
        TenantId{1},
        AgentId{1 + dice_.below(storm_.agents)},
        static_cast<core::AgentRequestKind>(
            dice_.below(static_cast<std::uint64_t>(core::AgentRequestKind::forced_idle) + 1)),
        {}};
    if (dice_.chance(0.2)) request.kind = core::AgentRequestKind::sign_in;
    if (dice_.chance(0.1)) request.kind = core::AgentRequestKind::idle;
    request.target = any_target();
    request.other = AgentId{1 + dice_.below(storm_.agents)};
    if (!open_.empty() && dice_.chance(0.3)) request.call = *open_.begin();
    if (dice_.chance(0.3)) request.forward.on_no_answer = any_number();
    if (dice_.chance(0.3)) request.forward.always = any_number();
    ++outcome_.wishes;
    unanswered_.insert(request.request.value);
    give(request);
    SEATLINE_ASSERT(unanswered_.empty());
}

void Weather::time_passes(microseconds span) {
    const Instant end = now_ + span;
    while (engine_.next_deadline() && *engine_.next_deadline() <= end) {
        now_ = std::max(now_, *engine_.next_deadline());
        effects_.clear();
        engine_.tick(now_, effects_);
        settle();
    }
    now_ = end;
}

void Weather::give(const core::Input& input) {
    effects_.clear();
    engine_.handle(input, now_, effects_);
    settle();
}

void Weather::settle() {
    for (;;) {
        for (const core::Event& event : effects_.events) watch(event);
        for (const core::Action& action : effects_.actions) perform(action);
        engine_.check_invariants();
        if (later_.empty()) return;
        const core::Input next = later_.front();
        later_.erase(later_.begin());
        effects_.clear();
        engine_.handle(next, now_, effects_);
    }
}

void Weather::perform(const core::Action& action) {
    const bool is_lost = !is_calm_ && dice_.chance(0.05);
    if (const auto* open = std::get_if<core::OpenMedia>(&action)) {
        legs_[open->leg];
        if (is_lost) return;
        if (!worker_up_ || dice_.chance(0.02))
            later_.emplace_back(core::MediaFailed{open->leg, dice_.chance(0.5), "no port"});
        else
            later_.emplace_back(core::MediaOpened{open->leg, media_});
    } else if (std::holds_alternative<core::InviteDevice>(action) ||
               std::holds_alternative<core::InviteTrunk>(action)) {
        const auto* phone = std::get_if<core::InviteDevice>(&action);
        const LegId leg = phone != nullptr ? phone->leg : std::get<core::InviteTrunk>(action).leg;
        if (dice_.chance(0.7)) later_.emplace_back(core::LegRinging{leg, nullptr});
        if (dice_.chance(0.6)) later_.emplace_back(core::LegAnswered{leg, media_});
    } else if (const auto* hang_up = std::get_if<core::HangUpLeg>(&action)) {
        if (is_lost || std::exchange(legs_[hang_up->leg].is_over, true)) return;
        later_.emplace_back(core::LegEnded{hang_up->leg, 200, false, {}});
    } else if (const auto* reject = std::get_if<core::RejectCall>(&action)) {
        legs_.erase(reject->leg);
    } else if (const auto* close = std::get_if<core::CloseMedia>(&action)) {
        core::LegQuality quality;
        quality.leg = close->leg;
        legs_.erase(close->leg);
        playing_.erase(close->leg);
        if (!is_lost && worker_up_) later_.emplace_back(core::MediaClosed{quality});
    } else if (const auto* play = std::get_if<core::Play>(&action)) {
        if (play->loop) {
            playing_.erase(play->leg);
        } else {
            playing_[play->leg] = play->play;
        }
    } else if (const auto* start = std::get_if<core::StartRecording>(&action)) {
        SEATLINE_ASSERT(recordings_.insert(start->recording).second);
    } else if (const auto* set = std::get_if<core::SetRecording>(&action)) {
        SEATLINE_ASSERT(!worker_up_ || recordings_.contains(set->recording));
    } else if (const auto* stop = std::get_if<core::StopRecording>(&action)) {
        if (recordings_.erase(stop->recording) == 0) return;
        core::RecordingFinished result;
        result.recording = stop->recording;
        later_.emplace_back(core::RecordingEnded{result});
    } else if (const auto* reply = std::get_if<core::Reply>(&action)) {
        unanswered_.erase(reply->request.value);
        outcome_.granted += !reply->error;
    }
}

void Weather::watch(const core::Event& event) {
    if (storm_.print) {
        std::string line;
        core::write_event(line, event);
        std::fprintf(stderr, "%s\n", line.c_str());
    }
    if (const auto* arrived = std::get_if<core::CallArrived>(&event.body)) {
        ++outcome_.calls;
        SEATLINE_ASSERT(!ended_.contains(arrived->call));
        SEATLINE_ASSERT(open_.insert(arrived->call).second);
    } else if (const auto* over = std::get_if<core::CallEnded>(&event.body)) {
        SEATLINE_ASSERT(open_.erase(over->call) == 1);
        SEATLINE_ASSERT(!waiting_.contains(over->call));
        ended_.insert(over->call);
    } else if (const auto* queued = std::get_if<core::CallQueued>(&event.body)) {
        SEATLINE_ASSERT(open_.contains(queued->call));
        SEATLINE_ASSERT(waiting_.emplace(queued->call, queued->queue).second);
    } else if (const auto* left = std::get_if<core::CallLeftQueue>(&event.body)) {
        SEATLINE_ASSERT(waiting_.at(left->call) == left->queue);
        waiting_.erase(left->call);
    } else if (const auto* talk = std::get_if<core::TalkStarted>(&event.body)) {
        SEATLINE_ASSERT(open_.contains(talk->call));
        SEATLINE_ASSERT(states_[talk->agent.value] == core::AgentState::talking);
        ++outcome_.talks;
    } else if (const auto* placed = std::get_if<core::LegPlaced>(&event.body)) {
        SEATLINE_ASSERT(open_.contains(placed->call));
    } else if (std::holds_alternative<core::CallTransferred>(event.body)) {
        ++outcome_.transfers;
    } else if (std::holds_alternative<core::SupervisorActed>(event.body)) {
        ++outcome_.supervised;
    } else if (const auto* changed = std::get_if<core::AgentStateChanged>(&event.body)) {
        SEATLINE_ASSERT(states_[changed->agent.value] == changed->from);
        states_[changed->agent.value] = changed->to;
    }
}

/// All hang up; then nothing may be left.
void Weather::calm_down() {
    is_calm_ = true;
    if (!worker_up_) {
        worker_up_ = true;
        give(core::WorkerUp{0, 3});
    }
    for (int round = 0; round < 50 && !legs_.empty(); ++round) {
        const auto legs = legs_;
        for (const auto& [id, leg] : legs) give(core::LegEnded{id, 200, false, {}});
        time_passes(60s);
    }
    time_passes(5h);
    const core::EngineCounts counts = engine_.counts();
    SEATLINE_ASSERT(open_.empty());
    SEATLINE_ASSERT(waiting_.empty());
    SEATLINE_ASSERT(counts.calls == 0);
    SEATLINE_ASSERT(counts.legs == 0);
    SEATLINE_ASSERT(counts.waiting == 0);
}

}  // namespace

StormOutcome run(const Storm& storm) {
    return Weather(storm).run();
}

}  // namespace seatline::sim
