#include "sip/forked_call.h"

#include <tuple>

#include "sip/dialog.h"
#include "sip/stack.h"

namespace seatline::sip {

namespace {

/// Phones with this don't list the call as missed (RFC 3326).
const std::string elsewhere = "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n";

bool is_better(const Ended& a, const Ended& b) {
    // Of the same rank what a phone said tells more than our own time-out.
    return std::make_tuple(rank_of_failure(a.sip_code), a.by != EndedBy::remote) <
           std::make_tuple(rank_of_failure(b.sip_code), b.by != EndedBy::remote);
}

}  // namespace

int rank_of_failure(int sip_code) {
    if (sip_code >= 600) return 0;
    for (const int repairable : {401, 407, 415, 420, 484}) {
        if (sip_code == repairable) return 1;
    }
    return 2 + sip_code / 100;
}

void ForkedCall::start(const Invite& command, const std::vector<InviteTarget>& targets) {
    pending_ = targets.size();
    std::vector<Dialog*> dialogs;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        auto& dialog = stack_.add_branch(leg_, *this);
        branches_.push_back(dialog.key());
        dialogs.push_back(&dialog);
    }
    for (std::size_t i = 0; i < targets.size(); ++i) dialogs[i]->invite(command, targets[i]);
}

void ForkedCall::take(Dialog& from, Event&& event) {
    if (auto* progress = std::get_if<Progress>(&event)) {
        take_progress(std::move(*progress));
    } else if (auto* answered = std::get_if<Answered>(&event)) {
        win(from, std::move(*answered));
    } else if (auto* ended = std::get_if<Ended>(&event)) {
        lose(from, std::move(*ended));
    }
    // Digits or changes of a phone that hasn't answered are nobody's.
}

void ForkedCall::take_progress(Progress&& progress) {
    const bool has_new_media = progress.remote && !has_early_media_;
    if (progress.code <= best_progress_ && !has_new_media) return;
    if (progress.remote && has_early_media_) progress.remote.reset();  // one phone is heard
    has_early_media_ = has_early_media_ || progress.remote;
    best_progress_ = std::max(best_progress_, progress.code);
    stack_.emit(std::move(progress));
}

void ForkedCall::win(Dialog& winner, Answered&& answered) {
    is_over_ = true;
    winner.leave_fork();
    stack_.rename(winner, leg_);
    drop_branches(elsewhere);
    stack_.bury(*this);
    stack_.emit(std::move(answered));
}

void ForkedCall::lose(Dialog& from, Ended&& ended) {
    from.leave_fork();
    --pending_;
    const bool is_final_for_all = ended.sip_code >= 600;
    if (!best_end_ || is_better(ended, *best_end_)) best_end_ = std::move(ended);
    if (pending_ > 0 && !is_final_for_all) return;
    drop_branches({});
    finish(std::move(*best_end_));
}

void ForkedCall::hang_up(const std::string& reason) {
    drop_branches(reason_header(reason));
    finish({leg_, EndedBy::local, 487, 0, "CANCEL"});
}

/// Those that are left; without a word to the owner.
void ForkedCall::drop_branches(const std::string& reason_header) {
    for (const auto key : branches_) {
        if (auto* dialog = stack_.find(key)) dialog->abandon(reason_header);
    }
}

void ForkedCall::finish(Ended&& ended) {
    if (is_over_) return;
    is_over_ = true;
    stack_.bury(*this);
    stack_.emit(std::move(ended));
}

}  // namespace seatline::sip
