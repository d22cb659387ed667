#include "tests/scenario/script.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "base/json.h"

namespace seatline::scenario {
namespace {

constexpr const char* kCenter = R"({
 "tenants":[{"id":1,"name":"test"}],
 "trunks":[{"id":1,"addresses":["127.0.0.2"],"max_calls":3},
           {"id":2,"addresses":["127.0.0.3"],"max_calls":2,"gateway":{"uri":"sip:127.0.0.3"}},
           {"id":3,"addresses":["127.0.0.4"],"gateway":{"uri":"sip:127.0.0.4","prepend":"0"}}],
 "routes":[{"prefix":"1","trunk":2},{"prefix":"1","trunk":3,"order":1}],
 "numbers":[{"number":"4001","tenant":1,"flow":1},{"number":"4002","tenant":1,"flow":2},
            {"number":"4003","tenant":1,"flow":5},{"number":"4004","tenant":1,"flow":7},
            {"number":"4005","tenant":1,"flow":8}],
 "queues":[{"id":1,"tenant":1,"name":"Support","skill":"support","announce_every_s":0},
           {"id":2,"tenant":1,"name":"Sales","skill":"sales","announce_every_s":0}],
 "devices":[{"user":"8001","tenant":1,"ha1":"00000000000000000000000000000000"},
            {"user":"8002","tenant":1,"ha1":"00000000000000000000000000000000"},
            {"user":"8003","tenant":1,"ha1":"00000000000000000000000000000000"},
            {"user":"8003b","tenant":1,"ha1":"00000000000000000000000000000000"},
            {"user":"8004","tenant":1,"ha1":"00000000000000000000000000000000"},
            {"user":"8005","tenant":1,"ha1":"00000000000000000000000000000000"}],
 "agents":[{"id":1,"tenant":1,"number":"8001","skills":["support"],"device":"8001"},
           {"id":2,"tenant":1,"number":"8002","skills":["support"],"device":"8002"},
           {"id":3,"tenant":1,"number":"8003","skills":["support","sales"],"device":"8003",
            "other_devices":["8003b"]},
           {"id":4,"tenant":1,"number":"8004","device":"8004","supervisor":true},
           {"id":5,"tenant":1,"number":"8005","skills":["sales"],"device":"8005","seat":"inbound"}],
 "prompts":[{"name":"welcome","text":"w"},{"name":"menu","text":"m"},{"name":"wrong","text":"x"},
            {"name":"late","text":"l"},{"name":"music","text":"~"},{"name":"bye","text":"b"}],
 "busy_reasons":[{"code":"rest","name_zh":"小休","name_en":"Break"}],
 "flows":[{"id":1,"tenant":1,"start":"q","nodes":[{"id":"q","type":"queue","queue":1}]},
          {"id":2,"tenant":1,"start":"welcome","nodes":[
            {"id":"welcome","type":"play","prompts":["welcome"],"next":"menu"},
            {"id":"menu","type":"menu","prompts":["menu"],"timeout_s":5,"tries":3,
             "choices":[{"key":"1","next":"support"},{"key":"2","next":"sales"}],
             "invalid_prompts":["wrong"],"timeout_prompts":["late"],"on_failure":"bye"},
            {"id":"support","type":"queue","queue":1},{"id":"sales","type":"queue","queue":2},
            {"id":"bye","type":"hangup","prompts":["bye"]}]},
          {"id":3,"tenant":1,"start":"ask","nodes":[
            {"id":"ask","type":"collect","prompts":["menu"],"variable":"pin","min_digits":4,
             "max_digits":6,"secret":true,"next":"back","on_failure":"back"},
            {"id":"back","type":"give_back"}]},
          {"id":4,"tenant":1,"start":"away","nodes":[
            {"id":"away","type":"transfer","target":{"kind":"number","number":"13900000000"}}]},
          {"id":5,"tenant":1,"start":"on","nodes":[
            {"id":"on","type":"transfer","target":{"kind":"flow","id":6}}]},
          {"id":6,"tenant":1,"start":"on","nodes":[
            {"id":"on","type":"transfer","target":{"kind":"flow","id":5}}]},
          {"id":7,"tenant":1,"start":"on","nodes":[
            {"id":"on","type":"transfer","target":{"kind":"conference","id":1}}]},
          {"id":8,"tenant":1,"start":"on","nodes":[
            {"id":"on","type":"transfer","target":{"kind":"mailbox","id":1}}]}],
 "conferences":[{"id":1,"tenant":1,"name":"Room","number":"7001"}],
 "mailboxes":[{"id":1,"tenant":1,"name":"Of 8001","number":"7501","pin":"4321","agent":1},
              {"id":2,"tenant":1,"name":"Support","number":"7502","pin":"4322","queue":1}]})";

