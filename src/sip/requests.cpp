// Requests outside dialogs: what a UAS checks before it looks at the method (RFC 3261 8.2), who the
// sender is, and the methods that need no dialog.
#include <algorithm>

#include "sip/dialog.h"
#include "sip/sdp/sdp.h"
#include "sip/stack.h"

namespace seatline::sip {

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
    if (!is_device) {
        guard_.suspicious(source.host, "INVITE from unknown address", now());
        reply(request, 403);
        return false;
    }
    if (!authenticate(request, sip, from_user)) return false;
    call.device_user = from_user;
    return true;
}

}  // namespace seatline::sip
