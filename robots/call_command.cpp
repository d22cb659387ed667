// seatline-robots call: one caller that dials, presses keys, speaks, hangs up, and prints what
// happens.
#include <optional>

#include "robots/audio.h"
#include "robots/clock.h"
#include "robots/commands.h"
#include "robots/line.h"

namespace seatline::robots {
namespace {

struct CallSettings {
    ServerAddress server;
    std::string from = "13800138000";
    std::string to = "4001";
    std::string bind = "127.0.0.2";
    std::string keys;
    double key_after_s = 4;
    double seconds = 20;
};

class SingleCall {
public:
    SingleCall(Loop& loop, CallSettings settings)
        : loop_(loop),
          settings_(std::move(settings)),
          ports_(settings_.bind, 1),
          engine_(loop, true) {}

    Result<void> start() {
        std::mt19937_64 random(std::random_device{}());
        voice_ = make_voices(random).back();
        auto line = Line::open(loop_, settings_.bind, [this](Instant, sip::Event&& event) {
            std::visit([this](auto& e) { on(e); }, event);
        });
        if (line.has_error()) return line.error();
        line_ = std::move(*line);
        auto audio = AudioLeg::open(engine_, ports_);
        if (audio.has_error()) return audio.error();
        audio_ = std::move(*audio);
        sip::Invite invite;
        invite.leg = LegId{2};
        invite.request_uri = settings_.server.uri(settings_.to);
        invite.from_user = settings_.from;
        invite.local = audio_.offer(media::G711::alaw);
        line_->post(std::move(invite));
        say("calls " + settings_.to);
        return {};
    }

    void leave() { line_->post(sip::HangUp{LegId{2}}); }
    [[nodiscard]] bool was_answered() const { return was_answered_; }

private:
    void say(const std::string& text) const {
        std::printf("%s %s: %s\n", format_rfc3339(now()).c_str(), settings_.from.c_str(),
                    text.c_str());
        std::fflush(stdout);
    }

    void on(sip::Progress& e) const { say("rings: " + std::to_string(e.code)); }

    void on(sip::Answered& e) {
        was_answered_ = true;
        say("answered with " + e.remote.formats.front().name + ", audio to " + e.remote.address +
            ':' + std::to_string(e.remote.port));
        StreamSettings stream;
        stream.sound = voice_;
        audio_.start(e.remote, std::move(stream),
                     {{}, [this](const StreamReport& r) {
                          say("audio: " + std::to_string(r.sent) + " packets sent, " +
                              std::to_string(r.received) + " received, " + std::to_string(r.lost) +
                              " lost, jitter " + std::to_string(r.jitter_us) + " us");
                          loop_.stop();
                      }});
        if (!settings_.keys.empty()) {
            loop_.after(microseconds{static_cast<std::int64_t>(settings_.key_after_s * 1e6)},
                        [this] {
                            say("presses " + settings_.keys);
                            audio_.press(settings_.keys);
                        });
        }
        loop_.after(microseconds{static_cast<std::int64_t>(settings_.seconds * 1e6)},
                    [this] { leave(); });
    }

    void on(sip::MediaChanged& e) {
        say("the other side changes the audio");
        if (const auto local = audio_.answer(e.remote)) line_->post(sip::Accept{e.leg, *local});
    }

    void on(sip::Ended& e) {
        say("ended: " + e.text);
        audio_.stop();
        if (!was_answered_) loop_.stop();
    }
    template <class Other>
    void on(Other&) {}

    Loop& loop_;
    CallSettings settings_;
    RtpPorts ports_;
    AudioEngine engine_;
    SoundPtr voice_;
    AudioLeg audio_;
    std::unique_ptr<Line> line_;
    bool was_answered_ = false;
};

}  // namespace

int call_command(const Arguments& arguments) {
    CallSettings settings;
    bool is_remote_allowed = false;
    const std::vector<Option> options{
        server_option(settings.server),
        text_option("--from", "NUMBER", "the caller's number (13800138000)", settings.from),
        text_option("--to", "NUMBER", "the number to dial (4001)", settings.to),
        text_option("--bind", "ADDR", "own address: the trunk's (127.0.0.2)", settings.bind),
        text_option("--keys", "KEYS", "press these, by RFC 4733", settings.keys),
        number_option("--key-after", "seconds after the answer (4)", Bounds<double>{0, 600},
                      settings.key_after_s),
        number_option("--seconds", "hang up so long after the answer (20)",
                      Bounds<double>{0.1, 36000}, settings.seconds),
        remote_option(is_remote_allowed)};
    if (!arguments.empty() && arguments[0] == "--help") {
        std::printf("seatline-robots call: one caller\n%s", options_help(options).c_str());
        return 0;
    }
    if (auto r = read_options(options, arguments); r.has_error()) return complain(r.error());
    if (auto r = check_server(settings.server, is_remote_allowed); r.has_error())
        return complain(r.error());
    Loop loop;
    SingleCall call(loop, std::move(settings));
    if (auto r = call.start(); r.has_error()) return complain(r.error());
    loop.on_interrupt([&] { call.leave(); });
    loop.run();
    return call.was_answered() ? 0 : 1;
}

}  // namespace seatline::robots
