// The peer of a leg asks us to pass its call on: REFER (RFC 3515) with or without Replaces, within
// the dialog or, naming it by Target-Dialog, outside; and the NOTIFYs that tell what became of it.
// A REFER makes a subscription that ends with the leg, although RFC 5057 would let it outlive the
// BYE: phones that hang up first don't look at its NOTIFYs any more.
#include <strings.h>

#include "sip/dialog.h"
#include "sip/dialog_name.h"
#include "sip/stack.h"

namespace seatline::sip {

namespace {
constexpr seconds owner_patience{8};  ///< for AnswerRefer; the phone's transaction lives 32 s
constexpr seconds subscription_life{180};

/// Refer-Sub: false (RFC 4488), whether sofia's parser knows the header or not.
bool wants_no_subscription(const sip_t* sip) {
    if (const auto* known = sip_refer_sub(sip)) {
        return known->rs_value != nullptr && strcasecmp(known->rs_value, "false") == 0;
    }
    return strncasecmp(unknown_header(sip, "Refer-Sub").c_str(), "false", 5) == 0;
}

bool is_refer_event(const sip_t* sip) {
    return sip->sip_event != nullptr && strcasecmp(sip->sip_event->o_type, "refer") == 0;
}
}  // namespace

void Dialog::take_refer(nta_incoming_t* request, const sip_t* sip) {
    const auto* to = sip->sip_refer_to;
    if (to == nullptr || is_repeated(sip, sip_refer_to_class))
        return stack_.reply(request, 400, "Bad Refer-To");
    if (to->r_url->url_type != url_sip && to->r_url->url_type != url_sips &&
        to->r_url->url_type != url_tel) {
        return stack_.reply(request, 416);
    }
    if (refer_ && refer_->request != nullptr) return stack_.reply(request, 491);
    drop_refer();  // a phone that asks again has given up the first
    refer_.emplace();
    refer_->request = request;
    refer_->is_silent = wants_no_subscription(sip);
    refer_->event = refers_++ == 0 ? "refer" : "refer;id=" + std::to_string(sip->sip_cseq->cs_seq);
    if (sip->sip_to->a_tag == nullptr && !open_refer_leg(request, sip)) {
        refer_.reset();
        return stack_.reply(request, 500);
    }
    refer_->deadline = stack_.timers().set(stack_.now() + owner_patience, [this] {
        refer_->deadline = {};
        answer_refer(500);
    });
    Referred referred{id_, user_of(to->r_url), {}, false};
    if (to->r_url->url_type == url_tel && to->r_url->url_host != nullptr)
        referred.target = to->r_url->url_host;
    const auto replaces =
        replaces_in_headers(to->r_url->url_headers != nullptr ? to->r_url->url_headers : "");
    if (!replaces.empty()) {
        const auto name = read_replaces(replaces);
        const auto* named = name ? stack_.find_dialog(*name) : nullptr;
        if (named != nullptr && !named->is_ended()) {
            referred.replaces = named->id();
        } else {
            referred.replaces_unknown = true;
        }
    }
    tell(std::move(referred));
}

/// A dialog of its own for the subscription of a REFER that came outside of ours.
bool Dialog::open_refer_leg(nta_incoming_t* request, const sip_t* sip) {
    auto* leg =
        nta_leg_tcreate(stack_.agent(), on_refer_request, this, SIPTAG_CALL_ID(sip->sip_call_id),
                        SIPTAG_FROM(sip->sip_to), SIPTAG_TO(sip->sip_from),
                        NTATAG_REMOTE_CSEQ(sip->sip_cseq->cs_seq), TAG_END());
    if (leg == nullptr) return false;
    refer_->leg = leg;
    return nta_leg_tag(leg, nta_incoming_tag(request, nullptr)) != nullptr &&
           nta_leg_server_route(leg, sip->sip_record_route, sip->sip_contact) >= 0;
}

void Dialog::answer_refer(int code) {
    if (!refer_ || refer_->request == nullptr) return;
    stack_.timers().cancel(refer_->deadline);
    auto* request = std::exchange(refer_->request, nullptr);
    if (code < 200 || code > 299) {
        stack_.reply(request, code >= 300 && code <= 699 ? code : 500);
        drop_refer();
        return;
    }
    reply_here(request, 202, {}, refer_->is_silent ? "Refer-Sub: false\r\n" : "");
    nta_incoming_destroy(request);
    if (refer_->is_silent) return drop_refer();  // RFC 4488: no subscription
    refer_->expires_at = stack_.now() + subscription_life;
    notify_refer(100);
}

void Dialog::notify_refer(int code) {
    if (!refer_ || refer_->request != nullptr || code < 100 || code > 699) return;
    send_refer_notify("SIP/2.0 " + std::to_string(code) + ' ' + sip_status_phrase(code) + "\r\n",
                      code >= 200 ? "noresource" : "");
    if (code >= 200) drop_refer();
}

/// `end_reason`: why the subscription ends, empty when it goes on.
void Dialog::send_refer_notify(const std::string& body, const std::string& end_reason) {
    const auto left = std::max(
        seconds{1}, std::chrono::duration_cast<seconds>(refer_->expires_at - stack_.now()));
    const auto state = end_reason.empty() ? "active;expires=" + std::to_string(left.count())
                                          : "terminated;reason=" + end_reason;
    auto* leg = refer_->leg != nullptr ? refer_->leg : leg_;
    const auto credentials = auth_.header("NOTIFY", target_uri_);
    (void)nta_outgoing_tcreate(
        leg, on_ignored_response, this, route(), SIP_METHOD_NOTIFY, nullptr,
        SIPTAG_CONTACT(stack_.headers().contact(way_)),
        SIPTAG_USER_AGENT(stack_.headers().user_agent), SIPTAG_EVENT_STR(refer_->event.c_str()),
        SIPTAG_SUBSCRIPTION_STATE_STR(state.c_str()),
        SIPTAG_CONTENT_TYPE_STR("message/sipfrag;version=2.0"), SIPTAG_PAYLOAD_STR(body.c_str()),
        TAG_IF(!credentials.empty(), SIPTAG_HEADER_STR(credentials.c_str())), TAG_END());
}

/// The phone refreshes or ends the subscription that its REFER made (RFC 6665 4.1.2).
void Dialog::take_refer_subscribe(nta_incoming_t* request, const sip_t* sip) {
    if (!is_refer_event(sip)) return stack_.reply(request, 489, nullptr, "Allow-Events: refer\r\n");
    if (!refer_ || refer_->request != nullptr) return stack_.reply(request, 481);
    const bool is_end = sip->sip_expires != nullptr && sip->sip_expires->ex_delta == 0;
    refer_->expires_at = stack_.now() + subscription_life;
    reply_here(request, 200, {},
               "Expires: " + std::to_string(is_end ? 0 : subscription_life.count()) + "\r\n");
    nta_incoming_destroy(request);
    if (!is_end) return;
    send_refer_notify("SIP/2.0 100 Trying\r\n", "timeout");
    drop_refer();
}

int Dialog::on_refer_request(void* magic, nta_leg_t*, nta_incoming_t* request, const sip_t* sip) {
    auto& self = *static_cast<Dialog*>(magic);
    self.stack_.sweep();
    if (sip->sip_request->rq_method == sip_method_ack) {
        nta_incoming_destroy(request);
    } else if (sip->sip_request->rq_method == sip_method_subscribe) {
        self.take_refer_subscribe(request, sip);
    } else {
        self.stack_.reply(request, 481);
    }
    return 0;
}

void Dialog::drop_refer() {
    if (!refer_) return;
    stack_.timers().cancel(refer_->deadline);
    if (refer_->request != nullptr) stack_.reply(refer_->request, 481);
    nta_leg_destroy(refer_->leg);
    refer_.reset();
}

}  // namespace seatline::sip