std::map<std::string, std::string> key_values(const std::vector<std::string>& words,
                                              std::size_t from) {
    std::map<std::string, std::string> out;
    for (std::size_t i = from; i < words.size(); ++i) {
        const auto eq = words[i].find('=');
        if (eq != std::string::npos) out[words[i].substr(0, eq)] = words[i].substr(eq + 1);
    }
    return out;
}

std::string get(const std::map<std::string, std::string>& values, const std::string& key,
                const std::string& otherwise) {
    const auto found = values.find(key);
    return found == values.end() ? otherwise : found->second;
}

/// "10s", "250ms", "3m".
microseconds duration(const std::string& text) {
    std::size_t end = 0;
    const double value = std::stod(text, &end);
    const std::string unit = text.substr(end);
    const double us = unit == "ms" ? 1e3 : unit == "m" ? 60e6 : 1e6;
    return microseconds{static_cast<std::int64_t>(value * us + 0.5)};
}

}  // namespace

Script::Script(std::string path, Disturbance disturbance)
    : path_(std::move(path)), disturbance_(disturbance), dice_(disturbance.seed) {}

bool Script::load() {
    std::ifstream file(path_);
    std::string text;
    bool why = false;
    for (int number = 1; std::getline(file, text); ++number) {
        why = why || text.starts_with("why:");
        if (text.empty() || text[0] == '#' || text.starts_with("why:")) continue;
        std::istringstream words(text);
        Line line{number, {}, text};
        for (std::string word; words >> word;) line.words.push_back(word);
        if (!line.words.empty()) lines_.push_back(line);
    }
    if (!why) std::printf("%s: has no \"why:\" line\n", path_.c_str());
    if (lines_.empty()) std::printf("%s: is empty or can't be read\n", path_.c_str());
    return why && !lines_.empty();
}

bool Script::run() {
    auto center = from_json_strict<core::Directory>(kCenter);
    SEATLINE_ASSERT(center.has_value());
    directory_ = *center;
    if (!load()) return false;
    for (const Line& line : lines_) {
        if (!engine_ && line.words[0] != "queue" && line.words[0] != "agent" &&
            line.words[0] != "trunk" && line.words[0] != "tenant" &&
            line.words[0] != "conference" && line.words[0] != "mailbox")
            start_engine();
        if (!play(line)) return false;
        if (engine_) engine_->check_invariants();
    }
    return true;
}

void Script::start_engine() {
    const bool has_room =
        std::ranges::any_of(lines_, [](const Line& line) { return line.words[0] == "conference"; });
    if (!has_room) {  // a tenant with rooms has all its calls on one worker
        directory_.conferences.clear();
        std::erase_if(directory_.numbers,
                      [](const core::Number& number) { return number.flow == FlowId{7}; });
        std::erase_if(directory_.flows,
                      [](const core::Flow& flow) { return flow.id == FlowId{7}; });
    }
    SEATLINE_ASSERT(core::check(directory_).has_value());
    engine_ = std::make_unique<core::Engine>(directory_, core::EngineSettings{});
    give(core::WorkerUp{0, 1});
}

