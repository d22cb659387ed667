#pragma once
// A measured load: callers and agents of one process, matched by the caller's number that the
// agent's phone is shown.
//
// rate:    calls at a constant rate for some seconds (an open loop: a slow server gets no mercy);
// the caller hangs up
//          `talk` seconds after the talk began.
// hold:    `calls` are opened at the rate and held for `seconds` after the last one talks; then all
// hang up. waiting: `calls` are opened at the rate while the agents keep their first call; when all
// callers wait, each agent hangs
//          up after `talk` and takes the next, until the queue is empty.
// The talk begins with the agent's 200; with the tone check, when both sides hear each other.
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "robots/audio.h"
#include "robots/line.h"
#include "robots/load_report.h"

namespace seatline::robots {

enum class LoadMode { rate, hold, waiting };
enum class LoadAudio { off, on, tone_check };

struct LoadSettings {
    ServerAddress server;
    std::vector<Account> agents;
    std::string number = "4002";
    std::string bind_agents = "127.0.0.3";
    std::string bind_callers = "127.0.0.2";
    LoadMode mode = LoadMode::rate;
    LoadAudio audio = LoadAudio::off;
    double rate = 100;  ///< calls a second
    double seconds = 60;
    std::uint32_t calls = 0;  ///< rate: rate x seconds
    double talk_s = 1;
    double patience_s = 60;  ///< a caller without an agent for so long hangs up, and has failed
    double ring_s = 0;       ///< 0: answered without 180
    std::string keys;        ///< pressed by each caller (RFC 4733; not with audio off)
    double key_after_s = 1;
    media::G711 caller_law = media::G711::alaw;  ///< what callers offer first
    bool keeps_phones = false;                   ///< don't unregister at the end
};

/// Scenario thread only. One run.
class Load {
public:
    Load(Loop& loop, LoadSettings settings);
    ~Load();

    /// Opens the lines and signs the phones in; the calls begin when all are registered. Errors:
    /// unavailable.
    [[nodiscard]] Result<void> start();
    /// Ends early: hangs everything up; what wasn't completed has failed.
    void interrupt();
    /// After the loop has stopped.
    [[nodiscard]] LoadReport report();

private:
    enum class Side : std::uint8_t { absent, up, over };
    struct Call {
        std::uint64_t index = 0;
        LegId caller_leg;
        LegId agent_leg;
        std::string agent;
        Instant invited;
        Instant agent_answered;
        Side caller = Side::up;
        Side agent_side = Side::absent;
        bool is_answered = false;  ///< 200 to the caller
        bool is_talking = false;
        bool has_caller_heard = false;
        bool has_agent_heard = false;
        bool is_hung_up = false;  ///< by us
        Instant hung_up_at;
        int reports_due = 0;
        std::string failure;
        AudioLeg caller_audio;
        AudioLeg agent_audio;
    };
    struct Agent {
        std::uint64_t call = 0;  ///< index + 1; 0: free
        Instant freed_at;        ///< our BYE was posted; zero: not measured
    };
    using CallPtr = std::shared_ptr<Call>;

    void await_phones(Instant since);
    void begin();
    void start_next();
    void start_call(std::uint64_t index);
    [[nodiscard]] std::string number_of(std::uint64_t index) const;
    [[nodiscard]] CallPtr by_number(const std::string& number) const;
    [[nodiscard]] CallPtr find(std::uint64_t index) const;

    void on_caller(Instant at, sip::Event&& event);
    void on_agent(Instant at, sip::Event&& event);
    void on_offer(Instant at, const sip::IncomingCall& offer);
    void answer(const CallPtr& call, const MediaDescription& remote);
    void start_audio(const CallPtr& call, bool is_caller, const MediaDescription& remote);
    void heard(const CallPtr& call, bool is_caller, Instant at);
    void reported(const CallPtr& call, const StreamReport& report);
    void talk(const CallPtr& call);
    void maybe_serve();
    void hang_up(const CallPtr& call, bool by_agent);
    void fail(const CallPtr& call, std::string reason);
    void caller_ended(const CallPtr& call, Instant at, const sip::Ended& event);
    void agent_ended(const CallPtr& call, Instant at, const sip::Ended& event);
    void watch_release(const CallPtr& call);
    void settle(const CallPtr& call);
    void finish();
    void progress();

    Loop& loop_;
    LoadSettings settings_;
    std::string prefix_;  ///< of the callers' numbers: another one for each run
    LoadReport report_;
    Samples answer_, offer_, heard_, release_, free_to_offer_;
    std::uint64_t wanted_ = 0;
    std::uint64_t next_index_ = 0;
    std::uint64_t talking_ = 0;
    std::uint64_t standing_ =
        0;  ///< calls that the server has answered or that have failed (waiting)
    std::uint64_t next_offered_ =
        0;                     ///< the index that the queue's order lets come next, or a later one
    bool is_serving_ = false;  ///< waiting: the agents hang up; hold: the hold time runs
    bool is_interrupted_ = false;
    bool is_finishing_ = false;
    Instant began_{};
    Instant first_completed_{};
    Instant last_completed_{};
    Instant ended_{};
    std::vector<SoundPtr> tones_;  ///< by hertz / 50
    RtpPorts agent_ports_;
    RtpPorts caller_ports_;
    std::unique_ptr<AudioEngine> audio_;
    std::unordered_map<std::uint64_t, CallPtr> calls_;  ///< by index
    std::unordered_map<LegId, CallPtr> agent_legs_;
    std::unordered_map<std::string, Agent> agents_;
    std::unique_ptr<Line> caller_line_;
    std::unique_ptr<Line> agent_line_;
    std::unique_ptr<Phones> phones_;
};

}  // namespace seatline::robots
