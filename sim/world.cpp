#include "sim/world.h"

#include <algorithm>

namespace seatline::sim {
namespace {

core::Directory make_center(const Plan& plan) {
    core::Directory d;
    d.tenants.push_back({TenantId{1}, "sim"});
    d.trunks.push_back({TrunkId{1}, "trunk", {"192.0.2.1"}, 1'000'000'000});
    for (std::uint32_t q = 1; q <= plan.queues; ++q) {
        core::Queue queue;
        queue.id = QueueId{q};
        queue.tenant = TenantId{1};
        queue.name = "q";
        queue.skill = "s" + std::to_string(q);
        queue.wrap_up_s = plan.wrap_up;
        queue.service_level_s = plan.service_level;
        queue.max_wait_s = 86'400s;
        queue.max_waiting = 1'000'000;
        queue.announce_every_s = 0s;
        queue.announce_agent_number = false;
        queue.music = "";
        queue.record = false;
        queue.priority = q % 3;
        d.queues.push_back(queue);
        core::FlowNode node;
        node.id = "q";
        node.type = core::NodeType::queue;
        node.queue = queue.id;
        d.flows.push_back({FlowId{q}, TenantId{1}, "f", "q", {node}});
        d.numbers.push_back({"400" + std::to_string(q), TenantId{1}, FlowId{q}});
    }
    for (std::uint32_t a = 1; a <= plan.agents; ++a) {
        const std::string user = "a" + std::to_string(a);
        std::vector<std::string> skills;
        for (std::uint32_t q = 1; q <= plan.queues; ++q) {
            if (plan.queues == 1 || (a + q) % 3 != 0) skills.push_back("s" + std::to_string(q));
        }
        d.devices.push_back({user, TenantId{1}, std::string(32, '0')});
        d.agents.push_back(
            {AgentId{a}, TenantId{1}, std::to_string(1000 + a), "", skills, user, false});
    }
    return d;
}

class World {
public:
    explicit World(const Plan& plan)
        : plan_(plan),
          dice_(plan.seed),
          engine_(make_center(plan), core::EngineSettings{}),
          checker_(plan.agents, plan.queues, plan.queues == 1 && clean(plan.faults)),
          media_(std::make_shared<MediaDescription>()) {}

    Outcome run();

private:
    /// Something that will happen. `kind` tells which members count.
    struct Happening {
        enum class Kind : std::uint8_t {
            arrival,
            input,
            caller_gives_up,
            talk_over,
            worker_dies,
            worker_back,
            phone_gone,
            phone_back,
            agent_request
        };
        Instant at;
        std::uint64_t order;
        Kind kind;
        std::uint32_t number = 0;  ///< agent, or index into inputs_
        LegId leg;
        bool operator>(const Happening& other) const {
            return at != other.at ? at > other.at : order > other.order;
        }
    };
    struct Leg {
        bool is_caller = false;
        bool up = true;  ///< the far end thinks that the dialog stands
    };

    static bool clean(const Faults& f) {
        return f.no_answer == 0 && f.reject == 0 && f.message_late == 0 && f.message_lost == 0 &&
               f.worker_lost_every == 0us && f.phone_lost_every == 0us &&
               f.agent_break_every == 0us;
    }

    void sign_in_all();
    void later(microseconds delay, Happening::Kind kind, std::uint32_t number = 0, LegId leg = {});
    void respond(core::Input input, microseconds delay, bool may_be_lost);
    void happen(const Happening& what);
    void arrive();
    void agent_request();
    void give(const core::Input& input);
    void settle();
    void perform(const core::Action& action);
    void perform(const core::InviteDevice& action);
    void far_end_hangs_up(LegId id);
    void watch(const core::Event& event);

    const Plan& plan_;
    Dice dice_;
    core::Engine engine_;
    Checker checker_;
    core::MediaPtr media_;
    Instant now_ = from_unix_us(1'800'000'000'000'000);
    std::priority_queue<Happening, std::vector<Happening>, std::greater<>> future_;
    std::uint64_t order_ = 0;
    std::vector<core::Input> inputs_;
    std::vector<std::uint32_t> free_inputs_;
    boost::unordered_flat_map<LegId, Leg, std::hash<LegId>> legs_;
    boost::unordered_flat_map<CallId, LegId, std::hash<CallId>> caller_of_;
    std::vector<core::Input> at_once_;
    core::Effects effects_;
    std::uint64_t arrived_ = 0;
    std::uint64_t next_leg_ = 1;
    bool worker_up_ = true;
    Outcome outcome_;
};

Outcome World::run() {
    give(core::WorkerUp{0, 1});
    sign_in_all();
    const Instant start = now_;
    later(dice_.exponential(plan_.interarrival), Happening::Kind::arrival);
    if (plan_.faults.worker_lost_every > 0us) {
        later(dice_.exponential(plan_.faults.worker_lost_every), Happening::Kind::worker_dies);
    }
    if (plan_.faults.phone_lost_every > 0us) {
        later(dice_.exponential(plan_.faults.phone_lost_every), Happening::Kind::phone_gone);
    }
    if (plan_.faults.agent_break_every > 0us) {
        later(dice_.exponential(plan_.faults.agent_break_every), Happening::Kind::agent_request);
    }
    while (arrived_ < plan_.calls || checker_.open_calls() > 0) {
        const auto deadline = engine_.next_deadline();
        SEATLINE_ASSERT(deadline ||
                        !future_.empty());  // calls are open and nothing will ever happen
        if (deadline && (future_.empty() || *deadline <= future_.top().at)) {
            now_ = std::max(now_, *deadline);
            effects_.clear();
            engine_.tick(now_, effects_);
            settle();
        } else {
            const Happening next = future_.top();
            future_.pop();
            now_ = std::max(now_, next.at);
            happen(next);
        }
    }
    checker_.finish();
    engine_.check_invariants();
    outcome_.span = now_ - start;
    outcome_.totals = checker_.totals();
    return outcome_;
}

void World::sign_in_all() {
    for (std::uint32_t a = 1; a <= plan_.agents; ++a) {
        give(core::DeviceUp{"a" + std::to_string(a), ""});
        give(core::AgentRequest{
            RequestId{a}, TenantId{1}, AgentId{a}, core::AgentRequestKind::sign_in, {}});
    }
}

void World::later(microseconds delay, Happening::Kind kind, std::uint32_t number, LegId leg) {
    future_.push({now_ + delay, ++order_, kind, number, leg});
}

/// What a phone or the worker says; disturbed by the plan's faults.
void World::respond(core::Input input, microseconds delay, bool may_be_lost) {
    const Faults& f = plan_.faults;
    if (may_be_lost && f.message_lost > 0 && dice_.chance(f.message_lost)) return;
    if (f.message_late > 0 && dice_.chance(f.message_late))
        delay += microseconds{dice_.below(3'000'000)};
    const bool doubled = f.message_doubled > 0 && dice_.chance(f.message_doubled);
    if (delay == 0us && !doubled) {
        at_once_.push_back(std::move(input));
        return;
    }
    for (int i = 0; i < (doubled ? 2 : 1); ++i) {
        std::uint32_t slot = static_cast<std::uint32_t>(inputs_.size());
        if (free_inputs_.empty()) {
            inputs_.emplace_back();
        } else {
            slot = free_inputs_.back();
            free_inputs_.pop_back();
        }
        inputs_[slot] = input;
        later(delay, Happening::Kind::input, slot);
    }
}

void World::happen(const Happening& what) {
    using Kind = Happening::Kind;
    const Faults& f = plan_.faults;
    switch (what.kind) {
        case Kind::arrival:
            return arrive();
        case Kind::input: {
            const core::Input input = std::move(inputs_[what.number]);
            free_inputs_.push_back(what.number);
            return give(input);
        }
        case Kind::caller_gives_up:
        case Kind::talk_over:
            return far_end_hangs_up(what.leg);
        case Kind::worker_dies:
            worker_up_ = false;
            give(core::WorkerDown{0, "killed"});
            return later(500ms, Kind::worker_back);
        case Kind::worker_back:
            worker_up_ = true;
            later(dice_.exponential(f.worker_lost_every), Kind::worker_dies);
            return give(core::WorkerUp{0, 2});
        case Kind::phone_gone: {
            const auto agent = static_cast<std::uint32_t>(1 + dice_.below(plan_.agents));
            later(30s, Kind::phone_back, agent);
            later(dice_.exponential(f.phone_lost_every), Kind::phone_gone);
            return give(core::DeviceDown{"a" + std::to_string(agent), "expired"});
        }
        case Kind::phone_back:
            return give(core::DeviceUp{"a" + std::to_string(what.number), ""});
        case Kind::agent_request:
            return agent_request();
    }
}

void World::arrive() {
    if (++arrived_ < plan_.calls)
        later(dice_.exponential(plan_.interarrival), Happening::Kind::arrival);
    const LegId leg{next_leg_};
    next_leg_ += 2;
    legs_[leg] = {true, true};
    const std::uint64_t queue = plan_.queues == 1 ? 1 : 1 + dice_.below(plan_.queues);
    give(core::IncomingCall{
        leg, TrunkId{1}, "13800000000", "400" + std::to_string(queue), {}, media_});
    if (plan_.patience > 0us)
        later(dice_.exponential(plan_.patience), Happening::Kind::caller_gives_up, 0, leg);
}

/// An agent presses some key at some moment; those who went away come back sooner or later.
void World::agent_request() {
    using Kind = core::AgentRequestKind;
    later(dice_.exponential(plan_.faults.agent_break_every), Happening::Kind::agent_request);
    static constexpr Kind kKinds[]{Kind::busy,    Kind::idle,    Kind::sign_out,
                                   Kind::sign_in, Kind::sign_in, Kind::hang_up,
                                   Kind::idle,    Kind::idle,    Kind::sign_in};
    const AgentId agent{1 + dice_.below(plan_.agents)};
    give(core::AgentRequest{RequestId{1}, TenantId{1}, agent,
                            kKinds[dice_.below(std::size(kKinds))], "rest"});
}

void World::far_end_hangs_up(LegId id) {
    const auto leg = legs_.find(id);
    if (leg == legs_.end() || !leg->second.up) return;
    leg->second.up = false;
    give(core::LegEnded{id, 200, false, {}});
}

void World::give(const core::Input& input) {
    effects_.clear();
    engine_.handle(input, now_, effects_);
    settle();
}

/// Performs what the engine wants and feeds back what answers at once, until nothing more happens
/// at this moment.
void World::settle() {
    for (;;) {
        ++outcome_.steps;
        for (const core::Event& event : effects_.events) watch(event);
        for (const core::Action& action : effects_.actions) perform(action);
        if (plan_.full_checks) engine_.check_invariants();
        if (at_once_.empty()) return;
        // One input at a time, in order: the engine's answer to the first comes before the second
        // is seen.
        effects_.clear();
        std::vector<core::Input> inputs;
        inputs.swap(at_once_);
        for (const core::Input& input : inputs) engine_.handle(input, now_, effects_);
        inputs.clear();
        if (at_once_.empty()) at_once_.swap(inputs);
    }
}

void World::watch(const core::Event& event) {
    checker_.watch(event);
    if (const auto* talk = std::get_if<core::TalkStarted>(&event.body)) {
        // The talk lasts its time from here; half of the calls are ended by the caller, half by the
        // agent.
        const LegId who = dice_.chance(0.5) ? talk->leg : caller_of_[talk->call];
        later(dice_.exponential(plan_.talk), Happening::Kind::talk_over, 0, who);
    } else if (const auto* arrived = std::get_if<core::CallArrived>(&event.body)) {
        caller_of_[arrived->call] = arrived->leg;
    } else if (const auto* ended = std::get_if<core::CallEnded>(&event.body)) {
        caller_of_.erase(ended->call);
    }
}

void World::perform(const core::Action& action) {
    if (const auto* open = std::get_if<core::OpenMedia>(&action)) {
        if (worker_up_) respond(core::MediaOpened{open->leg, media_}, 0us, false);
    } else if (const auto* invite = std::get_if<core::InviteDevice>(&action)) {
        perform(*invite);
    } else if (const auto* hang_up = std::get_if<core::HangUpLeg>(&action)) {
        const auto leg = legs_.find(hang_up->leg);
        if (leg == legs_.end()) return;
        leg->second.up = false;
        respond(core::LegEnded{hang_up->leg, 200, false, {}}, 0us, true);
    } else if (const auto* reject = std::get_if<core::RejectCall>(&action)) {
        legs_.erase(reject->leg);
    } else if (const auto* close = std::get_if<core::CloseMedia>(&action)) {
        core::LegQuality quality;
        quality.leg = close->leg;
        legs_.erase(close->leg);
        if (worker_up_) respond(core::MediaClosed{quality}, 0us, true);
    }
    outcome_.most_legs = std::max(outcome_.most_legs, legs_.size());
}

void World::perform(const core::InviteDevice& action) {
    const Faults& f = plan_.faults;
    legs_[action.leg] = {false, true};
    if (f.reject > 0 && dice_.chance(f.reject)) {
        legs_[action.leg].up = false;
        return respond(core::LegEnded{action.leg, 486, false, {}}, 100ms, false);
    }
    respond(core::LegRinging{action.leg}, 0us, true);
    if (f.no_answer > 0 && dice_.chance(f.no_answer))
        return;  // the engine's own deadline takes the offer back
    const microseconds ring = plan_.answer > 0us ? dice_.exponential(plan_.answer) : 0us;
    respond(core::LegAnswered{action.leg, media_}, ring, false);
}

}  // namespace

Outcome run(const Plan& plan) {
    return World(plan).run();
}

}  // namespace seatline::sim