bool Script::fail(const Line& line, const std::string& why) const {
    std::printf("%s:%d: %s\n    %s\n  (seed %llu) since the last input:\n", path_.c_str(),
                line.number, why.c_str(), line.text.c_str(),
                static_cast<unsigned long long>(disturbance_.seed));
    for (const Output& output : outputs_) std::printf("    %s\n", output.text().c_str());
    return false;
}

bool Script::play(const Line& line) {
    const std::string& kind = line.words[0];
    if (kind == ">") return input(line);
    if (kind == "<") return expect(line, true);
    if (kind == "!") return expect(line, false);
    if (kind == "+") return pass_time(line);
    if (kind == "manual" && line.words.size() == 2) {
        (line.words[1] == "media" ? auto_media_ : auto_hangup_) = false;
        return true;
    }
    return configure(line);
}

bool Script::configure(const Line& line) {
    if (engine_) return fail(line, "the center can only be changed before the first input");
    const auto id = std::stoull(line.words.at(1));
    for (const auto& [key, value] : key_values(line.words, 2)) {
        const std::string json = "{\"" + key + "\":" + value + "}";
        const auto parsed = boost::json::parse(json);
        Result<void> r;
        const auto set = [&](auto& list) {
            for (auto& item : list) {
                if (item.id.value != id) continue;
                auto copy = item;
                json_detail::ReadContext ctx{false, {}};
                boost::json::object merged = boost::json::parse(to_json(copy)).as_object();
                merged[key] = parsed.at(key);
                r = json_detail::read_value(ctx, boost::json::value(merged), item);
            }
        };
        if (line.words[0] == "queue") set(directory_.queues);
        if (line.words[0] == "agent") set(directory_.agents);
        if (line.words[0] == "trunk") set(directory_.trunks);
        if (line.words[0] == "tenant") set(directory_.tenants);
        if (line.words[0] == "conference") set(directory_.conferences);
        if (line.words[0] == "mailbox") set(directory_.mailboxes);
        if (r.has_error()) return fail(line, r.error().text());
    }
    return true;
}

LegId Script::leg(const std::string& name) const {
    const auto found = leg_by_name_.find(name);
    return found == leg_by_name_.end() ? LegId{} : found->second;
}

