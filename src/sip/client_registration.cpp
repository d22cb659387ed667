#include "sip/client_registration.h"

#include <algorithm>
#include <cstdlib>

#include "sip/stack.h"

namespace seatline::sip {

ClientRegistrations::ClientRegistrations(Stack& stack, Hooks hooks)
    : stack_(stack), hooks_(std::move(hooks)) {}

void ClientRegistrations::clear() {
    for (auto& [user, phone] : phones_) {
        nta_outgoing_destroy(phone->request);
        stack_.timers().cancel(phone->next);
    }
    phones_.clear();
}

void ClientRegistrations::start(const Register& command) {
    auto& slot = phones_[command.user];
    if (!slot) {
        slot = std::make_unique<Phone>();
        slot->owner = this;
        slot->call_id =
            md5_hex(command.user + stack_.host_port() + std::to_string(to_unix_us(stack_.now())));
        slot->from_tag = slot->call_id.substr(0, 12);
    }
    auto& phone = *slot;
    phone.command = command;
    phone.auth = ClientAuth(command.user, command.password);
    phone.is_leaving = false;
    phone.was_told = false;
    su_home_t home[1] = {SU_HOME_INIT(home)};
    const auto* url = url_make(home, command.registrar_uri.c_str());
    phone.registrar_host = url != nullptr && url->url_host != nullptr ? url->url_host : "";
    if (phone.registrar_host.starts_with('[')) {  // an IPv6 literal; sources have no brackets
        phone.registrar_host = phone.registrar_host.substr(1, phone.registrar_host.find(']') - 1);
    }
    const bool is_usable = !phone.registrar_host.empty();
    su_home_deinit(home);
    if (!is_usable) return tell(phone, false, 416);
    enqueue(phone);
}

void ClientRegistrations::stop(const std::string& user) {
    const auto found = phones_.find(user);
    if (found == phones_.end()) return;
    found->second->is_leaving = true;
    enqueue(*found->second);
}

bool ClientRegistrations::is_registrar_of(const std::string& user, const std::string& host) const {
    const auto found = phones_.find(user);
    return found != phones_.end() && found->second->registrar_host == host;
}

void ClientRegistrations::enqueue(Phone& phone) {
    stack_.timers().cancel(phone.next);
    if (phone.is_waiting || phone.request != nullptr)
        return;  // its turn or its answer comes anyway
    phone.is_waiting = true;
    waiting_.push_back(phone.command.user);
    send_waiting();
}

void ClientRegistrations::send_waiting() {
    while (outstanding_ < max_outstanding && !waiting_.empty()) {
        const auto found = phones_.find(waiting_.front());
        waiting_.pop_front();
        if (found == phones_.end()) continue;
        found->second->is_waiting = false;
        ++outstanding_;
        send(*found->second);
    }
}

void ClientRegistrations::send(Phone& phone) {
    const auto& command = phone.command;
    phone.expires_s = phone.is_leaving ? 0 : command.expires_s;
    const auto colon = command.registrar_uri.find(':');
    const auto user = escape_user(command.user);
    const auto host =
        command.registrar_uri.substr(colon + 1, command.registrar_uri.find(';') - colon - 1);
    const auto address_of_record = "<sip:" + user + '@' + host + '>';
    const auto route = hooks_.route ? hooks_.route() : std::string{};
    const auto way = way_of(route.empty() ? command.registrar_uri : route);
    const auto contact = "<sip:" + user + '@' + stack_.headers().host_port(way) +
                         (way.transport == Transport::udp
                              ? std::string{}
                              : std::string(";transport=") + transport_name(way.transport)) +
                         '>' + ";expires=" + std::to_string(phone.expires_s);
    const auto credentials = phone.auth.header("REGISTER", command.registrar_uri);
    const auto cseq = std::to_string(++phone.cseq) + " REGISTER";
    phone.request = nta_outgoing_tcreate(
        stack_.default_leg(), on_response, &phone,
        route.empty() ? nullptr : URL_STRING_MAKE(route.c_str()), SIP_METHOD_REGISTER,
        URL_STRING_MAKE(command.registrar_uri.c_str()),
        SIPTAG_FROM_STR((address_of_record + ";tag=" + phone.from_tag).c_str()),
        SIPTAG_TO_STR(address_of_record.c_str()), SIPTAG_CALL_ID_STR(phone.call_id.c_str()),
        SIPTAG_CSEQ_STR(cseq.c_str()), SIPTAG_CONTACT_STR(contact.c_str()),
        SIPTAG_USER_AGENT(stack_.headers().user_agent),
        TAG_IF(!credentials.empty(), SIPTAG_HEADER_STR(credentials.c_str())), TAG_END());
    if (phone.request == nullptr) take_response(phone, 503, nullptr);
}

int ClientRegistrations::on_response(void* magic, nta_outgoing_t* request, const sip_t* sip) {
    auto& phone = *static_cast<Phone*>(magic);
    const int status = nta_outgoing_status(request);
    if (status < 200) return 0;
    phone.owner->stack_.sweep();
    phone.request = nullptr;
    phone.owner->take_response(phone, status, sip);  // may delete the phone
    nta_outgoing_destroy(request);                   // and with it `sip`
    return 0;
}

void ClientRegistrations::take_response(Phone& phone, int status, const sip_t* sip) {
    const bool was_leaving = phone.expires_s == 0;
    if ((status == 401 || status == 407) && phone.auth.take_challenge(sip)) return send(phone);
    if (status == 423 && sip != nullptr && sip->sip_min_expires != nullptr && !was_leaving &&
        sip->sip_min_expires->me_delta > phone.command.expires_s) {
        phone.command.expires_s = static_cast<std::uint32_t>(
            std::min<unsigned long>(sip->sip_min_expires->me_delta, 86'400));
        return send(phone);
    }
    --outstanding_;
    if (was_leaving) {
        const auto user = phone.command.user;
        stack_.emit(RegisterResult{user, status < 300, status});
        if (phone.is_leaving)
            phones_.erase(user);  // not when a new Register came meanwhile
        else
            enqueue(phone);
    } else if (phone.is_leaving) {
        enqueue(phone);
    } else if (status < 300) {
        phone.failures = 0;
        tell(phone, true, status);
        schedule(phone, std::max(granted(phone, sip) / 2, seconds{1}));
    } else {
        tell(phone, false, status);
        phone.auth = ClientAuth(phone.command.user, phone.command.password);
        phone.failures = std::min(phone.failures + 1, 10u);
        schedule(phone, hooks_.tell ? std::min(longest_retry, seconds{1 << phone.failures})
                                    : retry_after_failure);
    }
    send_waiting();
}

void ClientRegistrations::tell(Phone& phone, bool is_ok, int status) {
    if (phone.was_told && phone.was_ok == is_ok && !(hooks_.tell && !is_ok)) return;
    phone.was_told = true;
    phone.was_ok = is_ok;
    const RegisterResult result{phone.command.user, is_ok, status};
    if (hooks_.tell)
        hooks_.tell(result);
    else
        stack_.emit(Event{result});
}

void ClientRegistrations::schedule(Phone& phone, seconds after) {
    phone.next = stack_.timers().set(stack_.now() + after, [this, &phone] {
        phone.next = {};
        enqueue(phone);
    });
}

seconds ClientRegistrations::granted(const Phone& phone, const sip_t* sip) const {
    std::uint32_t value = phone.expires_s;
    if (sip != nullptr && sip->sip_expires != nullptr) {
        value =
            static_cast<std::uint32_t>(std::min<unsigned long>(sip->sip_expires->ex_delta, 86'400));
    }
    const auto user = escape_user(phone.command.user);
    for (const auto* c = sip != nullptr ? sip->sip_contact : nullptr; c != nullptr; c = c->m_next) {
        if (c->m_expires == nullptr || c->m_url->url_user == nullptr || user != c->m_url->url_user)
            continue;
        const auto host = std::string(c->m_url->url_host) + ':' + url_port(c->m_url);
        const auto way = way_of(hooks_.route ? hooks_.route() : phone.command.registrar_uri);
        if (host == stack_.headers().host_port(way)) {
            value = static_cast<std::uint32_t>(std::strtoul(c->m_expires, nullptr, 10));
        }
    }
    return seconds{value};
}

}  // namespace seatline::sip
