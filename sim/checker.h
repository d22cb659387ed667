#pragma once
// Watches every event of a run and stops the run when something that must never happen did: an
// agent in two calls, a caller lost or counted twice, overtaking among equals, a broken sum.
// Constant work an event, so that it can be on in every simulated call.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "core/engine/effect.h"

namespace seatline::sim {

/// What a run amounts to. Identity at any time (spec.md C): offered = answered + abandoned +
/// left_otherwise + waiting.
struct Totals {
    std::uint64_t arrived = 0;
    std::uint64_t refused = 0;
    std::uint64_t offered = 0;
    std::uint64_t answered = 0;
    std::uint64_t answered_in_level = 0;
    std::uint64_t abandoned = 0;
    std::uint64_t left_otherwise = 0;
    std::uint64_t ended = 0;
    std::uint64_t talks = 0;
    std::uint64_t offers = 0;
    std::uint64_t delayed = 0;  ///< answered callers who waited at all
    microseconds wait_answered{0};
    microseconds wait_all{0};
    microseconds talk{0};
};

class Checker {
public:
    /// `agents` and `queues`: ids run from 1 to these. `ordered`: no caller of a queue may be
    /// offered before one who waits longer (off when offers can fail, because a caller comes back
    /// to the old place).
    Checker(std::uint64_t agents, std::uint64_t queues, bool ordered);

    void watch(const core::Event& event);
    /// At the end: nothing is left over.
    void finish() const;

    [[nodiscard]] const Totals& totals() const { return totals_; }
    [[nodiscard]] std::uint64_t waiting() const { return waiting_; }
    [[nodiscard]] std::uint64_t open_calls() const { return calls_.size(); }

private:
    enum class Stage : std::uint8_t { arrived, queued, offered, answered, left, talking };
    struct CallState {
        Stage stage = Stage::arrived;
        std::uint32_t agent = 0;
        std::uint32_t queue = 0;
        Instant since;
        std::uint64_t order = 0;
    };
    struct AgentView {
        core::AgentState state = core::AgentState::signed_out;
        CallId call;
        Instant since;
    };

    void on(const core::CallArrived& e, Instant at);
    void on(const core::CallQueued& e, Instant at);
    void on(const core::CallOffered& e, Instant at);
    void on(const core::OfferEnded& e, Instant at);
    void on(const core::CallLeftQueue& e, Instant at);
    void on(const core::TalkStarted& e, Instant at);
    void on(const core::CallEnded& e, Instant at);
    void on(const core::CallRefused& e, Instant at);
    void on(const core::AgentStateChanged& e, Instant at);
    template <class Other>
    void on(const Other&, Instant) {}
    CallState& call(CallId id);

    bool ordered_;
    Totals totals_;
    std::uint64_t waiting_ = 0;
    std::uint64_t next_order_ = 1;
    Instant last_;
    boost::unordered_flat_map<CallId, CallState, std::hash<CallId>> calls_;
    std::vector<AgentView> agents_;
    std::vector<std::deque<std::pair<CallId, std::uint64_t>>>
        line_;  ///< per queue, in order of joining; left ones are skipped
};

}  // namespace seatline::sim
