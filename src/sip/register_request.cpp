// REGISTER (RFC 3261 10.3) and digest authentication of devices.
#include <algorithm>
#include <cstdlib>

#include "sip/stack.h"

namespace seatline::sip {

namespace {

/// How long a contact asks to stay, in seconds; RFC 3261 10.3 step 6: the contact's own, else
/// Expires, else our maximum.
std::uint32_t asked_expiry(const sip_contact_t* contact, const sip_t* sip, std::uint32_t fallback) {
    if (contact->m_expires != nullptr) {
        char* end = nullptr;
        const auto asked = std::strtoul(contact->m_expires, &end, 10);
        return end == contact->m_expires || asked > UINT32_MAX ? fallback
                                                               : static_cast<std::uint32_t>(asked);
    }
    if (sip->sip_expires == nullptr) return fallback;
    return static_cast<std::uint32_t>(
        std::min<unsigned long>(sip->sip_expires->ex_delta, UINT32_MAX));
}

}  // namespace

void Stack::challenge(nta_incoming_t* request, bool is_stale) {
    reply(request, 401, nullptr,
          "WWW-Authenticate: Digest realm=\"" + config_.realm + "\", nonce=\"" +
              nonces_.make(now()) + "\", algorithm=MD5, qop=\"auth\"" +
              (is_stale ? ", stale=true" : "") + "\r\n");
}

bool Stack::authenticate(nta_incoming_t* request, const sip_t* sip, const std::string& user) {
    const auto source = source_of(request, sip);
    if (guard_.is_locked(source.host, user, registrar_.is_bound_from(user, source.host), now())) {
        reply(request, 403);
        return false;
    }
    auto* device = registrar_.find(user);
    SEATLINE_ASSERT(device != nullptr);
    std::optional<DigestFields> fields;
    for (const auto* header : {sip->sip_authorization, sip->sip_proxy_authorization}) {
        for (; header != nullptr && !fields; header = header->au_next) {
            fields = digest_of(header);
            if (fields && fields->realm != config_.realm) fields.reset();
        }
    }
    if (!fields) {
        challenge(request, false);
        return false;
    }
    const bool is_right =
        fields->username == user && fields->qop == "auth" &&
        digest_response(device->ha1, sip->sip_request->rq_method_name, *fields) == fields->response;
    if (!is_right) {
        guard_.wrong_digest(source.host, user, now());
        reply(request, 403);
        return false;
    }
    const auto count = static_cast<std::uint32_t>(std::strtoul(fields->nc.c_str(), nullptr, 16));
    if (nonces_.check(fields->nonce, now()) != NonceMint::Verdict::fresh ||
        !device->replay.accept(fields->nonce, count)) {
        challenge(request, true);
        return false;
    }
    return true;
}

void Stack::reply_bindings(nta_incoming_t* request, const std::string& user) const {
    std::string headers;
    const auto* device = const_cast<Registrar&>(registrar_).find(user);
    for (const auto& binding : device->bindings) {
        const auto left = std::chrono::ceil<seconds>(binding.expires_at - now()).count();
        headers +=
            "Contact: <" + binding.contact_uri + ">;expires=" + std::to_string(left) + "\r\n";
    }
    reply(request, 200, nullptr, headers);
}

void Stack::on_register(nta_incoming_t* request, const sip_t* sip) {
    const auto user = user_of(sip->sip_to->a_url);
    const auto source = source_of(request, sip);
    if (registrar_.find(user) == nullptr) {
        guard_.suspicious(source.host, "REGISTER of unknown user " + user.substr(0, 64), now());
        return reply(request, 403);
    }
    if (!authenticate(request, sip, user)) return;
    Binding binding;
    binding.route_uri = source.uri();
    binding.source_address = source.text();
    binding.source_host = source.host;
    binding.call_id = sip->sip_call_id->i_id;
    binding.cseq = sip->sip_cseq->cs_seq;
    if (sip->sip_user_agent != nullptr) binding.user_agent = sip->sip_user_agent->g_string;
    for (const auto* contact = sip->sip_contact; contact != nullptr; contact = contact->m_next) {
        if (contact->m_url->url_type == url_any) {
            if (contact != sip->sip_contact || contact->m_next != nullptr ||
                sip->sip_expires == nullptr || sip->sip_expires->ex_delta != 0) {
                return reply(request, 400, "Contact * needs Expires 0 and no other contact");
            }
            registrar_.unbind(user, "*", "unregistered");
            return reply_bindings(request, user);
        }
        const auto expires = asked_expiry(contact, sip, config_.registration_max_s);
        if (expires > 0 && expires < config_.registration_min_s) {
            return reply(request, 423, nullptr,
                         "Min-Expires: " + std::to_string(config_.registration_min_s) + "\r\n");
        }
        binding.contact_uri = uri_text(contact->m_url);
        if (contact->m_url->url_type != url_sip || binding.contact_uri.empty()) {
            return reply(request, 400, "Contact is no usable sip: URI");
        }
        if (!registrar_.is_in_order(user, binding)) return reply(request, 500, "CSeq Out of Order");
    }
    for (const auto* contact = sip->sip_contact; contact != nullptr; contact = contact->m_next) {
        const auto expires = asked_expiry(contact, sip, config_.registration_max_s);
        binding.contact_uri = uri_text(contact->m_url);
        if (expires == 0) {
            registrar_.unbind(user, binding.contact_uri, "unregistered");
            continue;
        }
        binding.expires_at = now() + seconds{std::min(expires, config_.registration_max_s)};
        registrar_.bind(user, binding);
    }
    reply_bindings(request, user);
}

}  // namespace seatline::sip