bool Script::input(const Line& line) {
    outputs_.clear();
    matched_ = 0;
    const std::string& verb = line.words.at(1);
    const std::string name = line.words.size() > 2 ? line.words[2] : "";
    const auto values = key_values(line.words, 2);
    if (verb == "call") {
        next_call_name_ = name;
        const LegId id{next_caller_leg_};
        next_caller_leg_ += 2;
        leg_by_name_[name] = id;
        names_.legs[id] = name;
        give(core::IncomingCall{id, TrunkId{std::stoull(get(values, "trunk", "1"))},
                                get(values, "from", "13800000000"), get(values, "to", "4001"), name,
                                nullptr});
        return true;
    }
    if (verb == "phone") {  // a phone of ours calls
        next_call_name_ = name;
        const LegId id{next_caller_leg_};
        next_caller_leg_ += 2;
        leg_by_name_[name] = id;
        names_.legs[id] = name;
        core::IncomingCall call{id, {}, "", get(values, "to", ""), name, nullptr};
        call.device = get(values, "device", "");
        call.replaces = leg(get(values, "replaces", ""));
        give(call);
        return true;
    }
    if (verb == "ask") return ask(line);
    if (verb == "moderate") return moderate(line);
    if (verb == "voicemail") return voicemail(line);
    if (verb == "recorded") return recorded(line);
    if (verb == "trunk_up")
        return give(core::TrunkState{TrunkId{std::stoull(name)}, true, ""}), true;
    if (verb == "trunk_down")
        return give(core::TrunkState{TrunkId{std::stoull(name)}, false, "no answer"}), true;
    if (verb == "up") return give(core::DeviceUp{name, "sip:" + name}), true;
    if (verb == "down") return give(core::DeviceDown{name, "expired"}), true;
    if (verb == "worker_up")
        return give(core::WorkerUp{static_cast<std::uint32_t>(std::stoul(name)), 2}), true;
    if (verb == "worker_down")
        return give(core::WorkerDown{static_cast<std::uint32_t>(std::stoul(name)), "killed"}), true;
    if (verb == "shutdown") return shut_down(), true;
    if (verb == "played") return give(core::PlayEnded{leg(name), playing_[name]}), true;
    if (leg_by_name_.contains(name)) {
        const LegId id = leg(name);
        if (verb == "hangup") return give(core::LegEnded{id, 200, false, "BYE"}), true;
        if (verb == "end")
            return give(core::LegEnded{id, std::stoi(get(values, "code", "480")), false, ""}), true;
        if (verb == "network_end") return give(core::LegEnded{id, 0, true, "no ACK"}), true;
        if (verb == "ring") return give(core::LegRinging{id}), true;
        if (verb == "answer")
            return give(core::LegAnswered{id, std::make_shared<MediaDescription>()}), true;
        if (verb == "opened")
            return give(core::MediaOpened{id, std::make_shared<MediaDescription>()}), true;
        if (verb == "failed")
            return give(core::MediaFailed{id, get(values, "codec", "0") == "1", "no port"}), true;
        if (verb == "early")
            return give(core::LegRinging{id, std::make_shared<MediaDescription>()}), true;
        if (verb == "refer") {
            give(core::TransferAsked{id, get(values, "to", ""), leg(get(values, "replaces", "")),
                                     get(values, "replaces", "") == "unknown"});
            return true;
        }
        if (verb == "media") {
            MediaDescription media;
            media.direction = *enum_value<MediaDirection>(get(values, "direction", "sendrecv"));
            give(core::LegMediaChanged{id, std::make_shared<MediaDescription>(media)});
            return true;
        }
        if (verb == "silent") return give(core::RtpSilent{id}), true;
        if (verb == "digit") return give(core::DigitPressed{id, line.words.at(3)[0]}), true;
    }
    return request(line);
}

bool Script::request(const Line& line) {
    const auto kind = [&]() -> std::optional<core::AgentRequestKind> {
        const std::string& verb = line.words.at(1);
        if (verb == "sign_in") return core::AgentRequestKind::sign_in;
        if (verb == "sign_out") return core::AgentRequestKind::sign_out;
        if (verb == "idle") return core::AgentRequestKind::idle;
        if (verb == "busy") return core::AgentRequestKind::busy;
        if (verb == "release") return core::AgentRequestKind::hang_up;
        return std::nullopt;
    }();
    if (!kind) return fail(line, "not an input (or no such leg)");
    give(core::AgentRequest{RequestId{1}, TenantId{1}, AgentId{std::stoull(line.words.at(2))},
                            *kind, line.words.size() > 3 ? line.words[3] : ""});
    return true;
}

