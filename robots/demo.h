#pragma once
// A living center for the demo: phones that answer like people, and callers that behave like
// people, until stopped.
#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "robots/audio.h"
#include "robots/line.h"
#include "robots/people.h"

namespace seatline::robots {

struct DemoSettings {
    ServerAddress server;
    Accounts accounts;
    std::string bind_agents = "127.0.0.3";
    std::string bind_callers = "127.0.0.2";
    double calls_per_minute = 14;
    double talk_s = 50;            ///< median
    std::uint32_t max_calls = 60;  ///< at once; arrivals above are dropped
    std::uint64_t seed = 0;        ///< 0: another one each time
};

/// Scenario thread only.
class Demo {
public:
    Demo(Loop& loop, DemoSettings settings);
    ~Demo();

    /// Opens the lines, makes the voices and signs the phones in. Errors: unavailable, field
    /// "bind".
    [[nodiscard]] Result<void> start();
    /// Hangs up, unregisters, and stops the loop within 1.2 s.
    void leave();

private:
    struct Caller {
        std::string number;
        Instant started;
        bool is_talking = false;
        AudioLeg audio;
        CallerPlan plan;
    };
    struct Agent {
        Account account;
        SoundPtr voice;
        LegId leg;  ///< none: at the desk
        bool is_talking = false;
        AgentPlan plan;
        MediaDescription remote;
        std::string caller;  ///< number shown
        AudioLeg audio;
    };
    struct Totals {
        std::uint64_t calls = 0;
        std::uint64_t answered = 0;
        std::uint64_t gave_up = 0;
        std::uint64_t not_taken = 0;  ///< by a robot agent, on purpose
        std::uint64_t failed = 0;     ///< refused with a SIP code of 400 and above
        std::uint64_t lost = 0;       ///< RTP packets
        std::uint64_t received = 0;
    };

    void arrive();
    void call();
    void on_caller(Instant at, sip::Event&& event);
    void caller_answered(const sip::Answered& event);
    void caller_ended(const sip::Ended& event);
    void press(LegId leg, std::size_t key);

    void on_agent(Instant at, sip::Event&& event);
    void agent_rings(const sip::IncomingCall& call);
    void agent_acts(const std::string& user, LegId leg);
    void agent_answers(Agent& agent);
    void talk_ends(const std::string& user, LegId leg);
    void agent_ended(const sip::Ended& event);
    void come_back(const std::string& user, microseconds away);

    void report();
    [[nodiscard]] AudioEngine::Listener counting();
    [[nodiscard]] const SoundPtr& any_voice();
    [[nodiscard]] std::uint32_t any_frame() { return static_cast<std::uint32_t>(random_() % 4096); }
    void stop_when_quiet();

    Loop& loop_;
    DemoSettings settings_;
    Random random_;
    Arrivals arrivals_;
    Instant started_{};
    bool is_leaving_ = false;
    std::uint64_t next_leg_ = 2;
    Totals totals_;
    std::vector<SoundPtr> voices_;
    RtpPorts agent_ports_;
    RtpPorts caller_ports_;
    std::unique_ptr<AudioEngine> audio_;
    std::unordered_map<LegId, Caller> callers_;
    std::map<std::string, Agent> agents_;                        ///< by user
    std::unordered_map<LegId, std::string> ringing_or_talking_;  ///< agent leg -> user
    std::unique_ptr<Line> caller_line_;
    std::unique_ptr<Line> agent_line_;
    std::unique_ptr<Phones> phones_;
};

}  // namespace seatline::robots
