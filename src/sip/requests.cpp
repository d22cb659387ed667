// Requests outside dialogs: what a UAS checks before it looks at the method (RFC 3261 8.2), who the
// sender is, and the methods that need no dialog.
#include <algorithm>
#include <array>

#include "sip/dialog.h"
#include "sip/sdp/sdp.h"
#include "sip/stack.h"

namespace seatline::sip {

namespace {

constexpr unsigned scanner_weight = 4;

/// What the well-known tools call themselves when nobody has told them not to. A weak hint: others
/// are found by what they do.
bool is_scanner(const sip_t* sip) {
    if (sip->sip_user_agent == nullptr || sip->sip_user_agent->g_string == nullptr) return false;
    static constexpr std::array<std::string_view, 6> names{
        "friendly-scanner", "sipvicious", "sipcli", "sip-scan", "sundayddr", "VaxSIPUserAgent"};
    const std::string_view agent = sip->sip_user_agent->g_string;
    return std::any_of(names.begin(), names.end(),
                       [&](auto name) { return agent.find(name) != std::string_view::npos; });
}

}  // namespace

void Stack::reply(nta_incoming_t* request, int status, const char* phrase,
                  const std::string& headers) const {
    nta_incoming_treply(request, status, phrase != nullptr ? phrase : sip_status_phrase(status),
                        SIPTAG_SERVER(headers_.server),
                        TAG_IF(!headers.empty(), SIPTAG_HEADER_STR(headers.c_str())), TAG_END());
    nta_incoming_destroy(request);
}

void Stack::reply_options(nta_incoming_t* request) const {
    reply(request, 200, nullptr,
          std::string("Allow: ") + allowed_methods +
              "\r\nAccept: application/sdp\r\nSupported: " + supported_extensions + "\r\n");
}

void Stack::reply_bad_method(nta_incoming_t* request) const {
    const bool is_known = nta_incoming_method(request) != sip_method_unknown;
    reply(request, is_known ? 405 : 501, nullptr,
          std::string("Allow: ") + allowed_methods + "\r\n");
}

bool Stack::check_content(nta_incoming_t* request, const sip_t* sip) const {
    if (nta_check_required(request, sip, const_cast<sip_supported_t*>(headers_.supported),
                           TAG_END()) != 0) {
        nta_incoming_destroy(request);
        return false;
    }
    if (body_of(sip).empty()) return true;
    const auto method = sip->sip_request->rq_method;
    if (method != sip_method_invite && method != sip_method_update) return true;
    if (has_content_type(sip, "application/sdp") && sip->sip_content_encoding == nullptr)
        return true;
    reply(request, 415, nullptr, "Accept: application/sdp\r\nAccept-Encoding: identity\r\n");
    return false;
}

bool Stack::has_looped(const sip_t* sip) const {
    if (sip->sip_via == nullptr) return false;
    for (const auto* via = sip->sip_via; via != nullptr; via = via->v_next) {
        const std::string sent_by =
            std::string(via->v_host) + ':' + (via->v_port != nullptr ? via->v_port : "5060");
        if (sent_by == host_port_) return true;
    }
    return false;
}

bool Stack::check_request(nta_incoming_t* request, const sip_t* sip) {
    const auto method = sip->sip_request->rq_method;
    if (method == sip_method_cancel) {
        reply(request, 481, "Call/Transaction Does Not Exist");
    } else if (sip->sip_max_forwards != nullptr && sip->sip_max_forwards->mf_count == 0) {
        reply(request, 483);
    } else if (sip->sip_to->a_tag != nullptr) {
        reply(request, 481, "Call/Transaction Does Not Exist");
    } else if (method == sip_method_invite && sip->sip_request->rq_url->url_type != url_sip &&
               sip->sip_request->rq_url->url_type != url_tel) {
        reply(request, 416);
    } else if (method == sip_method_invite && has_looped(sip)) {
        reply(request, 482, "Loop Detected");
    } else {
        return true;
    }
    return false;
}

bool Stack::admit(msg_t* message, const sip_t* sip) {
    const auto source = source_of(message, sip);
    if (trunks_.match(source.host, source.port)) return true;
    const auto& user =
        user_of(sip->sip_request->rq_method == sip_method_register ? sip->sip_to->a_url
                                                                   : sip->sip_from->a_url);
    // A registered phone goes on from the very address and port that it registered from; from
    // another port there, unless it had a part in the lock-out of its address.
    if (registrar_.is_bound_from(user, source.text())) return true;
    if (guard_.is_locked(source.host, now()) && registrar_.is_bound_from(user, source.host) &&
        !guard_.is_culprit(source.host, user)) {
        return true;
    }
    if (registrations_.is_registrar_of(user_of(sip->sip_request->rq_url), source.host)) return true;
    if (!guard_.admit(source.host, now())) return false;
    if (!is_scanner(sip)) return true;
    guard_.strike(source.host, user, "a scanner's user agent", now(), scanner_weight);
    return false;
}

void Stack::on_message(msg_t* message, sip_t* sip) {
    if (sip == nullptr || sip->sip_request == nullptr || !admit(message, sip)) {
        msg_destroy(message);
        return;
    }
    auto* request = nta_incoming_create(agent_, default_leg_, message, sip, TAG_END());
    if (request == nullptr) return;
    if (sip->sip_request->rq_method == sip_method_invite &&
        dialogs_.size() >= config_.max_proceeding) {
        return reply(request, 503, nullptr, "Retry-After: 5\r\n");
    }
    on_request(request, sip);
}

void Stack::on_request(nta_incoming_t* request, const sip_t* sip) {
    const auto method = sip->sip_request->rq_method;
    if (method == sip_method_ack) {  // to no transaction and no dialog: nothing answers an ACK
        nta_incoming_destroy(request);
        return;
    }
    if (!check_request(request, sip)) return;
    switch (method) {
        case sip_method_invite:
            if (check_content(request, sip)) on_invite(request, sip);
            return;
        case sip_method_register:
            if (check_content(request, sip)) on_register(request, sip);
            return;
        case sip_method_options:
            if (check_content(request, sip)) reply_options(request);
            return;
        case sip_method_refer:
            if (check_content(request, sip)) on_refer(request, sip);
            return;
        case sip_method_subscribe:
            if (check_content(request, sip)) on_subscribe(request, sip);
            return;
        case sip_method_bye:
        case sip_method_info:
        case sip_method_update:
        case sip_method_prack:
            reply(request, 481, "Call/Transaction Does Not Exist");
            return;
        default:
            reply_bad_method(request);
    }
}

bool Stack::identify(nta_incoming_t* request, const sip_t* sip, IncomingCall& call) {
    const auto source = source_of(request, sip);
    const auto from_user = user_of(sip->sip_from->a_url);
    call.source_address = source.text();
    const auto trunk = trunks_.match(source.host, source.port);
    const bool is_device = registrar_.find(from_user) != nullptr;
    // A registered phone behind a trunk's address is still that phone.
    if (trunk && !(is_device && registrar_.is_bound_from(from_user, call.source_address))) {
        call.trunk = trunk;
        return true;
    }
    if (registrations_.is_registrar_of(user_of(sip->sip_request->rq_url), source.host)) return true;
    if (!authenticate(request, sip, from_user)) return false;
    call.device_user = from_user;
    return true;
}

}  // namespace seatline::sip
