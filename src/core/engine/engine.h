#pragma once
// The deciding part of Seatline: given what happened and the time, what shall be done. Whoever
// reads this class and what it includes understands the product.
//
// Sans-IO: no clock, no files, no threads, no dice. The live server and the simulator drive the
// very same object. Not thread-safe: one thread owns it. The Directory is copied in; times given to
// handle() and tick() never go back.
//
// After each call the owner (1) appends effects.events to the journal, (2) only then performs
// effects.actions in order. When the journal can't be written, calls that are up go on: their
// actions are performed, their events wait, unshown.
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/engine/directory.h"
#include "core/engine/effect.h"
#include "core/engine/input.h"
#include "core/record/records.h"

namespace seatline::core {

struct EngineSettings {
    /// First id given to calls, legs and plays; unique over restarts (the live server takes seconds
    /// since 1970 x 2^20).
    std::uint64_t id_base = 1;
    seconds media_timeout{5};   ///< the worker's answer to OpenMedia
    seconds prompt_limit{600};  ///< a node's prompts at most
    seconds announcement_limit{
        20};  ///< agent-number announcement at most: then the talk starts without its end
    seconds dial_limit{
        180};  ///< somebody is being called for the guest at most, all tries together
    seconds max_talk{4 * 3600};
    seconds leg_linger{
        40};  ///< a leg whose end nobody reports is forgotten (RFC 3261 timer B is 32 s)
    seconds device_settle{
        2};  ///< an agent is offered the next call at the latest so long after a hang-up
};

/// What the last run knew beside its open calls.
struct Remembered {
    std::vector<VoicemailRecord> voicemails = {};  ///< that are not deleted
    std::vector<AgentForwardSet> forwards = {};    ///< as agents set them last
};

/// Numbers for metrics and tests.
struct EngineCounts {
    std::size_t calls = 0;
    std::size_t legs = 0;
    std::size_t deadlines = 0;
    std::size_t waiting = 0;
    std::size_t recordings = 0;  ///< whose end the worker has not reported yet
};

class Engine {
public:
    /// The directory has passed check().
    Engine(const Directory& directory, EngineSettings settings);
    ~Engine();
    Engine(Engine&&) noexcept;

    /// Closes what the last run left open and brings its agents back; once, before the first
    /// handle(). Calls end with control_restarted. Agents who were signed in by hand come back idle
    /// or busy as they were, with their phones to be registered anew; agents who are signed in by
    /// their phone are signed out until it registers.
    void recover(const std::vector<CallRecord>& open_calls,
                 const std::vector<AgentInterval>& open_agents, Instant now, Effects& out,
                 const Remembered& remembered = {});

    /// Ends all calls (cause shutdown) and refuses new ones from here on; the legs' ends come as
    /// usual.
    void shut_down(Instant now, Effects& out);

    void handle(const Input& input, Instant now, Effects& out);
    /// Does what is due at `now`.
    void tick(Instant now, Effects& out);
    [[nodiscard]] std::optional<Instant> next_deadline() const;

    [[nodiscard]] EngineCounts counts() const;
    /// Walks everything and asserts what must always hold: no agent in two calls, no call without a
    /// deadline, every reservation held by both sides, waiting callers exactly those of the queues.
    /// O(n): for tests and the simulator.
    void check_invariants() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace seatline::core
