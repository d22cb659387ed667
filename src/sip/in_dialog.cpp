// Requests of the peer within the dialog: BYE, re-INVITE and UPDATE (RFC 3261 14.2, RFC 3311),
// INFO, OPTIONS.
#include <algorithm>
#include <cctype>

#include "sip/dialog.h"
#include "sip/stack.h"

namespace seatline::sip {

namespace {

constexpr seconds change_deadline{
    8};  ///< for the owner's Accept; a phone gives up an UPDATE after 32 s

/// The digit of an INFO body: "Signal=5\r\nDuration=160" (application/dtmf-relay) or "5"
/// (application/dtmf); 0 if none.
char info_digit(std::string_view body, bool is_relay) {
    if (is_relay) {
        const auto at = body.find("Signal");
        if (at == std::string_view::npos) return 0;
        body.remove_prefix(at + 6);
        const auto equals = body.find('=');
        if (equals == std::string_view::npos) return 0;
        body.remove_prefix(equals + 1);
    }
    const auto start = body.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return 0;
    const char c = static_cast<char>(std::toupper(static_cast<unsigned char>(body[start])));
    const bool is_digit = (c >= '0' && c <= '9') || c == '*' || c == '#' || (c >= 'A' && c <= 'D');
    return is_digit ? c : '\0';
}

}  // namespace

int Dialog::on_request(void* magic, nta_leg_t*, nta_incoming_t* request, const sip_t* sip) {
    auto& self = *static_cast<Dialog*>(magic);
    self.stack_.sweep();
    self.take_request(request, sip);
    return 0;
}

void Dialog::take_request(nta_incoming_t* request, const sip_t* sip) {
    const auto method = sip->sip_request->rq_method;
    if (method == sip_method_ack)
        return nta_incoming_destroy(request);  // of a transaction long over
    if (method == sip_method_cancel) return stack_.reply(request, 481);
    if (sip->sip_to->a_tag == nullptr) return stack_.reply(request, 482, "Request merged");
    if (method == sip_method_bye) return take_bye(request, sip);
    if (is_ended_) return stack_.reply(request, 481);
    if (!stack_.check_content(request, sip)) return;
    switch (method) {
        case sip_method_invite:
        case sip_method_update:
            return take_change(request, sip);
        case sip_method_info:
            return take_info(request, sip);
        case sip_method_options:
            return stack_.reply_options(request);
        case sip_method_prack:
            return stack_.reply(request, 481);
        case sip_method_refer:
            return take_refer(request, sip);
        case sip_method_subscribe:
            return take_refer_subscribe(request, sip);
        default:
            stack_.reply_bad_method(request);
    }
}

void Dialog::take_bye(nta_incoming_t* request, const sip_t* sip) {
    stack_.reply(request, 200);
    if (is_ended_) return;  // BYE crossed ours, whose answer we still wait for
    drop_change(487);
    const auto before = state_;
    if (before == State::ringing) {
        stack_.reply(invite_in_, 487);
        invite_in_ = nullptr;
    }
    if (before == State::calling) cancel({});
    end(EndedBy::remote, 200, "BYE", q850_cause(sip));
    if (before != State::calling) finish();
}

bool Dialog::can_change_now(nta_incoming_t* request) {
    const bool is_ours_pending =
        state_ == State::calling || refresh_ != nullptr || owes_offer_answer_;
    const bool is_theirs_pending =
        state_ == State::ringing || state_ == State::answered || change_ != nullptr;
    if (is_ours_pending) {
        stack_.reply(request, 491);
    } else if (is_theirs_pending) {
        stack_.reply(request, 500, "Earlier Request Pending",
                     "Retry-After: " + std::to_string(su_randint(0, 10)) + "\r\n");
    } else {
        return true;
    }
    return false;
}

void Dialog::take_change(nta_incoming_t* request, const sip_t* sip) {
    const bool has_sdp = !body_of(sip).empty();
    const bool is_invite = sip->sip_request->rq_method == sip_method_invite;
    const bool is_plain_refresh = !is_invite && !has_sdp;
    if (has_sdp && !is_invite && may_update_early(sip)) return take_early_update(request, sip);
    if (!is_plain_refresh && !can_change_now(request)) return;
    if (!take_session_request(request, sip)) return;
    refresh_target(request, sip);
    restart_session_timer();
    if (is_plain_refresh) return answer_unchanged(request, false);
    if (!has_sdp) {
        last_sdp_ = next_offer();
        owes_offer_answer_ = true;
        return answer_unchanged(request, true);
    }
    const auto old_offer = offer_;
    MediaDescription remote;
    if (!take_sdp(sip, remote)) {
        offer_ = old_offer;
        return stack_.reply(request, 488);
    }
    if (remote_ && remote == *remote_ && local_) {
        const auto body = local_answer(*local_);
        if (body.has_value()) return answer_unchanged(request, true);
    }
    pending_remote_ = remote;
    hold_change(request);
    tell(MediaChanged{id_, std::move(remote)});
}

/// RFC 3261 12.2: the peer is where its last request says, and where that came from.
void Dialog::refresh_target(nta_incoming_t* request, const sip_t* sip) {
    nta_leg_server_route(leg_, nullptr, sip->sip_contact);
    if (!route_.empty()) route_ = source_of(request, sip).uri();
}

/// RFC 3311 5.1: an offer by UPDATE may come before the call is answered when the first offer has
/// its answer, which only a reliable response can bring.
bool Dialog::may_update_early(const sip_t* sip) {
    if (state_ == State::ringing) return is_early_settled_;
    if (state_ != State::calling || sip->sip_from->a_tag == nullptr) return false;
    return std::any_of(early_.begin(), early_.end(), [&](const Early& early) {
        return early.rseq != 0 && early.remote && early.tag == sip->sip_from->a_tag;
    });
}

/// Answered with what we have: Accept would answer the call. The owner is told by Progress, or when
/// the call stands.
void Dialog::take_early_update(nta_incoming_t* request, const sip_t* sip) {
    const auto old_offer = offer_;
    MediaDescription remote;
    if (!take_sdp(sip, remote)) {
        offer_ = old_offer;
        return stack_.reply(request, 488);
    }
    const auto body = local_answer(*local_);
    if (body.has_error()) {
        offer_ = old_offer;
        return stack_.reply(request, 488);
    }
    reply_here(request, 200, *body, {});
    nta_incoming_destroy(request);
    if (state_ == State::ringing) {
        remote_ = std::move(remote);
        is_early_changed_ = true;
        return;
    }
    for (auto& early : early_) {
        if (early.tag == sip->sip_from->a_tag) early.remote = remote;
    }
    tell(Progress{id_, 183, std::move(remote)});
}

/// To a re-INVITE without SDP. What the peer's hold narrowed is offered in full again (RFC 6337
/// 5.3).
std::string Dialog::next_offer() {
    auto local = *local_;
    const bool peer_holds = remote_ && (remote_->direction == MediaDirection::sendonly ||
                                        remote_->direction == MediaDirection::inactive);
    if (peer_holds) local.direction = MediaDirection::sendrecv;
    const auto previous = sdp::parse(last_sdp_);
    SEATLINE_ASSERT(previous.has_value());
    auto text = sdp::write_reoffer(origin_, local, *previous);
    if (text != last_sdp_) {
        ++origin_.version;
        text = sdp::write_reoffer(origin_, local, *previous);
    }
    local_ = local;
    return text;
}

void Dialog::hold_change(nta_incoming_t* request) {
    change_ = request;
    if (nta_incoming_method(request) == sip_method_invite) {
        nta_incoming_bind(request, on_ack_or_cancel, this);
    }
    deadline_ = stack_.timers().set(stack_.now() + change_deadline, [this] {
        deadline_ = {};
        drop_change(488);
    });
}

/// Answers with the SDP as it stands: the session goes on as before.
void Dialog::answer_unchanged(nta_incoming_t* request, bool with_sdp) {
    reply_here(request, 200, with_sdp ? last_sdp_ : std::string{}, session_headers());
    if (nta_incoming_method(request) != sip_method_invite) return nta_incoming_destroy(request);
    nta_incoming_destroy(change_in_);
    change_in_ = request;
    nta_incoming_bind(request, on_ack_or_cancel, this);
}

void Dialog::answer_change(const MediaDescription& local) {
    const auto body = local_answer(local);
    if (body.has_error()) return drop_change(488);
    stack_.timers().cancel(deadline_);
    remote_ = std::move(pending_remote_);
    auto* request = std::exchange(change_, nullptr);
    answer_unchanged(request, true);
}

void Dialog::take_change_ack(const sip_t* sip) {
    if (!owes_offer_answer_ || is_ended_) return;
    owes_offer_answer_ = false;
    MediaDescription remote;
    if (!take_sdp(sip, remote) || (remote_ && remote == *remote_)) return;
    remote_ = remote;
    tell(MediaChanged{id_, std::move(remote)});
}

void Dialog::take_info(nta_incoming_t* request, const sip_t* sip) {
    const bool is_relay = has_content_type(sip, "application/dtmf-relay");
    if (!is_relay && !has_content_type(sip, "application/dtmf")) {
        if (body_of(sip).empty()) return stack_.reply(request, 200);
        return stack_.reply(request, 415, nullptr,
                            "Accept: application/dtmf-relay, application/dtmf\r\n");
    }
    const char digit = info_digit(body_of(sip), is_relay);
    stack_.reply(request, digit != 0 ? 200 : 400);
    if (digit != 0) tell(InfoDigit{id_, digit});
}

}  // namespace seatline::sip