/// "> ask consult 1 target=agent:2": any wish of an agent.
bool Script::ask(const Line& line) {
    const auto kind = [&]() -> std::optional<core::AgentRequestKind> {
        using Kind = core::AgentRequestKind;
        static const std::map<std::string, Kind> kinds{{"hold", Kind::hold},
                                                       {"resume", Kind::resume},
                                                       {"transfer", Kind::transfer},
                                                       {"consult", Kind::consult},
                                                       {"swap", Kind::swap},
                                                       {"complete", Kind::complete},
                                                       {"cancel", Kind::cancel},
                                                       {"join", Kind::join},
                                                       {"dial", Kind::dial},
                                                       {"pick_up", Kind::pick_up},
                                                       {"to_flow", Kind::to_flow},
                                                       {"record", Kind::record},
                                                       {"stop_record", Kind::stop_record},
                                                       {"pause_record", Kind::pause_record},
                                                       {"resume_record", Kind::resume_record},
                                                       {"send_digits", Kind::send_digits},
                                                       {"set_forward", Kind::set_forward},
                                                       {"hang_up", Kind::hang_up},
                                                       {"listen", Kind::listen},
                                                       {"whisper", Kind::whisper},
                                                       {"barge_in", Kind::barge_in},
                                                       {"take_over", Kind::take_over},
                                                       {"leave", Kind::leave},
                                                       {"forced_release", Kind::forced_release},
                                                       {"forced_sign_out", Kind::forced_sign_out},
                                                       {"forced_busy", Kind::forced_busy},
                                                       {"forced_idle", Kind::forced_idle}};
        const auto found = kinds.find(line.words.at(2));
        return found == kinds.end() ? std::nullopt : std::optional(found->second);
    }();
    if (!kind) return fail(line, "no such wish");
    const auto values = key_values(line.words, 4);
    core::AgentRequest request{RequestId{1}, TenantId{1}, AgentId{std::stoull(line.words.at(3))},
                               *kind, get(values, "reason", "")};
    const std::string target = get(values, "target", "");
    if (const auto colon = target.find(':'); colon != std::string::npos) {
        request.target.kind = *enum_value<core::TargetKind>(target.substr(0, colon));
        if (request.target.kind == core::TargetKind::number) {
            request.target.number = target.substr(colon + 1);
        } else {
            request.target.id = std::stoull(target.substr(colon + 1));
        }
    }
    request.other = AgentId{std::stoull(get(values, "other", "0"))};
    const auto call = call_by_name_.find(get(values, "call", ""));
    if (call != call_by_name_.end()) request.call = call->second;
    request.text = get(values, "text", "");
    request.forward = {
        {}, get(values, "always", ""), get(values, "on_busy", ""), get(values, "on_no_answer", "")};
    if (*kind == core::AgentRequestKind::dial) next_call_name_ = get(values, "name", "dialled");
    give(request);
    return true;
}

/// "> moderate kick 1 member=c2": any wish about a conference by API.
bool Script::moderate(const Line& line) {
    const auto kind = enum_value<core::ConferenceRequestKind>(line.words.at(2));
    if (!kind) return fail(line, "no such wish");
    const auto values = key_values(line.words, 4);
    core::ConferenceRequest request{
        RequestId{1}, TenantId{1}, ConferenceId{std::stoull(line.words.at(3))}, *kind, {}, {}};
    const auto member = call_by_name_.find(get(values, "member", ""));
    if (member != call_by_name_.end()) request.member = member->second;
    request.number = get(values, "number", "");
    next_call_name_ = get(values, "name", "dialled");
    give(request);
    return true;
}

/// "> voicemail heard 1 message=c1 by=1": the message that call c1 left.
bool Script::voicemail(const Line& line) {
    const auto values = key_values(line.words, 4);
    core::VoicemailRequest request{
        RequestId{1}, TenantId{1}, MailboxId{std::stoull(line.words.at(3))},
        MessageId{},  AgentId{},   line.words.at(2) == "remove"};
    request.message = MessageId{recordings_[get(values, "message", "")].value};
    request.by = AgentId{std::stoull(get(values, "by", "0"))};
    give(request);
    return true;
}

/// "> recorded c1 length=5s": the worker reports the end of the call's last recording.
bool Script::recorded(const Line& line) {
    const auto values = key_values(line.words, 3);
    core::RecordingFinished result;
    result.recording = recordings_[line.words.at(2)];
    result.length_ms =
        std::chrono::duration_cast<milliseconds>(duration(get(values, "length", "5s")));
    give(core::RecordingEnded{result});
    return true;
}

bool Script::pass_time(const Line& line) {
    outputs_.clear();
    matched_ = 0;
    const Instant end = now_ + duration(line.words.at(1));
    core::Effects effects;
    while (engine_->next_deadline() && *engine_->next_deadline() <= end) {
        now_ = std::max(now_, *engine_->next_deadline());
        effects.clear();
        engine_->tick(now_, effects);
        collect(effects);
        answer_pending();
        engine_->check_invariants();
    }
    now_ = end;
    return true;
}

