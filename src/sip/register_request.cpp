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

/// The Path headers as one Route value, topmost first; empty when there is none.
std::string path_of(const sip_t* sip) {
    std::string path;
    for (const auto* entry = sip->sip_path; entry != nullptr; entry = entry->r_next) {
        path += (path.empty() ? "<" : ", <") + uri_text(entry->r_url) + '>';
    }
    return path;
}

bool is_usable_contact(const url_t* url) {
    return url->url_type == url_sip || url->url_type == url_sips || url->url_type == url_any;
}

/// What the REGISTER says of one contact, on top of what it says of all.
Binding binding_of(const sip_contact_t* contact, const Binding& asked) {
    Binding binding = asked;
    const auto* url = contact->m_url;
    if (url->url_type == url_any) {
        binding.contact_uri = "*";
        return binding;
    }
    binding.contact_uri = uri_text(url);
    std::string host = url->url_host != nullptr ? url->url_host : "";
    if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
    const auto port = static_cast<std::uint16_t>(std::strtoul(url_port(url), nullptr, 10));
    binding.is_behind_nat =
        binding.path.empty() && host_and_port(host, port) != binding.source_address;
    const char* instance = msg_header_find_param(contact->m_common, "+sip.instance=");
    const char* number = msg_header_find_param(contact->m_common, "reg-id=");
    if (instance != nullptr && number != nullptr) {
        binding.instance = display_of(instance);
        binding.reg_id = static_cast<std::uint32_t>(std::strtoul(number, nullptr, 10));
    }
    return binding;
}

}  // namespace

void Stack::challenge(nta_incoming_t* request, const std::string& user, bool is_stale) {
    // A stranger must not learn from the form of the challenge whether the user exists: for one
    // that doesn't, it is drawn by the share of those that do.
    const auto* device = registrar_.find(user);
    const bool with_sha256 = device != nullptr ? !device->ha1_sha256.empty()
                                               : nonces_.lot(user) < registrar_.sha256_share();
    const auto nonce = nonces_.make(now());
    std::string headers;
    for (const auto algorithm : {DigestAlgorithm::sha256, DigestAlgorithm::md5}) {
        if (algorithm == DigestAlgorithm::sha256 && !with_sha256) continue;
        headers += "WWW-Authenticate: Digest realm=\"" + config_.realm + "\", nonce=\"" + nonce +
                   "\", algorithm=" + algorithm_name(algorithm) + ", qop=\"auth\"" +
                   (is_stale ? ", stale=true" : "") + "\r\n";
    }
    reply(request, 401, nullptr, headers);
}

bool Stack::authenticate(nta_incoming_t* request, const sip_t* sip, const std::string& user) {
    const auto source = source_of(request, sip);
    auto* device = registrar_.find(user);
    std::optional<DigestFields> fields;
    for (const auto* header : {sip->sip_authorization, sip->sip_proxy_authorization}) {
        for (; header != nullptr && !fields; header = header->au_next) {
            fields = digest_of(header);
            if (fields && fields->realm != config_.realm) fields.reset();
        }
    }
    if (!fields) {
        if (device == nullptr) {
            guard_.strike(source.host, user,
                          std::string(sip->sip_request->rq_method_name) + " of unknown user " +
                              user.substr(0, 64),
                          now());
        }
        challenge(request, user, false);
        return false;
    }
    // The same work for a user that doesn't exist, and the same answer.
    static const std::string nobody(64, '0');
    const auto algorithm = algorithm_of(fields->algorithm);
    const bool is_sha256 = algorithm == DigestAlgorithm::sha256;
    const auto& secret = device == nullptr ? nobody : is_sha256 ? device->ha1_sha256 : device->ha1;
    const auto expected = digest_response(secret, sip->sip_request->rq_method_name, *fields,
                                          algorithm.value_or(DigestAlgorithm::md5));
    const bool is_right = equal_secrets(expected, fields->response) && device != nullptr &&
                          algorithm && !secret.empty() && fields->username == user &&
                          fields->qop == "auth";
    if (!is_right) {
        guard_.strike(source.host, user, "wrong digest for user " + user.substr(0, 64), now());
        reply(request, 403);
        return false;
    }
    const auto count = static_cast<std::uint32_t>(std::strtoul(fields->nc.c_str(), nullptr, 16));
    if (nonces_.check(fields->nonce, now()) != NonceMint::Verdict::fresh ||
        !device->replay.accept(fields->nonce, count)) {
        challenge(request, user, true);
        return false;
    }
    guard_.proven(source.host);
    return true;
}

