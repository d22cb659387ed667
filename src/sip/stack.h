#pragma once
// What all SIP work shares: sofia's loop and agent, the deadlines, the dialogs, the registrar, the
// trunks. Everything here lives on the SIP thread; Endpoint owns the thread and hands the commands
// in.
//
// Who destroys what: Stack owns the agent, the default leg and the dialogs; a Dialog owns its nta
// leg and the transactions that it holds. A Dialog that is done is buried, not deleted, because
// sofia may still stand in one of its callbacks; the grave is emptied at the next entry from
// outside.
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "sip/certificates.h"
#include "sip/client_registration.h"
#include "sip/dialog_name.h"
#include "sip/endpoint.h"
#include "sip/gateways.h"
#include "sip/invite_target.h"
#include "sip/message.h"
#include "sip/message_waiting.h"
#include "sip/own_headers.h"
#include "sip/registrar.h"
#include "sip/sofia.h"
#include "sip/source_guard.h"
#include "sip/timer_queue.h"
#include "sip/trunk_table.h"

namespace seatline::sip {

class Dialog;
class ForkedCall;

class Stack {
public:
    Stack(const Config& config, Endpoint::Sink sink, Endpoint::Clock clock);
    ~Stack();
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;

    /// Creates the loop and binds UDP and TCP to one port. Must be called on the thread that will
    /// run(). Errors: unavailable, field "bind".
    [[nodiscard]] Result<void> open();
    /// Serves until stop(); `wakeup_fd` turns readable when `on_wakeup` shall be called.
    void run(int wakeup_fd, std::function<void()> on_wakeup);
    /// Ends all legs, then run() returns when they have gone or after 500 ms.
    void stop();

    void execute(Command&& command);

    [[nodiscard]] std::uint16_t port() const { return port_; }

    // ---- for dialogs, registrations and request handlers ----
    [[nodiscard]] Instant now() const { return clock_(); }
    void emit(Event&& event) const { sink_(std::move(event)); }
    [[nodiscard]] const Config& config() const { return config_; }
    [[nodiscard]] nta_agent_t* agent() const { return agent_; }
    [[nodiscard]] nta_leg_t* default_leg() const { return default_leg_; }
    [[nodiscard]] const std::string& host_port() const { return host_port_; }
    [[nodiscard]] const OwnHeaders& headers() const { return headers_; }
    TimerQueue& timers() { return timers_; }
    Registrar& registrar() { return registrar_; }
    Gateways& gateways() { return gateways_; }

    /// Sends a final response and lets go of the transaction. `headers`: further header lines, or
    /// empty.
    void reply(nta_incoming_t* request, int status, const char* phrase = nullptr,
               const std::string& headers = {}) const;
    /// Whether a request with a body or a Require header is one that we can read; replies 415 or
    /// 420 when not.
    [[nodiscard]] bool check_content(nta_incoming_t* request, const sip_t* sip) const;
    void reply_options(nta_incoming_t* request) const;
    /// 405 or 501 with Allow, by whether sofia knows the method.
    void reply_bad_method(nta_incoming_t* request) const;

    /// Takes a dialog out; deleted at the next entry from outside.
    void bury(Dialog& dialog);
    void bury(const ForkedCall& fork);
    void sweep();

    /// A dialog that rings for `leg` together with others; it is found by its own key.
    [[nodiscard]] Dialog& add_branch(LegId leg, ForkedCall& fork);
    /// From now on the dialog is found by `leg`.
    void rename(Dialog& dialog, LegId leg);
    [[nodiscard]] Dialog* find(LegId key) const;
    /// The dialog that a peer names, also one that has just ended; null when there is none.
    [[nodiscard]] Dialog* find_dialog(const DialogName& name) const;

    void on_request(nta_incoming_t* request, const sip_t* sip);
    /// A message outside all dialogs and transactions; takes it over.
    void on_message(msg_t* message, sip_t* sip);

private:
    friend class StackLoop;

    /// False for a request outside dialogs that is to be dropped without an answer.
    [[nodiscard]] bool admit(msg_t* message, const sip_t* sip);
    [[nodiscard]] bool check_request(nta_incoming_t* request, const sip_t* sip);
    [[nodiscard]] bool has_looped(const sip_t* sip) const;
    void on_invite(nta_incoming_t* request, const sip_t* sip);
    void on_register(nta_incoming_t* request, const sip_t* sip);
    /// The name of the device that the request proves to be; empty after a reply was sent.
    [[nodiscard]] bool authenticate(nta_incoming_t* request, const sip_t* sip,
                                    const std::string& user);
    void challenge(nta_incoming_t* request, const std::string& user, bool is_stale);
    void reply_bindings(nta_incoming_t* request, const sip_t* sip, const std::string& user) const;
    /// False after a reply was sent: a contact that can't be taken, or comes out of order.
    [[nodiscard]] bool check_contacts(nta_incoming_t* request, const sip_t* sip,
                                      const std::string& user, const Binding& asked);
    /// OPTIONS to a phone behind a NAT, so that the NAT goes on letting us through.
    void keep_alive(const Binding& binding);
    /// Fills trunk or device of an INVITE's sender; false after a reply was sent.
    [[nodiscard]] bool identify(nta_incoming_t* request, const sip_t* sip, IncomingCall& call);
    [[nodiscard]] std::string registered_route(const Source& source,
                                               const IncomingCall& call) const;

    void start_invite(Invite&& command);
    /// Errors: unavailable, with a reason for people.
    [[nodiscard]] Result<std::vector<InviteTarget>> targets_of(const Invite& command);
    void add_contacts(const std::string& user, std::vector<InviteTarget>& targets);
    /// Fills `call.replaces` (RFC 3891); false after a reply was sent.
    [[nodiscard]] bool take_replaces(nta_incoming_t* request, const sip_t* sip, IncomingCall& call);
    void on_refer(nta_incoming_t* request, const sip_t* sip);
    void on_subscribe(nta_incoming_t* request, const sip_t* sip);
    // sockets.cpp
    [[nodiscard]] Result<void> open_sockets();
    /// `shown`: the address that peers reach it by.
    [[nodiscard]] bool bind_socket(const std::string& address, const std::string& shown,
                                   std::uint16_t port, Transport transport);
    void arm_timer();
    void run_timers();
    void check_stopped();

    Config config_;
    Endpoint::Sink sink_;
    Endpoint::Clock clock_;
    su_root_t* root_ = nullptr;
    su_timer_t* timer_ = nullptr;
    nta_agent_t* agent_ = nullptr;
    nta_leg_t* default_leg_ = nullptr;
    std::uint16_t port_ = 0;
    std::string host_port_;
    OwnHeaders headers_;
    std::unique_ptr<CertificateFolder> certificates_;  ///< while the sockets are opened
    std::uint64_t next_leg_;
    bool is_running_timers_ = false;
    bool is_stopping_ = false;

    TimerQueue timers_;
    TrunkTable trunks_;
    Registrar registrar_;
    NonceMint nonces_;
    SourceGuard guard_;
    ClientRegistrations registrations_;
    MessageWaiting waiting_;
    Gateways gateways_;
    std::unordered_map<LegId, std::unique_ptr<Dialog>> dialogs_;
    std::vector<std::unique_ptr<Dialog>> buried_;
    std::unordered_map<LegId, std::unique_ptr<ForkedCall>> forks_;
    std::vector<std::unique_ptr<ForkedCall>> buried_forks_;
    std::uint64_t last_branch_ = 0;
};

}  // namespace seatline::sip
