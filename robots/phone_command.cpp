// seatline-robots phone: one phone that registers, answers, and prints what happens. For documents,
// tests and trying out.
#include <map>

#include "robots/audio.h"
#include "robots/clock.h"
#include "robots/commands.h"
#include "robots/line.h"

namespace seatline::robots {
namespace {

struct PhoneSettings {
    ServerAddress server;
    Account account;
    std::string bind = "127.0.0.3";
    double answer_after_s = 2;
    double talk_s = 0;
    std::uint32_t calls = 0;
};

class Phone {
public:
    Phone(Loop& loop, PhoneSettings settings)
        : loop_(loop),
          settings_(std::move(settings)),
          ports_(settings_.bind, 16),
          audio_(loop, true) {}

    Result<void> start() {
        std::mt19937_64 random(std::random_device{}());
        voice_ = make_voices(random).front();
        auto line = Line::open(loop_, settings_.bind, [this](Instant, sip::Event&& event) {
            std::visit([this](auto& e) { on(e); }, event);
        });
        if (line.has_error()) return line.error();
        line_ = std::move(*line);
        phones_ = std::make_unique<Phones>(*line_, settings_.server, 300);
        phones_->sign_in(settings_.account);
        return {};
    }

    void leave() {
        is_leaving_ = true;
        for (const auto& [leg, call] : calls_) line_->post(sip::HangUp{leg});
        phones_->sign_out_all();
        loop_.after(1s, [this] { loop_.stop(); });
        stop_when_quiet();
    }

    [[nodiscard]] bool was_registered() const { return was_registered_; }

private:
    struct Call {
        AudioLeg audio;
        MediaDescription remote;
        bool is_answered = false;
    };

    void say(const std::string& text) const {
        std::printf("%s %s: %s\n", format_rfc3339(now()).c_str(), settings_.account.user.c_str(),
                    text.c_str());
        std::fflush(stdout);
    }

    void on(sip::RegisterResult& e) {
        say(e.ok ? (is_leaving_ ? "unregistered" : "registered")
                 : "not registered: " + std::to_string(e.sip_code));
        was_registered_ |= e.ok;
        phones_->on(e);
        stop_when_quiet();
    }

    void on(sip::IncomingCall& e) {
        say("call from " + e.caller + (e.caller_name.empty() ? "" : " \"" + e.caller_name + '"'));
        auto audio = AudioLeg::open(audio_, ports_);
        if (audio.has_error() || !e.remote) return line_->post(sip::Reject{e.leg, 488});
        Call& call = calls_[e.leg];
        call.audio = std::move(*audio);
        call.remote = *e.remote;
        line_->post(sip::Ring{e.leg});
        loop_.after(microseconds{static_cast<std::int64_t>(settings_.answer_after_s * 1e6)},
                    [this, leg = e.leg] { answer(leg); });
    }

    void answer(LegId leg) {
        const auto found = calls_.find(leg);
        if (found == calls_.end()) return;
        Call& call = found->second;
        const auto local = call.audio.answer(call.remote);
        if (!local) return line_->post(sip::Reject{leg, 488});
        line_->post(sip::Accept{leg, *local});
        call.is_answered = true;
        say("answered with " + local->formats.front().name + ", audio to " + call.remote.address +
            ':' + std::to_string(call.remote.port));
        StreamSettings stream;
        stream.sound = voice_;
        call.audio.start(call.remote, std::move(stream),
                         {{}, [this](const StreamReport& r) {
                              say("audio: " + std::to_string(r.sent) + " packets sent, " +
                                  std::to_string(r.received) + " received, " +
                                  std::to_string(r.lost) + " lost, jitter " +
                                  std::to_string(r.jitter_us) + " us" +
                                  (r.keys.empty() ? "" : ", keys " + r.keys));
                              stop_when_quiet();
                          }});
        if (settings_.talk_s > 0) {
            loop_.after(microseconds{static_cast<std::int64_t>(settings_.talk_s * 1e6)},
                        [this, leg] { line_->post(sip::HangUp{leg}); });
        }
    }

    void on(sip::MediaChanged& e) {
        const auto found = calls_.find(e.leg);
        if (found == calls_.end()) return;
        say("the other side changes the audio");
        if (const auto local = found->second.audio.answer(e.remote))
            line_->post(sip::Accept{e.leg, *local});
    }

    void on(sip::Ended& e) {
        say("ended: " + e.text);
        calls_.erase(e.leg);
        ++ended_;
        if (settings_.calls != 0 && ended_ == settings_.calls) leave();
        stop_when_quiet();
    }
    template <class Other>
    void on(Other&) {}

    void stop_when_quiet() {
        if (is_leaving_ && calls_.empty() && phones_->pending() == 0) loop_.stop();
    }

    Loop& loop_;
    PhoneSettings settings_;
    RtpPorts ports_;
    AudioEngine audio_;
    SoundPtr voice_;
    std::map<LegId, Call> calls_;
    std::unique_ptr<Line> line_;
    std::unique_ptr<Phones> phones_;
    std::uint32_t ended_ = 0;
    bool was_registered_ = false;
    bool is_leaving_ = false;
};

}  // namespace

int phone_command(const Arguments& arguments) {
    PhoneSettings settings;
    bool is_remote_allowed = false;
    const std::vector<Option> options{
        server_option(settings.server),
        text_option("--user", "USER", "the phone's user (agent number)", settings.account.user),
        text_option("--password", "PASSWORD", "its SIP password", settings.account.password),
        text_option("--bind", "ADDR", "own address (127.0.0.3)", settings.bind),
        number_option("--answer-after", "seconds of ringing (2)", Bounds<double>{0, 600},
                      settings.answer_after_s),
        number_option("--talk", "hang up after these seconds; 0: never (0)",
                      Bounds<double>{0, 36000}, settings.talk_s),
        number_option("--calls", "leave after so many calls; 0: stay (0)",
                      Bounds<std::uint32_t>{0, 1'000'000}, settings.calls),
        remote_option(is_remote_allowed)};
    if (!arguments.empty() && arguments[0] == "--help") {
        std::printf("seatline-robots phone: one phone that registers and answers\n%s",
                    options_help(options).c_str());
        return 0;
    }
    if (auto r = read_options(options, arguments); r.has_error()) return complain(r.error());
    if (auto r = check_server(settings.server, is_remote_allowed); r.has_error())
        return complain(r.error());
    if (settings.account.user.empty()) return complain(invalid("--user", "is missing"));
    Loop loop;
    Phone phone(loop, std::move(settings));
    if (auto r = phone.start(); r.has_error()) return complain(r.error());
    loop.on_interrupt([&] { phone.leave(); });
    loop.run();
    return phone.was_registered() ? 0 : 1;
}

}  // namespace seatline::robots
