#include "robots/load.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>

#include "base/log.h"
#include "robots/clock.h"

namespace seatline::robots {
namespace {

constexpr auto kRegisterPatience = 30s;
constexpr auto kReleasePatience = 5s;  ///< a BYE of one side must reach the other
constexpr auto kHearPatience = 10s;    ///< from the agent's 200: covers an announcement
constexpr std::size_t kPortPairs = 64;

microseconds as_microseconds(double seconds) {
    return microseconds{static_cast<std::int64_t>(seconds * 1e6)};
}

}  // namespace

Load::Load(Loop& loop, LoadSettings settings)
    : loop_(loop),
      settings_(std::move(settings)),
      agent_ports_(settings_.bind_agents, kPortPairs),
      caller_ports_(settings_.bind_callers, kPortPairs) {
    wanted_ = settings_.calls != 0
                  ? settings_.calls
                  : static_cast<std::uint64_t>(std::max(1.0, settings_.rate * settings_.seconds));
    prefix_ = "13" + std::to_string(10 + std::random_device{}() % 90);
    for (std::uint32_t hertz = 0; hertz <= highest_tone_hz; hertz += 50) {
        tones_.push_back(hertz < lowest_tone_hz ? nullptr : make_tone_sound(hertz));
    }
}

Load::~Load() {
    // Timers and listeners may hold calls longer than the ports live.
    for (const auto& [index, call] : calls_) {
        call->caller_audio.stop();
        call->agent_audio.stop();
    }
}

Result<void> Load::start() {
    audio_ = std::make_unique<AudioEngine>(loop_, settings_.audio != LoadAudio::off);
    auto agents = Line::open(loop_, settings_.bind_agents,
                             [this](Instant at, sip::Event&& e) { on_agent(at, std::move(e)); });
    if (agents.has_error()) return agents.error();
    agent_line_ = std::move(*agents);
    auto callers = Line::open(loop_, settings_.bind_callers,
                              [this](Instant at, sip::Event&& e) { on_caller(at, std::move(e)); });
    if (callers.has_error()) return callers.error();
    caller_line_ = std::move(*callers);
    phones_ = std::make_unique<Phones>(*agent_line_, settings_.server, 3600);
    for (const Account& account : settings_.agents) {
        agents_[account.user];
        phones_->sign_in(account);
    }
    await_phones(now());
    return {};
}

void Load::await_phones(Instant since) {
    if (is_finishing_) return;
    if (phones_->pending() == 0 && phones_->registered().size() == agents_.size()) return begin();
    if (now() - since > kRegisterPatience || (phones_->pending() == 0 && phones_->failure() != 0)) {
        log::error("{} of {} phones are registered; the last refusal was {}",
                   phones_->registered().size(), agents_.size(), phones_->failure());
        return finish();
    }
    loop_.after(50ms, [this, since] { await_phones(since); });
}

void Load::begin() {
    log::info("{} phones registered; {} calls at {:.0f}/s", agents_.size(), wanted_,
              settings_.rate);
    report_.agents = agents_.size();
    began_ = now() + 500ms;
    loop_.at(began_, [this] { start_next(); });
    loop_.after(10s, [this] { progress(); });
}

// ---- callers
// ---------------------------------------------------------------------------------------------------------

void Load::start_next() {
    // An open loop: each call has its time, whatever became of those before.
    while (next_index_ < wanted_ && !is_interrupted_) {
        const Instant due =
            began_ + as_microseconds(static_cast<double>(next_index_) / settings_.rate);
        if (due > now()) return loop_.at(due, [this] { start_next(); });
        start_call(next_index_++);
    }
}

std::string Load::number_of(std::uint64_t index) const {
    std::string digits = std::to_string(index);
    return prefix_ + std::string(7 - std::min<std::size_t>(7, digits.size()), '0') + digits;
}

Load::CallPtr Load::by_number(const std::string& number) const {
    if (number.size() != 11 || !number.starts_with(prefix_)) return nullptr;
    return find(std::strtoull(number.c_str() + prefix_.size(), nullptr, 10));
}

Load::CallPtr Load::find(std::uint64_t index) const {
    const auto found = calls_.find(index);
    return found == calls_.end() ? nullptr : found->second;
}

void Load::start_call(std::uint64_t index) {
    ++report_.started;
    auto call = std::make_shared<Call>();
    call->index = index;
    call->caller_leg = LegId{2 * (index + 1)};
    calls_.emplace(index, call);
    auto audio = AudioLeg::open(*audio_, caller_ports_);
    if (audio.has_error()) {
        call->caller = Side::over;
        return fail(call, audio.error().text());
    }
    call->caller_audio = std::move(*audio);
    sip::Invite invite;
    invite.leg = call->caller_leg;
    invite.request_uri = settings_.server.uri(settings_.number);
    invite.from_user = number_of(index);
    invite.local = call->caller_audio.offer(settings_.caller_law);
    call->invited = now();
    caller_line_->post(std::move(invite));
    loop_.after(as_microseconds(settings_.patience_s), [this, index] {
        const auto waiting = find(index);
        if (waiting && !waiting->is_talking && waiting->agent_side == Side::absent &&
            !waiting->is_hung_up) {
            fail(waiting, "no agent in time");
        }
    });
}

void Load::on_caller(Instant at, sip::Event&& event) {
    if (const auto* answered = std::get_if<sip::Answered>(&event)) {
        const auto call = find(answered->leg.value / 2 - 1);
        if (!call) return;
        call->is_answered = true;
        answer_.add(at - call->invited);
        start_audio(call, true, answered->remote);
        if (!settings_.keys.empty()) {
            loop_.after(as_microseconds(settings_.key_after_s),
                        [call, keys = settings_.keys] { call->caller_audio.press(keys); });
        }
        ++standing_;
        maybe_serve();
    } else if (const auto* ended = std::get_if<sip::Ended>(&event)) {
        if (const auto call = find(ended->leg.value / 2 - 1)) caller_ended(call, at, *ended);
    } else if (const auto* changed = std::get_if<sip::MediaChanged>(&event)) {
        const auto call = find(changed->leg.value / 2 - 1);
        if (!call) return;
        if (const auto local = call->caller_audio.answer(changed->remote))
            caller_line_->post(sip::Accept{changed->leg, *local});
    }
}

// ---- agents
// ----------------------------------------------------------------------------------------------------------

void Load::on_agent(Instant at, sip::Event&& event) {
    if (const auto* offer = std::get_if<sip::IncomingCall>(&event)) {
        on_offer(at, *offer);
    } else if (const auto* ended = std::get_if<sip::Ended>(&event)) {
        const auto found = agent_legs_.find(ended->leg);
        if (found == agent_legs_.end()) return;
        const CallPtr call = found->second;
        agent_legs_.erase(found);
        agent_ended(call, at, *ended);
    } else if (const auto* changed = std::get_if<sip::MediaChanged>(&event)) {
        const auto found = agent_legs_.find(changed->leg);
        if (found == agent_legs_.end()) return;
        if (const auto local = found->second->agent_audio.answer(changed->remote)) {
            agent_line_->post(sip::Accept{changed->leg, *local});
        }
    } else if (const auto* result = std::get_if<sip::RegisterResult>(&event)) {
        phones_->on(*result);
        if (is_finishing_ && phones_->pending() == 0) loop_.stop();
    }
}

void Load::on_offer(Instant at, const sip::IncomingCall& offer) {
    const auto refuse = [&](int code) { agent_line_->post(sip::Reject{offer.leg, code}); };
    const auto agent = agents_.find(offer.called);
    if (agent == agents_.end() || is_finishing_) return refuse(480);
    const CallPtr call = by_number(offer.caller);
    if (!call || !offer.remote) {
        ++report_.strange_offers;
        return refuse(480);
    }
    if (agent->second.call != 0 || call->agent_side != Side::absent) {
        ++report_.double_offers;
        return refuse(486);
    }
    if (call->is_hung_up) return refuse(480);
    if (agent->second.freed_at != Instant{}) free_to_offer_.add(at - agent->second.freed_at);
    agent->second = {call->index + 1, {}};
    offer_.add(at - call->invited);
    if (settings_.mode == LoadMode::waiting && call->index < next_offered_) ++report_.out_of_order;
    next_offered_ = std::max(next_offered_, call->index + 1);
    call->agent = offer.called;
    call->agent_leg = offer.leg;
    call->agent_side = Side::up;
    agent_legs_.emplace(offer.leg, call);
    if (settings_.ring_s == 0) return answer(call, *offer.remote);
    agent_line_->post(sip::Ring{offer.leg});
    loop_.after(as_microseconds(settings_.ring_s), [this, call, remote = *offer.remote] {
        if (call->agent_side == Side::up) answer(call, remote);
    });
}

void Load::answer(const CallPtr& call, const MediaDescription& remote) {
    auto audio = AudioLeg::open(*audio_, agent_ports_);
    if (audio.has_error()) return fail(call, audio.error().text());
    call->agent_audio = std::move(*audio);
    const auto local = call->agent_audio.answer(remote);
    if (!local) return fail(call, "the agent is offered no G.711");
    call->agent_answered = now();
    agent_line_->post(sip::Accept{call->agent_leg, *local});
    start_audio(call, false, remote);
    if (settings_.audio != LoadAudio::tone_check) return talk(call);
    loop_.after(kHearPatience, [this, call] {
        if (call->is_talking || call->is_hung_up || call->caller == Side::over) return;
        fail(call, call->has_caller_heard  ? "the agent doesn't hear the caller"
                   : call->has_agent_heard ? "the caller doesn't hear the agent"
                                           : "neither side hears the other");
    });
}

// ---- talk
// ------------------------------------------------------------------------------------------------------------

void Load::start_audio(const CallPtr& call, bool is_caller, const MediaDescription& remote) {
    if (!audio_->is_on()) return;
    const auto tones = tones_of(call->index);
    const auto own = is_caller ? tones.caller_hz : tones.agent_hz;
    StreamSettings stream;
    stream.sound = tones_[own / 50];
    if (settings_.audio == LoadAudio::tone_check)
        stream.ear = ToneEar(is_caller ? tones.agent_hz : tones.caller_hz, own);
    ++call->reports_due;
    (is_caller ? call->caller_audio : call->agent_audio)
        .start(remote, std::move(stream),
               {[this, call, is_caller](Instant at) { heard(call, is_caller, at); },
                [this, call](const StreamReport& r) { reported(call, r); }});
}

void Load::heard(const CallPtr& call, bool is_caller, Instant at) {
    (is_caller ? call->has_caller_heard : call->has_agent_heard) = true;
    if (!call->has_caller_heard || !call->has_agent_heard || call->is_hung_up) return;
    heard_.add(at - call->agent_answered);
    talk(call);
}

void Load::talk(const CallPtr& call) {
    call->is_talking = true;
    report_.most_talking = std::max(report_.most_talking, ++talking_);
    if (settings_.mode == LoadMode::rate) {
        loop_.after(as_microseconds(settings_.talk_s), [this, call] { hang_up(call, false); });
    } else if (settings_.mode == LoadMode::waiting && is_serving_) {
        loop_.after(as_microseconds(settings_.talk_s), [this, call] { hang_up(call, true); });
    } else {
        maybe_serve();
    }
}

/// hold: when all that are left talk, the hold time begins. waiting: when all wait, the agents
/// begin to serve.
void Load::maybe_serve() {
    if (is_serving_ || settings_.mode == LoadMode::rate || next_index_ < wanted_) return;
    const bool is_hold = settings_.mode == LoadMode::hold;
    if (is_hold ? talking_ < calls_.size() : standing_ < wanted_) return;
    is_serving_ = true;
    const std::string what = is_hold ? "talk" : "wait or talk";
    log::info("all {} calls {}", calls_.size(), what);
    std::vector<CallPtr> talking;
    for (const auto& [index, call] : calls_) {
        if (call->is_talking) talking.push_back(call);
    }
    // The ends are spread at the rate at which the calls were opened, so that no burst of BYEs is
    // measured.
    microseconds wait = as_microseconds(is_hold ? settings_.seconds : settings_.talk_s);
    for (const auto& call : talking) {
        loop_.after(wait, [this, call, is_hold] { hang_up(call, !is_hold); });
        wait += as_microseconds(1 / settings_.rate);
    }
}

void Load::hang_up(const CallPtr& call, bool by_agent) {
    if (call->is_hung_up || call->caller == Side::over || call->agent_side == Side::over) return;
    call->is_hung_up = true;
    call->hung_up_at = now();
    if (by_agent) {
        agents_[call->agent].freed_at = call->hung_up_at;
        agent_line_->post(sip::HangUp{call->agent_leg});
    } else {
        caller_line_->post(sip::HangUp{call->caller_leg});
    }
    watch_release(call);
}

void Load::watch_release(const CallPtr& call) {
    loop_.after(kReleasePatience, [this, call] {
        const bool is_stuck = call->caller == Side::up || call->agent_side == Side::up;
        if (is_stuck && call->failure.empty()) fail(call, "the other side isn't released");
    });
}

void Load::fail(const CallPtr& call, std::string reason) {
    if (call->failure.empty()) call->failure = std::move(reason);
    const bool was_hung_up = std::exchange(call->is_hung_up, true);
    if (call->caller == Side::up) caller_line_->post(sip::HangUp{call->caller_leg});
    if (call->agent_side == Side::up) agent_line_->post(sip::HangUp{call->agent_leg});
    if (!was_hung_up) call->hung_up_at = now();
    settle(call);
}

void Load::caller_ended(const CallPtr& call, Instant at, const sip::Ended& event) {
    call->caller = Side::over;
    call->caller_audio.stop();
    if (call->is_hung_up) {
        if (event.by != sip::EndedBy::local && call->failure.empty())
            release_.add(at - call->hung_up_at);
    } else if (call->failure.empty()) {
        call->failure = call->agent_side != Side::absent
                            ? "the caller was hung up in the talk: " + event.text
                        : call->is_answered ? "ended before an agent: " + event.text
                                            : "refused: " + event.text;
        if (!call->is_answered) ++standing_;
    }
    settle(call);
}

void Load::agent_ended(const CallPtr& call, Instant at, const sip::Ended& event) {
    call->agent_side = Side::over;
    call->agent_audio.stop();
    agents_[call->agent].call = 0;
    if (call->is_hung_up) {
        if (event.by != sip::EndedBy::local && call->failure.empty())
            release_.add(at - call->hung_up_at);
    } else {
        fail(call, "the agent was hung up in the talk: " + event.text);
    }
    settle(call);
}

void Load::reported(const CallPtr& call, const StreamReport& report) {
    report_.rtp.add(report);
    if (settings_.audio == LoadAudio::tone_check && call->is_talking) {
        report_.audio.add(report.heard);
        if (!report.heard.is_good() && call->failure.empty()) {
            call->failure =
                report.heard.echo > 0 ? "a side hears itself" : "the tone was interrupted";
        }
    }
    --call->reports_due;
    settle(call);
}

/// Counts a call when nothing of it is left.
void Load::settle(const CallPtr& call) {
    if (call->caller == Side::up || call->agent_side == Side::up || call->reports_due > 0) return;
    if (calls_.erase(call->index) == 0) return;
    if (call->is_talking) --talking_;
    if (call->failure.empty()) {
        ++report_.completed;
        last_completed_ = now();
        if (report_.completed == 1) first_completed_ = last_completed_;
    } else {
        ++report_.failed;
        ++report_.failures[call->failure];
    }
    if (calls_.empty() && (next_index_ == wanted_ || is_interrupted_)) return finish();
    maybe_serve();
}

// ---- the whole
// -------------------------------------------------------------------------------------------------------

void Load::progress() {
    if (is_finishing_) return;
    log::info("{} started, {} completed, {} failed, {} up, {} talking", report_.started,
              report_.completed, report_.failed, calls_.size(), talking_);
    loop_.after(10s, [this] { progress(); });
}

void Load::interrupt() {
    is_interrupted_ = true;
    std::vector<CallPtr> left;
    for (const auto& [index, call] : calls_) left.push_back(call);
    for (const auto& call : left) fail(call, "interrupted");
    if (left.empty()) return finish();
    loop_.after(1s, [this] { finish(); });
}

void Load::finish() {
    if (is_finishing_) return;
    is_finishing_ = true;
    ended_ = now();
    if (settings_.keeps_phones) return loop_.stop();
    phones_->sign_out_all();
    if (phones_->pending() == 0) return loop_.stop();
    loop_.after(2s, [this] { loop_.stop(); });
}

LoadReport Load::report() {
    LoadReport out = report_;
    out.mode = settings_.mode == LoadMode::rate   ? "rate"
               : settings_.mode == LoadMode::hold ? "hold"
                                                  : "waiting";
    out.answer = answer_.distribution();
    out.offer = offer_.distribution();
    out.heard = heard_.distribution();
    out.release = release_.distribution();
    out.free_to_offer = free_to_offer_.distribution();
    const double window_s = static_cast<double>((last_completed_ - first_completed_).count()) / 1e6;
    out.calls_per_s = window_s > 0 ? static_cast<double>(out.completed - 1) / window_s : 0;
    out.seconds = began_ == Instant{} ? 0 : static_cast<double>((ended_ - began_).count()) / 1e6;
    rusage usage{};
    (void)::getrusage(RUSAGE_SELF, &usage);
    out.robots_cpu_s = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                       static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    out.ok = all_checks_hold(out);
    return out;
}

}  // namespace seatline::robots
