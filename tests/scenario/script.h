#pragma once
// Plays one scenario file against the engine.
#include <random>
#include <string>
#include <vector>

#include "core/engine/engine.h"
#include "tests/scenario/outputs.h"

namespace seatline::scenario {

/// How a run is disturbed: each input that a real network may double or that may come late is
/// repeated with this chance.
struct Disturbance {
    std::uint64_t seed = 0;
    double repeat_chance = 0;
};

class Script {
public:
    Script(std::string path, Disturbance disturbance);
    /// True when everything was as the file says; else prints file:line, what was expected and what
    /// came.
    bool run();

private:
    struct Line {
        int number;
        std::vector<std::string> words;
        std::string text;
    };

    bool load();
    void start_engine();
    bool play(const Line& line);
    bool input(const Line& line);
    bool request(const Line& line);
    bool ask(const Line& line);
    bool moderate(const Line& line);
    bool voicemail(const Line& line);
    bool recorded(const Line& line);
    bool expect(const Line& line, bool wanted);
    bool pass_time(const Line& line);
    bool configure(const Line& line);
    bool fail(const Line& line, const std::string& why) const;

    void give(const core::Input& input);
    void shut_down();
    void answer_pending();
    void collect(core::Effects& effects);
    void answer_by_itself(const core::Action& action);
    void name_new_things(const core::Event& event);
    void name_leg(CallId call, LegId leg);
    [[nodiscard]] LegId leg(const std::string& name) const;

    std::string path_;
    Disturbance disturbance_;
    std::mt19937_64 dice_;
    std::vector<Line> lines_;
    core::Directory directory_;
    std::unique_ptr<core::Engine> engine_;
    Instant now_ = from_unix_us(1'800'000'000'000'000);
    Names names_;
    std::map<std::string, LegId> leg_by_name_;
    std::map<std::string, CallId> call_by_name_;
    std::map<std::string, PlayId> playing_;
    std::map<std::string, RecordingId> recordings_;  ///< by call, its last
    std::map<CallId, int> offers_;
    std::string next_call_name_;
    std::uint64_t next_caller_leg_ = 1;
    bool auto_media_ = true;
    bool auto_hangup_ = true;
    std::vector<core::Input> pending_;
    std::vector<Output> outputs_;
    std::size_t matched_ = 0;
};

}  // namespace seatline::scenario
