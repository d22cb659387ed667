// What both directions of a leg share: its end, SDP with a version, requests and replies within the
// dialog.
#include "sip/dialog.h"

#include <strings.h>

#include <algorithm>

#include "sip/forked_call.h"
#include "sip/stack.h"

namespace seatline::sip {

Dialog::Dialog(Stack& stack, LegId id, LegId key, ForkedCall* fork)
    : stack_(stack), id_(id), key_(key), fork_(fork) {
    origin_.id = static_cast<std::uint64_t>(to_unix_us(stack.now()) / 1000);
    origin_.version = 1;
}

Dialog::~Dialog() {
    stack_.timers().cancel(silence_);
    stack_.timers().cancel(deadline_);
    stack_.timers().cancel(session_timer_);
    stack_.timers().cancel(give_up_);
    drop_refer();
    drop_reliable();
    drop_early();
    nta_incoming_destroy(invite_in_);
    nta_incoming_destroy(change_);
    nta_incoming_destroy(change_in_);
    nta_outgoing_destroy(invite_out_);
    nta_outgoing_destroy(refresh_);
    nta_leg_destroy(leg_);
}

Dialog* Dialog::of_leg(nta_leg_t* leg, const DialogName& name) {
    auto* dialog = static_cast<Dialog*>(nta_leg_magic(leg, on_request));
    if (dialog == nullptr) return nullptr;
    const char* ours = nta_leg_get_tag(leg);
    const char* theirs = nta_leg_rtag(leg, nullptr);
    if (ours == nullptr || strcasecmp(ours, name.local_tag.c_str()) != 0) return nullptr;
    if (theirs != nullptr)
        return strcasecmp(theirs, name.remote_tag.c_str()) == 0 ? dialog : nullptr;
    const bool is_early =
        std::any_of(dialog->early_.begin(), dialog->early_.end(),
                    [&](const Early& early) { return early.tag == name.remote_tag; });
    return is_early ? dialog : nullptr;
}

void Dialog::tell(Event&& event) {
    if (fork_ != nullptr) {
        fork_->take(*this, std::move(event));
    } else {
        stack_.emit(std::move(event));
    }
}

void Dialog::end(EndedBy by, int sip_code, std::string text, int q850) {
    stack_.timers().cancel(deadline_);
    stack_.timers().cancel(session_timer_);
    state_ = State::closing;
    if (is_ended_) return;
    is_ended_ = true;
    drop_refer();
    tell(Ended{id_, by, sip_code, q850, std::move(text)});
}

void Dialog::finish() {
    stack_.bury(*this);
}

void Dialog::hang_up(const HangUp& command) {
    if (is_ended_) return;
    const auto reason = one_line(command.reason);
    switch (state_) {
        case State::ringing: {
            const int code = command.code >= 300 && command.code <= 699 ? command.code : 480;
            reject({id_, code, reason});
            return;
        }
        case State::answered:
            is_bye_due_ = true;
            end(EndedBy::local, 200, "BYE");
            return;
        case State::calling:
            cancel(reason_header(reason));
            end(EndedBy::local, 487, "CANCEL");
            return;
        case State::up:
            end(EndedBy::local, 200, "BYE");
            send_bye(reason);
            return;
        case State::closing:
            return;
    }
}

void Dialog::send_bye(const std::string& reason) {
    drop_change(487);
    if (send_request(SIP_METHOD_BYE, on_bye_response, reason_header(reason)) == nullptr) finish();
}

int Dialog::on_bye_response(void* magic, nta_outgoing_t* request, const sip_t* sip) {
    auto& self = *static_cast<Dialog*>(magic);
    const int status = nta_outgoing_status(request);
    if (status < 200) return 0;
    self.stack_.sweep();
    const bool is_challenge =
        (status == 401 || status == 407) && !self.has_bye_auth_ && self.auth_.take_challenge(sip);
    nta_outgoing_destroy(request);  // and with it `sip`
    if (is_challenge) {
        self.has_bye_auth_ = true;
        if (self.send_request(SIP_METHOD_BYE, on_bye_response, {}) != nullptr) return 0;
    }
    self.finish();
    return 0;
}

int Dialog::on_ignored_response(void*, nta_outgoing_t* request, const sip_t*) {
    if (nta_outgoing_status(request) >= 200) nta_outgoing_destroy(request);
    return 0;
}

void Dialog::drop_change(int status) {
    stack_.timers().cancel(deadline_);
    if (change_ == nullptr) return;
    stack_.reply(change_, status);
    change_ = nullptr;
}

std::string Dialog::local_sdp(const MediaDescription& local) {
    auto text = sdp::write_offer(origin_, local);
    if (!last_sdp_.empty() && text != last_sdp_) {
        ++origin_.version;
        text = sdp::write_offer(origin_, local);
    }
    local_ = local;
    return last_sdp_ = std::move(text);
}

Result<std::string> Dialog::local_answer(const MediaDescription& local) {
    SEATLINE_ASSERT(offer_.has_value());
    const auto index = sdp::usable_audio(*offer_);
    SEATLINE_ASSERT(index < offer_->media.size());
    auto text = sdp::write_answer(origin_, local, *offer_, index);
    if (text.has_error()) return text;
    if (!last_sdp_.empty() && *text != last_sdp_) {
        ++origin_.version;
        text = sdp::write_answer(origin_, local, *offer_, index);
    }
    local_ = local;
    last_sdp_ = *text;
    return text;
}

bool Dialog::take_sdp(const sip_t* sip, MediaDescription& remote) {
    auto session = sdp::parse(body_of(sip));
    if (session.has_error()) return false;
    const auto index = sdp::usable_audio(*session);
    if (index == session->media.size()) return false;
    remote = sdp::describe(*session, index);
    offer_ = std::move(*session);
    return true;
}

nta_outgoing_t* Dialog::send_request(sip_method_t method, const char* name,
                                     nta_response_f* callback, const std::string& headers,
                                     const std::string& body) {
    const auto credentials =
        auth_.header(name, target_uri_.empty() ? "sip:" + stack_.host_port() : target_uri_);
    const auto all = headers + credentials;
    const OwnHeaders& own = stack_.headers();
    return nta_outgoing_tcreate(
        leg_, callback, this, route(), method, name, nullptr, SIPTAG_CONTACT(own.contact(way_)),
        SIPTAG_USER_AGENT(own.user_agent), TAG_IF(!all.empty(), SIPTAG_HEADER_STR(all.c_str())),
        TAG_IF(!body.empty(), SIPTAG_CONTENT_TYPE(own.sdp_type)),
        TAG_IF(!body.empty(), SIPTAG_PAYLOAD_STR(body.c_str())), TAG_END());
}

/// A response below 300 within the dialog: with our Contact, and SDP when `body` isn't empty. Keeps
/// the transaction.
void Dialog::reply_here(nta_incoming_t* request, int status, const std::string& body,
                        const std::string& headers) {
    const OwnHeaders& own = stack_.headers();
    nta_incoming_treply(request, status, sip_status_phrase(status),
                        SIPTAG_CONTACT(own.contact(way_)), SIPTAG_SERVER(own.server),
                        TAG_IF(status >= 200, SIPTAG_ALLOW(own.allow)),
                        TAG_IF(status >= 200, SIPTAG_SUPPORTED(own.supported)),
                        TAG_IF(!headers.empty(), SIPTAG_HEADER_STR(headers.c_str())),
                        TAG_IF(!body.empty(), SIPTAG_CONTENT_TYPE(own.sdp_type)),
                        TAG_IF(!body.empty(), SIPTAG_PAYLOAD_STR(body.c_str())), TAG_END());
}

void Dialog::send_info_digit(char digit) {
    if (state_ != State::up) return;
    const auto body = std::string("Signal=") + digit + "\r\nDuration=160\r\n";
    (void)nta_outgoing_tcreate(leg_, on_ignored_response, this, route(), SIP_METHOD_INFO, nullptr,
                               SIPTAG_CONTACT(stack_.headers().contact(way_)),
                               SIPTAG_CONTENT_TYPE_STR("application/dtmf-relay"),
                               SIPTAG_PAYLOAD_STR(body.c_str()), TAG_END());
}

}  // namespace seatline::sip
