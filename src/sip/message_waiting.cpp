#include "sip/message_waiting.h"

#include <strings.h>

#include <algorithm>

#include "sip/stack.h"

namespace seatline::sip {

namespace {

constexpr unsigned long longest_s = 3600;
constexpr unsigned long shortest_s = 60;
constexpr const char* package = "message-summary";
constexpr const char* body_type = "application/simple-message-summary";

bool is_message_summary(const sip_t* sip) {
    return sip->sip_event != nullptr && strcasecmp(sip->sip_event->o_type, package) == 0;
}

}  // namespace

MessageWaiting::Subscription::~Subscription() {
    owner.stack_.timers().cancel(expiry);
    nta_outgoing_destroy(notify);
    nta_leg_destroy(leg);
}

std::string MessageWaiting::summary(const std::string& user, const Box& box) const {
    return std::string("Messages-Waiting: ") + (box.new_messages > 0 ? "yes" : "no") +
           "\r\nMessage-Account: sip:" + escape_user(user) + '@' + stack_.host_port() +
           "\r\nVoice-Message: " + std::to_string(box.new_messages) + '/' +
           std::to_string(box.old_messages) + "\r\n";
}

void MessageWaiting::set(const SetMessagesWaiting& counts) {
    auto& box = boxes_[counts.device_user];
    box.new_messages = counts.new_messages;
    box.old_messages = counts.old_messages;
    if (box.subscriptions.empty()) return notify_contacts(counts.device_user, box);
    for (auto& subscription : box.subscriptions) notify(*subscription, {});
}

void MessageWaiting::notify_contacts(const std::string& user, const Box& box) {
    const auto body = summary(user, box);
    const auto self = "<sip:" + escape_user(user) + '@' + stack_.host_port() + '>';
    for (const auto& binding : stack_.registrar().contacts(user)) {
        auto* leg = nta_leg_tcreate(stack_.agent(), nullptr, nullptr, SIPTAG_FROM_STR(self.c_str()),
                                    SIPTAG_TO_STR(self.c_str()), TAG_END());
        if (leg == nullptr || nta_leg_tag(leg, nullptr) == nullptr) continue;
        auto* request = nta_outgoing_tcreate(
            leg, nullptr, nullptr,
            binding.path.empty() ? URL_STRING_MAKE(binding.route_uri.c_str()) : nullptr,
            SIP_METHOD_NOTIFY, URL_STRING_MAKE(binding.contact_uri.c_str()),
            SIPTAG_CONTACT(stack_.headers().contact(way_of(binding.route_uri))),
            SIPTAG_USER_AGENT(stack_.headers().user_agent), SIPTAG_EVENT_STR(package),
            SIPTAG_SUBSCRIPTION_STATE_STR("active"),
            TAG_IF(!binding.path.empty(), SIPTAG_ROUTE_STR(binding.path.c_str())),
            SIPTAG_CONTENT_TYPE_STR(body_type), SIPTAG_PAYLOAD_STR(body.c_str()), TAG_END());
        nta_outgoing_destroy(request);  // a phone that doesn't understand it says so to nobody
        nta_leg_destroy(leg);
    }
}

void MessageWaiting::subscribe(nta_incoming_t* request, const sip_t* sip, const std::string& user) {
    if (!is_message_summary(sip)) {
        return stack_.reply(request, 489, nullptr,
                            std::string("Allow-Events: ") + package + "\r\n");
    }
    if (sip->sip_contact == nullptr) return stack_.reply(request, 400, "Missing Contact Header");
    auto& box = boxes_[user];
    auto made = std::make_unique<Subscription>(*this, user);
    auto& subscription = *made;
    subscription.id = package;
    if (sip->sip_event->o_id != nullptr)
        subscription.id += std::string(";id=") + sip->sip_event->o_id;
    subscription.leg =
        nta_leg_tcreate(stack_.agent(), on_request, &subscription, SIPTAG_CALL_ID(sip->sip_call_id),
                        SIPTAG_FROM(sip->sip_to), SIPTAG_TO(sip->sip_from),
                        NTATAG_REMOTE_CSEQ(sip->sip_cseq->cs_seq), TAG_END());
    const bool is_open =
        subscription.leg != nullptr &&
        nta_leg_tag(subscription.leg, nta_incoming_tag(request, nullptr)) != nullptr &&
        nta_leg_server_route(subscription.leg, sip->sip_record_route, sip->sip_contact) >= 0;
    if (!is_open) return stack_.reply(request, 500);
    const auto source = source_of(request, sip);
    subscription.way = source.way();
    if (sip->sip_record_route == nullptr) subscription.route = source.uri();
    if (box.subscriptions.size() == max_subscriptions) drop(*box.subscriptions.front());
    box.subscriptions.push_back(std::move(made));
    refresh(subscription, request, sip);
}

void MessageWaiting::refresh(Subscription& subscription, nta_incoming_t* request,
                             const sip_t* sip) {
    auto asked = sip->sip_expires != nullptr ? sip->sip_expires->ex_delta : longest_s;
    if (asked > 0 && asked < shortest_s) {
        stack_.reply(request, 423, nullptr, "Min-Expires: " + std::to_string(shortest_s) + "\r\n");
        if (subscription.expires_at == Instant{}) drop(subscription);
        return;
    }
    asked = std::min(asked, longest_s);
    nta_incoming_treply(request, 200, sip_status_phrase(200),
                        SIPTAG_CONTACT(stack_.headers().contact(subscription.way)),
                        SIPTAG_SERVER(stack_.headers().server),
                        SIPTAG_HEADER_STR(("Expires: " + std::to_string(asked) + "\r\n").c_str()),
                        TAG_END());
    nta_incoming_destroy(request);
    stack_.timers().cancel(subscription.expiry);
    subscription.expires_at = stack_.now() + seconds{asked};
    if (asked == 0) {
        notify(subscription, "timeout");
        return drop(subscription);
    }
    subscription.expiry = stack_.timers().set(subscription.expires_at, [this, &subscription] {
        subscription.expiry = {};
        notify(subscription, "timeout");
        drop(subscription);
    });
    notify(subscription, {});
}

void MessageWaiting::notify(Subscription& subscription, const std::string& reason) {
    if (subscription.notify != nullptr && reason.empty()) {
        subscription.is_stale = true;  // one at a time: UDP would mix up their order
        return;
    }
    nta_outgoing_destroy(std::exchange(subscription.notify, nullptr));
    subscription.is_stale = false;
    const auto left = std::chrono::ceil<seconds>(subscription.expires_at - stack_.now()).count();
    const auto state =
        reason.empty() ? "active;expires=" + std::to_string(left) : "terminated;reason=" + reason;
    const auto body = summary(subscription.user, boxes_[subscription.user]);
    const auto* route =
        subscription.route.empty() ? nullptr : URL_STRING_MAKE(subscription.route.c_str());
    subscription.notify = nta_outgoing_tcreate(
        subscription.leg, on_notify_response, &subscription, route, SIP_METHOD_NOTIFY, nullptr,
        SIPTAG_CONTACT(stack_.headers().contact(subscription.way)),
        SIPTAG_USER_AGENT(stack_.headers().user_agent), SIPTAG_EVENT_STR(subscription.id.c_str()),
        SIPTAG_SUBSCRIPTION_STATE_STR(state.c_str()), SIPTAG_CONTENT_TYPE_STR(body_type),
        SIPTAG_PAYLOAD_STR(body.c_str()), TAG_END());
}

int MessageWaiting::on_notify_response(void* magic, nta_outgoing_t* request, const sip_t*) {
    auto& subscription = *static_cast<Subscription*>(magic);
    const int status = nta_outgoing_status(request);
    if (status < 200) return 0;
    nta_outgoing_destroy(std::exchange(subscription.notify, nullptr));
    if (status >= 300) {  // RFC 6665 4.2.2: the phone knows no such subscription, or is gone
        subscription.owner.drop(subscription);
    } else if (subscription.is_stale) {
        subscription.owner.notify(subscription, {});
    }
    return 0;
}

int MessageWaiting::on_request(void* magic, nta_leg_t*, nta_incoming_t* request, const sip_t* sip) {
    auto& subscription = *static_cast<Subscription*>(magic);
    auto& stack = subscription.owner.stack_;
    const auto method = sip->sip_request->rq_method;
    if (method == sip_method_ack) {
        nta_incoming_destroy(request);
    } else if (method != sip_method_subscribe || sip->sip_to->a_tag == nullptr) {
        stack.reply(request, 481);
    } else if (!is_message_summary(sip)) {
        stack.reply(request, 489, nullptr, std::string("Allow-Events: ") + package + "\r\n");
    } else {
        nta_leg_server_route(subscription.leg, nullptr, sip->sip_contact);
        if (!subscription.route.empty()) subscription.route = source_of(request, sip).uri();
        subscription.owner.refresh(subscription, request, sip);
    }
    return 0;
}

void MessageWaiting::drop(Subscription& subscription) {
    auto& all = boxes_[subscription.user].subscriptions;
    std::erase_if(all, [&](const auto& one) { return one.get() == &subscription; });
}

}  // namespace seatline::sip