void Stack::reply_bindings(nta_incoming_t* request, const sip_t* sip,
                           const std::string& user) const {
    std::string headers;
    for (const auto& binding : registrar_.contacts(user)) {
        const auto left = std::chrono::ceil<seconds>(binding.expires_at - now()).count();
        headers += "Contact: <" + binding.contact_uri + ">;expires=" + std::to_string(left);
        if (binding.reg_id != 0) {
            headers += ";+sip.instance=" + quoted(binding.instance) +
                       ";reg-id=" + std::to_string(binding.reg_id);
        }
        headers += "\r\n";
    }
    // RFC 3327 5.3: the UA learns by it which proxies stand in between.
    if (sip->sip_path != nullptr && sip_has_supported(sip->sip_supported, "path")) {
        headers += "Path: " + path_of(sip) + "\r\n";
    }
    reply(request, 200, nullptr, headers);
}

bool Stack::check_contacts(nta_incoming_t* request, const sip_t* sip, const std::string& user,
                           const Binding& asked) {
    for (const auto* contact = sip->sip_contact; contact != nullptr; contact = contact->m_next) {
        if (contact->m_url->url_type == url_any) {
            if (contact != sip->sip_contact || contact->m_next != nullptr ||
                sip->sip_expires == nullptr || sip->sip_expires->ex_delta != 0) {
                reply(request, 400, "Contact * needs Expires 0 and no other contact");
                return false;
            }
        }
        const auto expires = asked_expiry(contact, sip, config_.registration_max_s);
        if (expires > 0 && expires < config_.registration_min_s) {
            reply(request, 423, nullptr,
                  "Min-Expires: " + std::to_string(config_.registration_min_s) + "\r\n");
            return false;
        }
        const auto binding = binding_of(contact, asked);
        if (!is_usable_contact(contact->m_url) || binding.contact_uri.empty()) {
            reply(request, 400, "Contact is no usable sip: URI");
            return false;
        }
        if (!registrar_.is_in_order(user, binding)) {
            reply(request, 500, "CSeq Out of Order");
            return false;
        }
    }
    return true;
}

void Stack::on_register(nta_incoming_t* request, const sip_t* sip) {
    const auto user = user_of(sip->sip_to->a_url);
    const auto source = source_of(request, sip);
    if (!authenticate(request, sip, user)) return;
    Binding asked;
    asked.route_uri = source.uri();
    asked.path = path_of(sip);
    asked.way = source.way();
    asked.source_address = source.text();
    asked.source_host = source.host;
    asked.call_id = sip->sip_call_id->i_id;
    asked.cseq = sip->sip_cseq->cs_seq;
    asked.registered_at = now();
    if (sip->sip_user_agent != nullptr) asked.user_agent = sip->sip_user_agent->g_string;
    if (!check_contacts(request, sip, user, asked)) return;  // all of it or nothing (10.3 step 7)
    for (const auto* contact = sip->sip_contact; contact != nullptr; contact = contact->m_next) {
        const auto expires = asked_expiry(contact, sip, config_.registration_max_s);
        auto binding = binding_of(contact, asked);
        if (expires == 0) {
            registrar_.unbind(user, binding.contact_uri, "unregistered");
            continue;
        }
        binding.expires_at = now() + seconds{std::min(expires, config_.registration_max_s)};
        registrar_.bind(user, std::move(binding));
    }
    reply_bindings(request, sip, user);
}

void Stack::keep_alive(const Binding& binding) {
    // Without state: it is not repeated, and nobody waits for the answer, which finds no
    // transaction. It is the datagram that keeps the NAT's entry (RFC 5626 4.4 has STUN for it).
    const auto own = "<sip:keepalive@" + host_port_ + '>';
    auto* request = nta_outgoing_tcreate(
        default_leg_, nullptr, nullptr, URL_STRING_MAKE(binding.route_uri.c_str()),
        SIP_METHOD_OPTIONS, URL_STRING_MAKE(binding.contact_uri.c_str()),
        SIPTAG_FROM_STR((own + ";tag=k").c_str()), SIPTAG_TO_STR(own.c_str()),
        SIPTAG_MAX_FORWARDS_STR("0"), NTATAG_STATELESS(1), TAG_END());
    if (request != nullptr) nta_outgoing_destroy(request);
}

}  // namespace seatline::sip
