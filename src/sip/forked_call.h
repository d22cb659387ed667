#pragma once
// One leg that rings in several places: every contact of one or more devices gets an INVITE of its
// own (a Dialog each), the first 2xx wins and becomes the leg, the others are cancelled. What a
// forking proxy does (RFC 3261 16.7), but as the caller itself, so that each phone has its own
// media. SIP thread only; owned by Stack until somebody answers or all have failed.
#include <optional>
#include <vector>

#include "sip/endpoint.h"
#include "sip/invite_target.h"

namespace seatline::sip {

class Dialog;
class Stack;

class ForkedCall {
public:
    ForkedCall(Stack& stack, LegId leg) : stack_(stack), leg_(leg) {}

    /// Precondition: at least two targets.
    void start(const Invite& command, const std::vector<InviteTarget>& targets);
    void hang_up(const std::string& reason);
    /// What one of its dialogs would have told the owner.
    void take(Dialog& from, Event&& event);

private:
    void take_progress(Progress&& progress);
    void win(Dialog& winner, Answered&& answered);
    void lose(Dialog& from, Ended&& ended);
    void drop_branches(const std::string& reason_header);
    void finish(Ended&& ended);

    Stack& stack_;
    LegId leg_;
    std::vector<LegId> branches_;  ///< Stack's keys of the dialogs
    std::size_t pending_ = 0;
    int best_progress_ = 0;
    bool has_early_media_ = false;
    std::optional<Ended> best_end_;
    bool is_over_ = false;
};

/// The order of final responses, the best first (RFC 3261 16.7 step 6): 6xx, then those that say
/// what to repair (401, 407, 415, 420, 484), then the lowest class.
[[nodiscard]] int rank_of_failure(int sip_code);

}  // namespace seatline::sip
