#include "store/projections/call_entry.h"

#include <algorithm>
#include <chrono>

namespace seatline::store {

using namespace core;

namespace {

milliseconds between(Instant from, Instant to) {
    return std::chrono::duration_cast<milliseconds>(to - from);
}

LegRecord* find_leg(CallRecord& record, LegId leg) {
    const auto found = std::find_if(record.legs.begin(), record.legs.end(),
                                    [leg](const LegRecord& l) { return l.leg == leg; });
    return found == record.legs.end() ? nullptr : &*found;
}

/// What an end that names no reason of its own means for a caller who never talked to an agent.
CallResult result_of_normal_end(const CallRecord& record, Party by) {
    if (by == Party::system) return CallResult::flow_end;
    if (by == Party::agent) return CallResult::failed;
    return record.queued_at ? CallResult::abandoned : CallResult::left_in_ivr;
}

CallResult result_of_end(const CallEntry& entry, const CallEnded& end) {
    // Answered is when an agent picked up: also when the caller left before the two heard each
    // other, so that the calls of a queue and its counters add up.
    if (entry.record.talk_started_at || entry.queue_outcome == QueueOutcome::answered)
        return CallResult::answered;
    switch (end.cause) {
        case EndCause::abandoned:
            return CallResult::abandoned;
        case EndCause::left_in_ivr:
            return CallResult::left_in_ivr;
        case EndCause::max_wait:
            return CallResult::max_wait;
        case EndCause::queue_full:
            return CallResult::queue_full;
        case EndCause::normal:
        case EndCause::flow_end:
            // The flow went on after the queue, yet the queue is why the caller reached nobody.
            if (entry.queue_outcome == QueueOutcome::max_wait) return CallResult::max_wait;
            if (entry.queue_outcome == QueueOutcome::queue_full) return CallResult::queue_full;
            if (entry.queue_outcome == QueueOutcome::abandoned) return CallResult::abandoned;
            return end.cause == EndCause::flow_end ? CallResult::flow_end
                                                   : result_of_normal_end(entry.record, end.by);
        default:
            return CallResult::failed;
    }
}

/// One overload a type of event; those that change nothing of a record fall to the template.
struct Step {
    CallEntry& entry;
    CallRecord& record;
    const Instant at;

    void operator()(const CallArrived& e) {
        record.trunk = e.trunk;
        record.caller = e.caller;
        record.called = e.called;
        record.sip_call_id = e.sip_call_id;
        record.arrived_at = at;
        LegRecord& leg = record.legs.emplace_back();
        leg.leg = e.leg;
        leg.started_at = at;
    }
    void operator()(const CallAnswered&) {
        record.answered_at = at;
        if (!record.legs.empty()) record.legs.front().answered_at = at;
    }
    void operator()(const DigitsTaken& e) { record.digits += e.digits; }
    void operator()(const CallQueued& e) {
        record.queue = e.queue;
        record.queued_at = at;
        record.left_queue_at.reset();
        entry.queue_outcome.reset();
    }
    void operator()(const CallOffered& e) {
        LegRecord& leg = record.legs.emplace_back();
        leg.leg = e.leg;
        leg.kind = LegKind::agent;
        leg.agent = e.agent;
        leg.started_at = at;
    }
    void operator()(const AgentAlerted& e) {
        if (LegRecord* leg = find_leg(record, e.leg)) leg->ringing_at = at;
    }
    void operator()(const OfferEnded& e) {
        LegRecord* leg = find_leg(record, e.leg);
        if (leg == nullptr) return;
        leg->outcome = e.outcome;
        if (e.outcome != OfferOutcome::answered) return;
        record.agent = e.agent;
        leg->answered_at = at;
        record.ring_ms = between(leg->ringing_at.value_or(leg->started_at), at);
    }
    void operator()(const CallLeftQueue& e) {
        record.left_queue_at = at;
        record.wait_ms = e.waited_ms;
        entry.queue_outcome = e.outcome;
    }
    void operator()(const TalkStarted& e) {
        record.agent = e.agent;
        if (!record.talk_started_at) record.talk_started_at = at;
    }
    void operator()(const RecordingStarted& e) { entry.recording_path = e.path; }
    void operator()(const RecordingFinished& e) {
        entry.recording_path = e.path;
        record.has_recording = e.octets > 0;
        record.recording_ms = e.length_ms;
        record.recording_error = e.error;
    }
    void operator()(const LegFinished& e) {
        LegRecord* leg = find_leg(record, e.leg);
        if (leg == nullptr) return;
        leg->ended_at = at;
        leg->sip_code = e.sip_code;
        leg->end_text = e.text;
    }
    void operator()(const LegQuality& e) {
        LegRecord* leg = find_leg(record, e.leg);
        if (leg == nullptr) return;
        leg->packets_received = e.packets_received;
        leg->packets_lost = e.packets_lost;
        leg->jitter_us = e.jitter_us;
        leg->round_trip_us = e.round_trip_us;
    }
    void operator()(const CallEnded& e) {
        record.result = result_of_end(entry, e);
        record.ended_at = at;
        record.ended_by = e.by;
        record.cause = e.cause;
        if (record.talk_started_at) record.talk_ms = between(*record.talk_started_at, at);
        const bool recording_is_cut = !entry.recording_path.empty() && !record.has_recording &&
                                      e.cause == EndCause::control_restarted;
        if (recording_is_cut) {  // nobody is left to say how long it is; the file holds what was
                                 // written
            record.has_recording = true;
            record.recording_error = "control_restarted";
        }
    }
    template <class Other>
    void operator()(const Other&) {}
};

}  // namespace

CallId call_of(const EventBody& body) {
    return std::visit(
        []<class Body>(const Body& b) {
            if constexpr (std::is_same_v<Body, AgentStateChanged>) {
                return CallId{};
            } else if constexpr (requires { b.call; }) {
                return b.call;
            } else {
                return CallId{};
            }
        },
        body);
}

void apply_event(CallEntry& entry, const Event& event) {
    if (std::holds_alternative<CallArrived>(event.body)) {
        entry = {};
        entry.record.call = call_of(event.body);
        entry.record.tenant = event.tenant;
    }
    entry.seqs.push_back(event.seq);
    std::visit(Step{entry, entry.record, event.at}, event.body);
}

}  // namespace seatline::store
