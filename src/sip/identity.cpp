#include "sip/identity.h"

#include <strings.h>

#include "sip/message.h"

namespace seatline::sip {

namespace {

/// One name-addr, with a home of its own for sofia's parser.
class Address {
public:
    explicit Address(const std::string& text) {
        su_home_init(home_);
        parsed_ = sip_from_make(home_, text.c_str());
    }
    ~Address() { su_home_deinit(home_); }
    Address(const Address&) = delete;
    Address& operator=(const Address&) = delete;

    [[nodiscard]] std::string user() const {
        return parsed_ == nullptr ? std::string{} : number_of(parsed_->a_url);
    }
    [[nodiscard]] std::string display() const {
        return parsed_ == nullptr ? std::string{} : display_of(parsed_->a_display);
    }

    /// A tel: URI has its number where others have the host.
    static std::string number_of(const url_t* url) {
        if (url->url_type == url_tel && url->url_host != nullptr) return url->url_host;
        return user_of(url);
    }

private:
    su_home_t home_[1]{};
    sip_from_t* parsed_ = nullptr;
};

bool wants_privacy(const sip_t* sip) {
    if (sip->sip_privacy == nullptr || sip->sip_privacy->priv_values == nullptr) return false;
    for (const auto* value = sip->sip_privacy->priv_values; *value != nullptr; ++value) {
        for (const char* hiding : {"id", "user", "header"}) {
            if (strcasecmp(*value, hiding) == 0) return true;
        }
    }
    return false;
}

/// The newest Diversion stands first. History-Info ends with where the call goes now: the entry
/// before it that is of another user was diverted.
std::string diverted_from(const sip_t* sip, const std::string& called) {
    const auto history = values_of(sip, "History-Info");
    for (auto entry = history.rbegin(); entry != history.rend(); ++entry) {
        auto user = Address(*entry).user();
        if (!user.empty() && user != called) return user;
    }
    const auto diversions = values_of(sip, "Diversion");
    return diversions.empty() ? std::string{} : Address(diversions.front()).user();
}

void split_at_commas(std::string_view text, std::vector<std::string>& out) {
    bool is_quoted = false;
    bool is_in_brackets = false;
    std::string value;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i == text.size() || (text[i] == ',' && !is_quoted && !is_in_brackets)) {
            if (value.find_first_not_of(" \t\r\n") != std::string::npos)
                out.push_back(std::move(value));
            value.clear();
            continue;
        }
        const char c = text[i];
        value += c;
        if (is_quoted && c == '\\' && i + 1 < text.size()) {
            value += text[++i];
        } else if (c == '"') {
            is_quoted = !is_quoted;
        } else if (!is_quoted && (c == '<' || c == '>')) {
            is_in_brackets = c == '<';
        }
    }
}

}  // namespace

std::vector<std::string> values_of(const sip_t* sip, std::string_view name) {
    std::vector<std::string> out;
    for (const auto* header = sip->sip_unknown; header != nullptr; header = header->un_next) {
        if (header->un_name == nullptr || header->un_value == nullptr) continue;
        const std::string_view found(header->un_name);
        if (found.size() == name.size() &&
            strncasecmp(found.data(), name.data(), name.size()) == 0) {
            split_at_commas(header->un_value, out);
        }
    }
    return out;
}

void read_identity(const sip_t* sip, IncomingCall& call) {
    call.called = Address::number_of(sip->sip_request->rq_url);
    call.caller = user_of(sip->sip_from->a_url);
    call.caller_name = display_of(sip->sip_from->a_display);
    if (call.trunk) {
        for (const auto& value : values_of(sip, "P-Asserted-Identity")) {
            const Address identity(value);
            if (identity.user().empty()) continue;
            call.caller = identity.user();
            call.caller_name = identity.display();
            break;
        }
    }
    call.hides_caller = wants_privacy(sip);
    call.diverted_from = diverted_from(sip, call.called);
}

std::string from_of(const Invite& command, const std::string& host_port) {
    if (command.hide_caller) return "\"Anonymous\" <sip:anonymous@anonymous.invalid>";
    return name_addr(command.from_name, "sip:" + escape_user(command.from_user) + '@' + host_port);
}

std::string identity_lines(const Invite& command, const InviteTarget& target,
                           const std::string& host_port) {
    std::string lines;
    if (target.is_trunk && !command.from_user.empty()) {
        lines += "P-Asserted-Identity: " +
                 name_addr(command.hide_caller ? std::string{} : command.from_name,
                           "sip:" + escape_user(command.from_user) + '@' + host_port) +
                 "\r\n";
    }
    if (command.hide_caller) lines += "Privacy: id\r\n";
    if (command.auto_answer) {
        lines += "Call-Info: <sip:" + host_port + ">;answer-after=0\r\nAlert-Info: <http://" +
                 host_port + ">;info=alert-autoanswer\r\n";
    }
    return lines;
}

}  // namespace seatline::sip
