// We are called: from the INVITE to its ACK, CANCEL, or the ACK that never comes.
#include "sip/dialog.h"
#include "sip/stack.h"

namespace seatline::sip {

bool Dialog::take_invite(nta_incoming_t* request, const sip_t* sip, IncomingCall& call) {
    if (!take_session_request(request, sip)) return false;
    if (!body_of(sip).empty()) {
        MediaDescription remote;
        if (!take_sdp(sip, remote)) {
            const bool is_sdp = sdp::parse(body_of(sip)).has_value();
            stack_.reply(request, is_sdp ? 488 : 400, is_sdp ? nullptr : "Unreadable SDP");
            return false;
        }
        remote_ = remote;
        call.remote = std::move(remote);
    }
    const auto source = source_of(request, sip);
    way_ = source.way();
    // A phone that registered is where its REGISTER came from; a trunk's Contact is taken at its
    // word.
    if (!call.device_user.empty() && sip->sip_record_route == nullptr) route_ = source.uri();
    leg_ = nta_leg_tcreate(stack_.agent(), on_request, this, SIPTAG_CALL_ID(sip->sip_call_id),
                           SIPTAG_FROM(sip->sip_to), SIPTAG_TO(sip->sip_from),
                           NTATAG_REMOTE_CSEQ(sip->sip_cseq->cs_seq), TAG_END());
    if (leg_ == nullptr || nta_leg_tag(leg_, nta_incoming_tag(request, nullptr)) == nullptr ||
        nta_leg_server_route(leg_, sip->sip_record_route, sip->sip_contact) < 0) {
        stack_.reply(request, 500);
        return false;
    }
    must_prack_ = sip_has_feature(sip->sip_require, "100rel") != 0;
    can_prack_ = must_prack_ || sip_has_feature(sip->sip_supported, "100rel") != 0;
    invite_in_ = request;
    nta_incoming_bind(request, on_ack_or_cancel, this);
    return true;
}

void Dialog::accept(const MediaDescription& local) {
    if (state_ == State::ringing) {
        answer(local);
    } else if (change_ != nullptr) {
        answer_change(local);
    }
}

void Dialog::answer(const MediaDescription& local) {
    if (reliable_ != nullptr && !early_sdp_.empty()) {
        held_accept_ = local;  // RFC 3262 3: no 2xx before the PRACK of a 183 with an answer
        return;
    }
    std::string body = early_sdp_;  // an offer has one answer, also in several responses
    if (!body.empty()) {
        body = last_sdp_;
    } else if (offer_) {
        auto answer = local_answer(local);
        if (answer.has_error()) return refuse_offer(answer.error().reason);
        body = std::move(*answer);
    } else {
        body = local_sdp(local);
        owes_offer_answer_ = true;
    }
    state_ = State::answered;
    reply_here(invite_in_, 200, body, session_headers());
}

void Dialog::refuse_offer(const std::string& reason) {
    stack_.reply(std::exchange(invite_in_, nullptr), 488);
    end(EndedBy::local, 488, reason);
    finish();
}

void Dialog::reject(const Reject& command) {
    if (state_ != State::ringing) {
        if (change_ != nullptr) drop_change(command.code);
        return;
    }
    const int code = command.code >= 300 && command.code <= 699 ? command.code : 480;
    const auto phrase = one_line(command.reason);
    const auto headers = command.retry_after_s == 0
                             ? std::string{}
                             : "Retry-After: " + std::to_string(command.retry_after_s) + "\r\n";
    stack_.reply(invite_in_, code, phrase.empty() ? nullptr : phrase.c_str(), headers);
    invite_in_ = nullptr;
    end(EndedBy::local, code, phrase.empty() ? sip_status_phrase(code) : phrase);
    finish();
}

int Dialog::on_ack_or_cancel(void* magic, nta_incoming_t* request, const sip_t* sip) {
    auto& self = *static_cast<Dialog*>(magic);
    self.stack_.sweep();
    if (sip != nullptr && sip->sip_request != nullptr &&
        sip->sip_request->rq_method == sip_method_cancel) {
        self.take_cancel(request, sip);
    } else if (request == self.invite_in_ && self.state_ == State::ringing) {
        // Nobody acknowledged our reliable 183 for 64*T1; sofia itself refuses the INVITE with 503.
        self.end(EndedBy::network, 504, "no PRACK");
        self.finish();
    } else if (request == self.invite_in_) {
        nta_incoming_destroy(request);
        self.invite_in_ = nullptr;
        if (sip != nullptr)
            self.take_ack(sip);
        else
            self.no_ack();
    } else if (request == self.change_in_) {
        nta_incoming_destroy(request);
        self.change_in_ = nullptr;
        if (sip != nullptr)
            self.take_change_ack(sip);
        else
            self.no_ack();
    }
    return 0;
}

void Dialog::take_cancel(nta_incoming_t* request, const sip_t* sip) {
    if (request == change_) return drop_change(487);
    if (request != invite_in_ || state_ != State::ringing) return;
    stack_.reply(invite_in_, 487);
    invite_in_ = nullptr;
    end(EndedBy::remote, 487, "CANCEL", q850_cause(sip));
    finish();
}

void Dialog::take_ack(const sip_t* sip) {
    if (is_bye_due_) return send_bye({});
    if (state_ != State::answered) return;
    state_ = State::up;
    if (owes_offer_answer_) {
        owes_offer_answer_ = false;
        MediaDescription remote;
        if (!take_sdp(sip, remote)) {
            end(EndedBy::network, 488, "ACK without a usable answer");
            return send_bye({});
        }
        remote_ = remote;
        tell(Answered{id_, std::move(remote)});
    }
    restart_session_timer();
    tell(Confirmed{id_});
    if (is_early_changed_) tell(MediaChanged{id_, *remote_});
}

void Dialog::no_ack() {
    if (state_ == State::closing && !is_bye_due_) return;
    end(EndedBy::network, 408, "no ACK");
    send_bye({});
}

}  // namespace seatline::sip
