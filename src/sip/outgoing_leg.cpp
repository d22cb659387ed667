// We call: the INVITE, its provisional and final responses, CANCEL and the ring timeout.
#include "sip/dialog.h"
#include "sip/identity.h"
#include "sip/stack.h"

namespace seatline::sip {

void Dialog::invite(const Invite& command, const InviteTarget& target) {
    state_ = State::calling;
    command_ = command;
    target_ = target;
    target_uri_ = target.uri;
    auth_ = ClientAuth(target.auth_user, target.auth_password);
    take_route();
    const auto from = from_of(command_, stack_.host_port());
    const auto to = '<' + target_uri_.substr(0, target_uri_.find(';')) + '>';
    leg_ = nta_leg_tcreate(stack_.agent(), on_request, this, SIPTAG_FROM_STR(from.c_str()),
                           SIPTAG_TO_STR(to.c_str()), TAG_END());
    if (leg_ == nullptr || nta_leg_tag(leg_, nullptr) == nullptr) {
        end(EndedBy::local, 416, "the address to call is no SIP URI");
        return finish();
    }
    deadline_ = stack_.timers().set(stack_.now() + command_.ring_timeout, [this] {
        deadline_ = {};
        cancel(reason_header("no answer"));
        end(EndedBy::local, 408, "no answer");
    });
    send_invite();
}

/// The next way to the target; by its URI when there are none.
void Dialog::take_route() {
    if (next_route_ < target_.routes.size()) route_ = target_.routes[next_route_++];
    const auto& where = route_.empty() ? target_uri_ : route_;
    way_ = way_of(where);
}

void Dialog::send_invite() {
    const auto body = local_sdp(command_.local);
    const OwnHeaders& own = stack_.headers();
    const auto headers = header_lines(command_.headers) +
                         identity_lines(command_, target_, stack_.host_port()) +
                         auth_.header("INVITE", target_uri_);
    invite_out_ = nta_outgoing_tcreate(
        leg_, on_invite_response, this, route(), SIP_METHOD_INVITE,
        URL_STRING_MAKE(target_uri_.c_str()), SIPTAG_CONTACT(own.contact(way_)),
        SIPTAG_USER_AGENT(own.user_agent), SIPTAG_ALLOW(own.allow), SIPTAG_SUPPORTED(own.supported),
        SIPTAG_CONTENT_TYPE(own.sdp_type), SIPTAG_PAYLOAD_STR(body.c_str()),
        TAG_IF(!target_.path.empty(), SIPTAG_ROUTE_STR(target_.path.c_str())),
        TAG_IF(!headers.empty(), SIPTAG_HEADER_STR(headers.c_str())),
        TAG_IF(target_.is_trunk, NTATAG_PASS_100(1)), TAG_END());
    // A trunk's dead server is left long before timer B of RFC 3261 (32 s) for the next one.
    if (target_.is_trunk && next_route_ < target_.routes.size()) {
        silence_ = stack_.timers().set(stack_.now() + silence_allowed, [this] {
            silence_ = {};
            nta_outgoing_destroy(std::exchange(invite_out_, nullptr));
            take_failure(408, nullptr);
        });
    }
    if (invite_out_ == nullptr) {
        end(EndedBy::local, 416, "the address to call is no SIP URI");
        finish();
    }
}

int Dialog::on_invite_response(void* magic, nta_outgoing_t* request, const sip_t* sip) {
    auto& self = *static_cast<Dialog*>(magic);
    self.stack_.sweep();
    const int status = nta_outgoing_status(request);
    self.stack_.timers().cancel(self.silence_);
    if (status < 200) {
        self.take_progress(status, sip);
        return 0;
    }
    self.invite_out_ = nullptr;  // first: a challenge makes a new one
    if (status < 300) {
        self.take_answer(sip);  // sends the ACK, for which sofia looks for its INVITE
    } else {
        self.take_failure(status, sip);
    }
    nta_outgoing_destroy(request);  // and with it `sip`
    if (status < 300 && self.is_ended_)
        self.send_bye({});  // hung up before, or an answer of no use
    return 0;
}

void Dialog::take_progress(int status, const sip_t* sip) {
    if (state_ != State::calling || status == 100 || sip == nullptr) return;
    auto* early = early_of(sip);
    if (sip->sip_rseq != nullptr && sip_has_feature(sip->sip_require, "100rel")) {
        if (early == nullptr || !take_reliable(*early, sip)) return;
    }
    Progress progress{id_, status, std::nullopt};
    MediaDescription remote;
    if (has_content_type(sip, "application/sdp") && take_sdp(sip, remote)) {
        if (early != nullptr) early->remote = remote;
        progress.remote = std::move(remote);
    } else if (status == last_progress_) {
        return;  // a repeated 180 says nothing new
    }
    last_progress_ = status;
    tell(std::move(progress));
}

/// Goes to the dialog of leg_, with the CSeq of the INVITE and not of a PRACK or UPDATE after it.
void Dialog::send_ack(const sip_t* response) {
    sip_cseq_t cseq[1];
    sip_cseq_init(cseq);
    cseq->cs_seq = response->sip_cseq->cs_seq;
    cseq->cs_method = sip_method_ack;
    cseq->cs_method_name = sip_method_name_ack;
    auto* ack = nta_outgoing_tcreate(leg_, nullptr, nullptr, route(), SIP_METHOD_ACK, nullptr,
                                     SIPTAG_CSEQ(cseq),
                                     SIPTAG_USER_AGENT(stack_.headers().user_agent), TAG_END());
    nta_outgoing_destroy(ack);  // sofia keeps it to answer a repeated 2xx
}

void Dialog::take_answer(const sip_t* sip) {
    stack_.timers().cancel(deadline_);
    stack_.timers().cancel(give_up_);
    const auto early_remote = settle_early(sip);
    nta_leg_rtag(leg_, sip->sip_to->a_tag);
    nta_leg_client_reroute(leg_, sip->sip_record_route, sip->sip_contact, 1);
    if (sip->sip_record_route != nullptr) route_.clear();
    send_ack(sip);
    if (is_ended_) return;
    peer_updates_ = sip->sip_allow != nullptr && sip_is_allowed(sip->sip_allow, SIP_METHOD_UPDATE);
    MediaDescription remote;
    if (body_of(sip).empty() && early_remote) {
        remote = *early_remote;  // the answer came in a 183 (RFC 3262 5)
    } else if (!take_sdp(sip, remote)) {
        return end(EndedBy::network, 488, "answer without usable audio");
    }
    state_ = State::up;
    remote_ = remote;
    take_session_response(sip);
    tell(Answered{id_, std::move(remote)});
}

void Dialog::take_failure(int status, const sip_t* sip) {
    const bool is_ours = sip == nullptr || nta_sip_is_internal(const_cast<sip_t*>(sip));
    if (!is_ended_ && !is_ours && (status == 401 || status == 407) && auth_.take_challenge(sip)) {
        return send_invite();
    }
    if (try_next_route(status, is_ours)) return;
    const auto* phrase = sip != nullptr && sip->sip_status != nullptr ? sip->sip_status->st_phrase
                                                                      : sip_status_phrase(status);
    end(is_ours ? EndedBy::network : EndedBy::remote, status,
        std::to_string(status) + ' ' + (phrase != nullptr ? phrase : ""), q850_cause(sip));
    finish();
}

/// RFC 3263 4.3: another server of the same target, as long as none has said anything.
bool Dialog::try_next_route(int status, bool is_ours) {
    const bool is_unreachable = status == 503 || (is_ours && status == 408);
    if (!is_unreachable || is_ended_ || last_progress_ != 0) return false;
    stack_.gateways().route_failed(route_);
    if (next_route_ >= target_.routes.size()) return false;
    take_route();
    send_invite();
    return true;
}

void Dialog::abandon(const std::string& headers) {
    fork_ = nullptr;
    if (is_ended_) return;
    is_ended_ = true;
    cancel(headers);
    end(EndedBy::local, 487, {});
}

void Dialog::cancel(const std::string& headers) {
    if (invite_out_ == nullptr) return;
    // sofia holds the CANCEL back until a provisional response has come (RFC 3261 9.1).
    (void)nta_outgoing_tcancel(invite_out_, nullptr, nullptr,
                               TAG_IF(!headers.empty(), SIPTAG_HEADER_STR(headers.c_str())),
                               TAG_END());
    // RFC 3261 9.1: a peer that never answers the INVITE then is given up.
    stack_.timers().cancel(give_up_);
    give_up_ = stack_.timers().set(stack_.now() + 64 * stack_.config().t1, [this] {
        give_up_ = {};
        give_up();
    });
}

void Dialog::give_up() {
    nta_outgoing_destroy(std::exchange(invite_out_, nullptr));
    end(EndedBy::network, 408, "no answer to CANCEL");
    finish();
}

}  // namespace seatline::sip
