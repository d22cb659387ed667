#include "robots/demo.h"

#include "base/log.h"
#include "robots/clock.h"

namespace seatline::robots {
namespace {

constexpr std::uint32_t kExpires_s =
    60;  // short: a server that was started anew knows its agents soon
constexpr auto kStatusEvery = 10s;
constexpr auto kLeavePatience = 1200ms;

}  // namespace

Demo::Demo(Loop& loop, DemoSettings settings)
    : loop_(loop),
      settings_(std::move(settings)),
      random_(settings_.seed != 0 ? settings_.seed : std::random_device{}()),
      arrivals_(settings_.calls_per_minute),
      agent_ports_(settings_.bind_agents, 256),
      caller_ports_(settings_.bind_callers, 256) {}

Demo::~Demo() = default;

Result<void> Demo::start() {
    voices_ = make_voices(random_);
    audio_ = std::make_unique<AudioEngine>(loop_, true);
    auto agents = Line::open(loop_, settings_.bind_agents,
                             [this](Instant at, sip::Event&& e) { on_agent(at, std::move(e)); });
    if (agents.has_error()) return agents.error();
    agent_line_ = std::move(*agents);
    auto callers = Line::open(loop_, settings_.bind_callers,
                              [this](Instant at, sip::Event&& e) { on_caller(at, std::move(e)); });
    if (callers.has_error()) return callers.error();
    caller_line_ = std::move(*callers);
    phones_ = std::make_unique<Phones>(*agent_line_, settings_.server, kExpires_s);
    for (const Account& account : settings_.accounts.agents) {
        Agent& agent = agents_[account.user];
        agent.account = account;
        agent.voice = any_voice();
        phones_->sign_in(account);
    }
    started_ = now();
    loop_.after(1s, [this] { arrive(); });
    loop_.after(kStatusEvery, [this] { report(); });
    return {};
}

const SoundPtr& Demo::any_voice() {
    return voices_[std::uniform_int_distribution<std::size_t>(0, voices_.size() - 1)(random_)];
}

AudioEngine::Listener Demo::counting() {
    return {{}, [this](const StreamReport& report) {
                totals_.received += report.received;
                totals_.lost += report.lost;
            }};
}

// ---- callers
// ---------------------------------------------------------------------------------------------------------

void Demo::arrive() {
    if (is_leaving_) return;
    if (callers_.size() < settings_.max_calls && !phones_->registered().empty()) call();
    loop_.after(arrivals_.next(random_, now() - started_), [this] { arrive(); });
}

void Demo::call() {
    auto audio = AudioLeg::open(*audio_, caller_ports_);
    if (audio.has_error()) return log::warn("{}", audio.error().text());
    const LegId leg{next_leg_};
    next_leg_ += 2;
    Caller caller{{}, now(), false, std::move(*audio), plan_caller(random_)};
    caller.number = caller.plan.number;
    sip::Invite invite;
    invite.leg = leg;
    const auto& numbers = settings_.accounts.numbers;
    invite.request_uri = settings_.server.uri(
        numbers[std::uniform_int_distribution<std::size_t>(0, numbers.size() - 1)(random_)]);
    invite.from_user = caller.number;
    invite.local = caller.audio.offer(random_() % 3 == 0 ? media::G711::ulaw : media::G711::alaw);
    callers_.emplace(leg, std::move(caller));
    caller_line_->post(std::move(invite));
    ++totals_.calls;
}

void Demo::on_caller(Instant, sip::Event&& event) {
    if (const auto* answered = std::get_if<sip::Answered>(&event))
        return caller_answered(*answered);
    if (const auto* ended = std::get_if<sip::Ended>(&event)) return caller_ended(*ended);
    if (const auto* changed = std::get_if<sip::MediaChanged>(&event)) {
        const auto found = callers_.find(changed->leg);
        if (found == callers_.end()) return;
        if (const auto answer = found->second.audio.answer(changed->remote)) {
            caller_line_->post(sip::Accept{changed->leg, *answer});
        }
    }
}

void Demo::caller_answered(const sip::Answered& event) {
    const auto found = callers_.find(event.leg);
    if (found == callers_.end()) return;
    Caller& caller = found->second;
    StreamSettings stream;
    stream.sound = any_voice();
    stream.first_frame = any_frame();
    caller.audio.start(event.remote, std::move(stream), counting());
    press(event.leg, 0);
    loop_.after(caller.plan.patience, [this, leg = event.leg] {
        const auto waiting = callers_.find(leg);
        if (waiting == callers_.end() || waiting->second.is_talking) return;
        ++totals_.gave_up;
        caller_line_->post(sip::HangUp{leg});
    });
}

void Demo::press(LegId leg, std::size_t key) {
    const auto found = callers_.find(leg);
    if (found == callers_.end() || key >= found->second.plan.keys.size()) return;
    loop_.after(found->second.plan.keys[key].after, [this, leg, key] {
        const auto caller = callers_.find(leg);
        if (caller == callers_.end() || caller->second.is_talking) return;
        caller->second.audio.press(std::string(1, caller->second.plan.keys[key].key));
        press(leg, key + 1);
    });
}

void Demo::caller_ended(const sip::Ended& event) {
    if (event.by != sip::EndedBy::local && event.sip_code >= 400) {
        ++totals_.failed;
        if (totals_.failed <= 5) log::warn("a call failed: {}", event.text);
    }
    callers_.erase(event.leg);
    stop_when_quiet();
}

// ---- agents
// ----------------------------------------------------------------------------------------------------------

void Demo::on_agent(Instant, sip::Event&& event) {
    if (const auto* call = std::get_if<sip::IncomingCall>(&event)) return agent_rings(*call);
    if (const auto* ended = std::get_if<sip::Ended>(&event)) return agent_ended(*ended);
    if (const auto* result = std::get_if<sip::RegisterResult>(&event)) {
        if (!result->ok && !is_leaving_ && !result->user.empty()) {
            log::warn("phone {} can't register: {}", result->user, result->sip_code);
        }
        phones_->on(*result);
        stop_when_quiet();
    } else if (const auto* changed = std::get_if<sip::MediaChanged>(&event)) {
        const auto found = ringing_or_talking_.find(changed->leg);
        if (found == ringing_or_talking_.end()) return;
        if (const auto answer = agents_[found->second].audio.answer(changed->remote)) {
            agent_line_->post(sip::Accept{changed->leg, *answer});
        }
    }
}

void Demo::agent_rings(const sip::IncomingCall& call) {
    const auto found = agents_.find(call.called);
    if (found == agents_.end()) return agent_line_->post(sip::Reject{call.leg, 404});
    Agent& agent = found->second;
    if (agent.leg || is_leaving_ || !call.remote)
        return agent_line_->post(sip::Reject{call.leg, 486});
    auto audio = AudioLeg::open(*audio_, agent_ports_);
    if (audio.has_error()) return agent_line_->post(sip::Reject{call.leg, 500});
    agent.leg = call.leg;
    agent.audio = std::move(*audio);
    agent.remote = *call.remote;
    agent.caller = call.caller;
    agent.plan =
        plan_agent(random_, microseconds{static_cast<std::int64_t>(settings_.talk_s * 1e6)});
    ringing_or_talking_[call.leg] = call.called;
    agent_line_->post(sip::Ring{call.leg});
    if (agent.plan.reaction == AgentReaction::lets_ring) return;  // until the server gives up
    loop_.after(agent.plan.ring,
                [this, user = call.called, leg = call.leg] { agent_acts(user, leg); });
}

void Demo::agent_acts(const std::string& user, LegId leg) {
    Agent& agent = agents_[user];
    if (agent.leg != leg) return;
    if (agent.plan.reaction == AgentReaction::rejects)
        return agent_line_->post(sip::Reject{leg, 486});
    agent_answers(agent);
}

void Demo::agent_answers(Agent& agent) {
    const auto answer = agent.audio.answer(agent.remote);
    if (!answer) return agent_line_->post(sip::Reject{agent.leg, 488});
    agent_line_->post(sip::Accept{agent.leg, *answer});
    agent.is_talking = true;
    ++totals_.answered;
    StreamSettings stream;
    stream.sound = agent.voice;
    stream.first_frame = any_frame();
    agent.audio.start(agent.remote, std::move(stream), counting());
    for (auto& [leg, caller] : callers_) {
        if (caller.number == agent.caller) caller.is_talking = true;
    }
    loop_.after(agent.plan.talk,
                [this, user = agent.account.user, leg = agent.leg] { talk_ends(user, leg); });
}

void Demo::talk_ends(const std::string& user, LegId agent_leg) {
    const Agent& agent = agents_[user];
    if (agent.leg != agent_leg) return;
    if (!agent.plan.agent_hangs_up) {
        for (const auto& [leg, caller] : callers_) {
            if (caller.number == agent.caller) return caller_line_->post(sip::HangUp{leg});
        }
    }
    agent_line_->post(sip::HangUp{agent_leg});
}

void Demo::agent_ended(const sip::Ended& event) {
    const auto found = ringing_or_talking_.find(event.leg);
    if (found == ringing_or_talking_.end()) return;
    const std::string user = found->second;
    ringing_or_talking_.erase(found);
    Agent& agent = agents_[user];
    const bool was_talking = agent.is_talking;
    agent.leg = {};
    agent.is_talking = false;
    agent.audio.stop();
    if (!was_talking && agent.plan.reaction != AgentReaction::answers) {
        ++totals_.not_taken;
        come_back(user, agent.plan.away);
    }
    stop_when_quiet();
}

/// The server has set the agent busy, for the call wasn't taken: after a while the agent signs out
/// and in again.
void Demo::come_back(const std::string& user, microseconds away) {
    loop_.after(away, [this, user] {
        if (is_leaving_ || agents_[user].leg) return;
        phones_->sign_out(user);
        loop_.after(3s, [this, user] {
            if (!is_leaving_) phones_->sign_in(agents_[user].account);
        });
    });
}

// ---- the whole
// -------------------------------------------------------------------------------------------------------

void Demo::report() {
    if (is_leaving_) return;
    std::size_t talking = 0;
    for (const auto& [user, agent] : agents_) talking += agent.is_talking ? 1 : 0;
    log::info(
        "{} calls up, {} talking, {}/{} phones in, {:.0f} calls/min | so far {} calls, {} "
        "answered, {} gave up, {} not taken by "
        "agents, {} failed, RTP lost {} of {}",
        callers_.size(), talking, phones_->registered().size(), agents_.size(),
        arrivals_.rate_at(now() - started_), totals_.calls, totals_.answered, totals_.gave_up,
        totals_.not_taken, totals_.failed, totals_.lost, totals_.received + totals_.lost);
    loop_.after(kStatusEvery, [this] { report(); });
}

void Demo::leave() {
    if (is_leaving_) return;
    is_leaving_ = true;
    for (const auto& [leg, caller] : callers_) caller_line_->post(sip::HangUp{leg});
    for (const auto& [leg, user] : ringing_or_talking_) agent_line_->post(sip::HangUp{leg});
    phones_->sign_out_all();
    loop_.after(kLeavePatience, [this] { loop_.stop(); });
    stop_when_quiet();
}

void Demo::stop_when_quiet() {
    if (is_leaving_ && callers_.empty() && ringing_or_talking_.empty() && phones_->pending() == 0)
        loop_.stop();
}

}  // namespace seatline::robots