bool Script::expect(const Line& line, bool wanted) {
    const auto values = key_values(line.words, 2);
    const auto fits = [&](const Output& output) {
        if (output.name != line.words.at(1)) return false;
        return std::ranges::all_of(values, [&](const auto& want) {
            const auto found = output.values.find(want.first);
            return found != output.values.end() && found->second == want.second;
        });
    };
    if (!wanted) {
        return std::ranges::none_of(outputs_, fits) || fail(line, "must not happen");
    }
    for (std::size_t i = matched_; i < outputs_.size(); ++i) {
        if (!fits(outputs_[i])) continue;
        matched_ = i + 1;
        return true;
    }
    return fail(line, "did not happen (in this order)");
}

void Script::give(const core::Input& input) {
    core::Effects effects;
    engine_->handle(input, now_, effects);
    collect(effects);
    answer_pending();
}

/// What answers by itself does so now, with the scenario's disturbance.
void Script::answer_pending() {
    core::Effects effects;
    while (!pending_.empty()) {
        const std::vector<core::Input> inputs = std::exchange(pending_, {});
        for (const core::Input& next : inputs) {
            effects.clear();
            engine_->handle(next, now_, effects);
            collect(effects);
            if (std::uniform_real_distribution<>()(dice_) >= disturbance_.repeat_chance) continue;
            effects.clear();
            engine_->handle(next, now_, effects);  // the same message once more
            collect(effects);
        }
    }
}

void Script::shut_down() {
    core::Effects effects;
    engine_->shut_down(now_, effects);
    collect(effects);
    answer_pending();
}

void Script::collect(core::Effects& effects) {
    for (const core::Event& event : effects.events) {
        name_new_things(event);
        outputs_.push_back(describe(event, names_));
    }
    for (const core::Action& action : effects.actions) {
        outputs_.push_back(describe(action, names_));
        answer_by_itself(action);
    }
}

void Script::name_new_things(const core::Event& event) {
    if (const auto* arrived = std::get_if<core::CallArrived>(&event.body)) {
        const bool is_conference = arrived->direction == core::CallDirection::conference;
        const std::string name = is_conference ? "room" + arrived->called : next_call_name_;
        names_.calls[arrived->call] = name;
        call_by_name_[name] = arrived->call;
    } else if (const auto* offered = std::get_if<core::CallOffered>(&event.body)) {
        name_leg(offered->call, offered->leg);
    } else if (const auto* dialed = std::get_if<core::PartyDialed>(&event.body)) {
        name_leg(dialed->call, dialed->leg);
    } else if (const auto* started = std::get_if<core::RecordingStarted>(&event.body)) {
        recordings_[names_.of(started->call)] = started->recording;
    }
}

void Script::name_leg(CallId call, LegId leg) {
    if (names_.legs.contains(leg)) return;  // a phone of ours that called: it has the call's name
    const std::string name = names_.of(call) + "." + std::to_string(++offers_[call]);
    names_.legs[leg] = name;
    leg_by_name_[name] = leg;
}

void Script::answer_by_itself(const core::Action& action) {
    if (const auto* play = std::get_if<core::Play>(&action))
        playing_[names_.of(play->leg)] = play->play;
    if (auto_media_) {
        if (const auto* open = std::get_if<core::OpenMedia>(&action)) {
            pending_.emplace_back(
                core::MediaOpened{open->leg, std::make_shared<MediaDescription>()});
        } else if (const auto* close = std::get_if<core::CloseMedia>(&action)) {
            core::LegQuality quality;
            quality.leg = close->leg;
            pending_.emplace_back(core::MediaClosed{quality});
        }
    }
    if (auto_hangup_) {
        if (const auto* hang_up = std::get_if<core::HangUpLeg>(&action)) {
            pending_.emplace_back(core::LegEnded{hang_up->leg, 200, false, "local"});
        }
    }
}

}  // namespace seatline::scenario
