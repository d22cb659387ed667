#include "store/projections/call_entry.h"

#include <algorithm>
#include <chrono>

#include "store/projections/call_recordings.h"

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

bool is_outgoing(const CallRecord& record) {
    return record.direction == CallDirection::outbound ||
           record.direction == CallDirection::internal;
}

bool is_talk(LegPlace place) {
    return place == LegPlace::talk || place == LegPlace::aside || place == LegPlace::conference;
}

/// Whose time on hold is the call's: the customer's.
bool is_customer(const CallRecord& record, const LegRecord& leg) {
    if (record.direction == CallDirection::inbound) return leg.kind == LegKind::caller;
    return record.direction == CallDirection::outbound && leg.kind == LegKind::outside;
}

/// Ends the leg's open stay, if it has one.
void leave_place(CallRecord& record, LegId id, Instant at) {
    const auto stay = std::find_if(record.time_line.rbegin(), record.time_line.rend(),
                                   [id](const PlaceRecord& p) { return p.leg == id && !p.to; });
    if (stay == record.time_line.rend()) return;
    stay->to = at;
    LegRecord* leg = find_leg(record, id);
    if (leg == nullptr) return;
    const milliseconds length = between(stay->from, at);
    if (is_talk(stay->place)) leg->talk_ms += length;
    if (stay->place != LegPlace::held) return;
    leg->held_ms += length;
    if (is_customer(record, *leg)) record.hold_ms += length;
}

/// What an end that names no reason of its own means for a caller who never talked to an agent.
CallResult result_of_normal_end(const CallRecord& record, Party by) {
    if (is_outgoing(record)) return CallResult::no_answer;
    if (by == Party::system) return CallResult::flow_end;
    if (by == Party::agent) return CallResult::failed;
    return record.queued_at ? CallResult::abandoned : CallResult::left_in_ivr;
}

CallResult result_of_end(const CallEntry& entry, const CallEnded& end) {
    // Answered is when an agent picked up: also when the caller left before the two heard each
    // other, so that the calls of a queue and its counters add up.
    if (entry.record.talk_started_at || entry.queue_outcome == QueueOutcome::answered)
        return CallResult::answered;
    if (entry.has_voicemail) return CallResult::voicemail;
    if (entry.record.conference || entry.record.direction == CallDirection::conference)
        return CallResult::conference;
    switch (end.cause) {
        case EndCause::no_answer:
        case EndCause::busy:
        case EndCause::rejected:
        case EndCause::unreachable:
        case EndCause::no_route:
            return CallResult::no_answer;
        case EndCause::voicemail:  // hung up in the mailbox, and left nothing
            return result_of_normal_end(entry.record, Party::caller);
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
    const std::uint64_t seq;

    void operator()(const CallArrived& e) {
        record.trunk = e.trunk;
        record.caller = e.caller;
        record.called = e.called;
        record.sip_call_id = e.sip_call_id;
        record.arrived_at = at;
        record.direction = e.direction;
        record.diverted_from = e.diverted_from;
        if (e.agent) record.agent = e.agent;
        if (!e.leg) return;  // a conference's own call
        LegRecord& leg = record.legs.emplace_back();
        leg.leg = e.leg;
        leg.started_at = at;
        if (!e.agent) return;
        leg.kind = LegKind::agent;
        leg.agent = e.agent;
    }
    void operator()(const CallAnswered&) {
        record.answered_at = at;
        // Of an outgoing call this is the called side's answer, which DialEnded tells of its leg.
        if (!record.legs.empty() && !record.legs.front().answered_at)
            record.legs.front().answered_at = at;
    }
    void operator()(const PartyDialed& e) {
        LegRecord& leg = record.legs.emplace_back();
        leg.leg = e.leg;
        leg.kind = e.kind;
        if (e.agent) leg.agent = e.agent;
        leg.started_at = at;
        leg.number = e.number;
        leg.purpose = e.purpose;
        if (!e.trunk) return;
        leg.trunk = e.trunk;
        // After a failover the trunk that carried the call is the last.
        const bool is_called_side = e.purpose == DialPurpose::call && is_outgoing(record);
        if (is_called_side) record.trunk = e.trunk;
    }
    void operator()(const PartyAlerted& e) {
        if (LegRecord* leg = find_leg(record, e.leg)) leg->ringing_at = at;
    }
    void operator()(const DialEnded& e) {
        LegRecord* leg = find_leg(record, e.leg);
        if (leg == nullptr) return;
        leg->outcome = e.outcome;
        if (e.outcome == OfferOutcome::answered) leg->answered_at = at;
    }
    void operator()(const LegPlaced& e) {
        leave_place(record, e.leg, at);
        record.time_line.push_back({e.leg, e.place, at, {}});
    }
    void operator()(const CallTransferred&) { ++record.transfers; }
    void operator()(const FlowReturned& e) { record.flow_results = e.results; }
    void operator()(const VoicemailLeft&) {
        entry.has_voicemail = true;
        // The file may be complete only after the caller has hung up.
        if (record.ended_at && record.result != CallResult::answered)
            record.result = CallResult::voicemail;
    }
    void operator()(const ConferenceJoined& e) {
        if (e.member == record.call) {
            record.conference = e.call;
            return;
        }
        LegRecord& leg = record.legs.emplace_back();
        leg.leg = e.leg;
        leg.started_at = at;
        leg.answered_at = at;
        leg.number = e.number;
    }
    void operator()(const ConferenceLeft& e) {
        if (e.member == record.call) return;
        if (LegRecord* leg = find_leg(record, e.leg)) {
            leg->ended_at = at;
            leg->talk_ms = between(leg->started_at, at);
        }
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
        record.wait_ms += e.waited_ms;
        entry.queue_outcome = e.outcome;
    }
    void operator()(const TalkStarted& e) {
        record.agent = e.agent;
        if (!record.talk_started_at) record.talk_started_at = at;
    }
    void operator()(const RecordingStarted& e) { start_recording(entry, e, at); }
    void operator()(const RecordingPaused& e) { pause_recording(entry, e, at); }
    void operator()(const RecordingResumed& e) { resume_recording(entry, e, at); }
    void operator()(const RecordingFinished& e) { finish_recording(entry, e, at); }
    void operator()(const RecordingStored& e) { store_recording(entry, e, seq); }
    void operator()(const RecordingDeleted& e) { delete_recording(entry, e, at); }
    void operator()(const LegFinished& e) {
        leave_place(record, e.leg, at);
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
        if (e.cause == EndCause::control_restarted) cut_recordings(entry);
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

CallId member_of(const EventBody& body) {
    return std::visit(
        []<class Body>(const Body& b) {
            if constexpr (requires { b.member; }) {
                return b.member;
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
    std::visit(Step{entry, entry.record, event.at, event.seq}, event.body);
}

}  // namespace seatline::store
