#pragma once
// Registering as a phone (RFC 3261 10.2): one endpoint may be ten thousand of them. Each is
// refreshed at half of what the registrar granted; at most `max_outstanding` requests are on the
// way at once, the others wait in line, so that a start of all doesn't overrun the registrar's
// socket. SIP thread only.
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "sip/client_auth.h"
#include "sip/endpoint.h"
#include "sip/sofia.h"
#include "sip/timer_queue.h"

namespace seatline::sip {

class Stack;

class ClientRegistrations {
public:
    static constexpr std::size_t max_outstanding = 64;
    static constexpr seconds retry_after_failure{30};
    /// A trunk is tried again after 2, 4, 8 ... s, this at most.
    static constexpr seconds longest_retry{600};

    /// For trunks: where to send, and who is told instead of the owner.
    struct Hooks {
        std::function<std::string()> route;
        std::function<void(const RegisterResult&)> tell;
    };

    explicit ClientRegistrations(Stack& stack, Hooks hooks = {});
    ClientRegistrations(const ClientRegistrations&) = delete;
    ClientRegistrations& operator=(const ClientRegistrations&) = delete;

    /// Lets go of all requests; to be called before the agent goes.
    void clear();
    /// Starts or replaces the registration of command.user.
    void start(const Register& command);
    /// Removes the contact at the registrar, then forgets the user.
    void stop(const std::string& user);

    /// Whether a call from `host` for `user` comes from the registrar that we told where `user` is.
    [[nodiscard]] bool is_registrar_of(const std::string& user, const std::string& host) const;

private:
    struct Phone {
        ClientRegistrations* owner = nullptr;
        Register command;
        ClientAuth auth;
        std::string call_id;
        std::string from_tag;
        std::string registrar_host;
        std::uint32_t cseq = 0;
        std::uint32_t expires_s = 0;  ///< asked in the request on its way; 0: unregister
        nta_outgoing_t* request = nullptr;
        TimerQueue::Handle next;
        unsigned failures = 0;
        bool was_ok = false;
        bool was_told = false;
        bool is_waiting = false;
        bool is_leaving = false;
    };

    static int on_response(void* phone, nta_outgoing_t* request, const sip_t* sip);
    void enqueue(Phone& phone);
    void send_waiting();
    void send(Phone& phone);
    void take_response(Phone& phone, int status, const sip_t* sip);
    void tell(Phone& phone, bool is_ok, int status);
    void schedule(Phone& phone, seconds after);
    [[nodiscard]] seconds granted(const Phone& phone, const sip_t* sip) const;

    Stack& stack_;
    Hooks hooks_;
    std::unordered_map<std::string, std::unique_ptr<Phone>> phones_;
    std::deque<std::string> waiting_;
    std::size_t outstanding_ = 0;
};

}  // namespace seatline::sip
