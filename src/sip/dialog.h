#pragma once
// One leg: an INVITE dialog of either direction, from the first INVITE until the last transaction
// is over. Its methods stand in files by what they answer: incoming_leg.cpp (we are called),
// outgoing_leg.cpp (we call), in_dialog.cpp (requests of the peer within the dialog),
// session_timer.cpp (RFC 4028), provisional.cpp (1xx both
// ways), refer.cpp (transfers), dialog.cpp (the end, and what all share).
//
// Ended is told at once when the leg is over for the owner; the object stays in `closing` until the
// peer has answered our BYE or CANCEL, or sent the ACK that we wait for, and then asks Stack to
// bury it. SIP thread only.
#include <optional>
#include <string>
#include <vector>

#include "sip/client_auth.h"
#include "sip/dialog_name.h"
#include "sip/endpoint.h"
#include "sip/invite_target.h"
#include "sip/message.h"
#include "sip/sdp/sdp.h"
#include "sip/sofia.h"
#include "sip/timer_queue.h"

namespace seatline::sip {

class ForkedCall;
class Stack;

class Dialog {
public:
    Dialog(Stack& stack, LegId id) : Dialog(stack, id, id, nullptr) {}
    /// One of several dialogs of `fork` that ring for the leg `id`; `key` is its own name in Stack.
    Dialog(Stack& stack, LegId id, LegId key, ForkedCall* fork);
    ~Dialog();
    Dialog(const Dialog&) = delete;
    Dialog& operator=(const Dialog&) = delete;

    [[nodiscard]] LegId id() const { return id_; }
    [[nodiscard]] LegId key() const { return key_; }
    void set_key(LegId key) { key_ = key; }

    /// The dialog behind one of sofia's legs when its tags are those of `name`; else null.
    [[nodiscard]] static Dialog* of_leg(nta_leg_t* leg, const DialogName& name);
    [[nodiscard]] bool is_ended() const { return is_ended_; }
    [[nodiscard]] bool is_confirmed() const {
        return state_ == State::up || state_ == State::answered;
    }
    /// A call to us that we haven't answered.
    [[nodiscard]] bool is_ringing_here() const { return state_ == State::ringing && !is_ended_; }

    /// Takes the first INVITE of a call to us and fills `call.remote`. False after a reply was sent
    /// (400, 422, 488).
    [[nodiscard]] bool take_invite(nta_incoming_t* request, const sip_t* sip, IncomingCall& call);
    /// Sends our INVITE; when it can't be sent, Ended follows at once.
    void invite(const Invite& command, const InviteTarget& target);
    /// From now on events go to the owner.
    void leave_fork() { fork_ = nullptr; }
    /// Cancels without an event: another phone of the fork answered. `headers`: of the CANCEL.
    void abandon(const std::string& headers);

    /// 180, or 183 with `local` as the answer; reliably when the caller can (RFC 3262).
    void ring(const std::optional<MediaDescription>& local);
    void accept(const MediaDescription& local);
    void reject(const Reject& command);
    void hang_up(const HangUp& command);
    void send_info_digit(char digit);
    /// REFER within this dialog, or outside with its name in Target-Dialog.
    void take_refer(nta_incoming_t* request, const sip_t* sip);
    void answer_refer(int code);
    void notify_refer(int code);

private:
    enum class State { ringing, answered, calling, up, closing };
    enum class Refresher { none, us, peer };
    /// One early dialog of our INVITE. A proxy that forks makes several, told apart by the To tag
    /// (RFC 3261 12.1).
    struct Early {
        std::string tag;
        nta_leg_t* leg = nullptr;  ///< made for the first PRACK
        std::uint32_t rseq = 0;    ///< of the last reliable response; 0: none yet
        std::optional<MediaDescription> remote;
    };

    /// The subscription of a REFER, from its request to the last NOTIFY.
    struct Refer {
        nta_incoming_t* request = nullptr;  ///< until AnswerRefer
        nta_leg_t* leg = nullptr;           ///< when the REFER came outside the dialog
        std::string event;                  ///< "refer", "refer;id=93"
        bool is_silent = false;             ///< Refer-Sub: false (RFC 4488)
        Instant expires_at{};
        TimerQueue::Handle deadline;
    };

    // dialog.cpp
    void tell(Event&& event);
    void end(EndedBy by, int sip_code, std::string text, int q850 = 0);
    void finish();
    void send_bye(const std::string& reason);
    void drop_change(int status);
    [[nodiscard]] std::string local_sdp(const MediaDescription& local);
    [[nodiscard]] Result<std::string> local_answer(const MediaDescription& local);
    [[nodiscard]] bool take_sdp(const sip_t* sip, MediaDescription& remote);
    [[nodiscard]] nta_outgoing_t* send_request(sip_method_t method, const char* name,
                                               nta_response_f* callback, const std::string& headers,
                                               const std::string& body = {});
    [[nodiscard]] const url_string_t* route() const {
        return route_.empty() ? nullptr : URL_STRING_MAKE(route_.c_str());
    }
    void reply_here(nta_incoming_t* request, int status, const std::string& body,
                    const std::string& headers);
    static int on_bye_response(void* dialog, nta_outgoing_t* request, const sip_t* sip);
    static int on_ignored_response(void* dialog, nta_outgoing_t* request, const sip_t* sip);

    // incoming_leg.cpp
    void answer(const MediaDescription& local);
    static int on_ack_or_cancel(void* dialog, nta_incoming_t* request, const sip_t* sip);
    void take_cancel(nta_incoming_t* request, const sip_t* sip);
    void refuse_offer(const std::string& reason);
    void take_ack(const sip_t* sip);
    void take_change_ack(const sip_t* sip);
    void no_ack();

    // outgoing_leg.cpp
    void take_route();
    void send_invite();
    static int on_invite_response(void* dialog, nta_outgoing_t* request, const sip_t* sip);
    void take_progress(int status, const sip_t* sip);
    void take_answer(const sip_t* sip);
    void take_failure(int status, const sip_t* sip);
    void cancel(const std::string& headers);
    [[nodiscard]] bool try_next_route(int status, bool is_ours);
    void send_ack(const sip_t* response);
    void give_up();

    // provisional.cpp
    void send_provisional(int status, const std::string& body);
    static int on_prack(void* dialog, nta_reliable_t* response, nta_incoming_t* prack,
                        const sip_t* sip);
    void take_prack(nta_incoming_t* prack, const sip_t* sip);
    void drop_reliable();
    [[nodiscard]] Early* early_of(const sip_t* sip);
    [[nodiscard]] bool take_reliable(Early& early, const sip_t* sip);
    [[nodiscard]] std::optional<MediaDescription> settle_early(const sip_t* sip);
    void drop_early();

    // in_dialog.cpp
    static int on_request(void* dialog, nta_leg_t*, nta_incoming_t* request, const sip_t* sip);
    void take_request(nta_incoming_t* request, const sip_t* sip);
    void take_bye(nta_incoming_t* request, const sip_t* sip);
    void take_change(nta_incoming_t* request, const sip_t* sip);
    [[nodiscard]] bool can_change_now(nta_incoming_t* request);
    void refresh_target(nta_incoming_t* request, const sip_t* sip);
    [[nodiscard]] bool may_update_early(const sip_t* sip);
    void take_early_update(nta_incoming_t* request, const sip_t* sip);
    [[nodiscard]] std::string next_offer();
    void answer_unchanged(nta_incoming_t* request, bool with_sdp);
    void answer_change(const MediaDescription& local);
    void take_info(nta_incoming_t* request, const sip_t* sip);
    void hold_change(nta_incoming_t* request);

    // refer.cpp
    [[nodiscard]] bool open_refer_leg(nta_incoming_t* request, const sip_t* sip);
    void take_refer_subscribe(nta_incoming_t* request, const sip_t* sip);
    void send_refer_notify(const std::string& body, const std::string& end_reason);
    static int on_refer_request(void* dialog, nta_leg_t*, nta_incoming_t* request,
                                const sip_t* sip);
    void drop_refer();

    // session_timer.cpp
    [[nodiscard]] bool take_session_request(nta_incoming_t* request, const sip_t* sip);
    [[nodiscard]] std::string session_headers() const;
    void take_session_response(const sip_t* sip);
    void restart_session_timer();
    void send_refresh();
    static int on_refresh_response(void* dialog, nta_outgoing_t* request, const sip_t* sip);
    [[nodiscard]] milliseconds glare_wait() const;
    void session_lost();

    Stack& stack_;
    LegId id_;
    LegId key_;
    ForkedCall* fork_;  ///< until this dialog is the leg; null when it always was
    State state_ = State::ringing;
    Way way_;  ///< what our Contact names
    bool is_ended_ = false;
    nta_leg_t* leg_ = nullptr;
    std::string route_;  ///< where the peer really is; empty: by its Contact and Record-Route

    nta_incoming_t* invite_in_ = nullptr;   ///< the first INVITE to us, until its ACK
    nta_outgoing_t* invite_out_ = nullptr;  ///< our INVITE, until its final response
    nta_incoming_t* change_ = nullptr;      ///< a re-INVITE or UPDATE that waits for Accept
    nta_incoming_t* change_in_ = nullptr;   ///< an answered re-INVITE, until its ACK
    nta_outgoing_t* refresh_ = nullptr;     ///< our session refresh on its way
    bool is_bye_due_ = false;               ///< hung up before the ACK came (RFC 3261 15)
    bool has_bye_auth_ = false;

    sdp::Origin origin_;
    std::string last_sdp_;
    std::optional<MediaDescription> local_;
    std::optional<MediaDescription> remote_;
    std::optional<MediaDescription> pending_remote_;  ///< of change_, until it is accepted
    std::optional<sdp::Session> offer_;  ///< the peer's offer that our next answer goes to
    bool owes_offer_answer_ = false;     ///< our 2xx had an offer; the ACK brings the answer

    // A call to us, until it is answered.
    bool can_prack_ = false;              ///< the caller supports 100rel
    bool must_prack_ = false;             ///< the caller requires it
    nta_reliable_t* reliable_ = nullptr;  ///< a provisional response that waits for its PRACK
    std::string early_sdp_;               ///< the answer that a 183 had
    bool is_early_settled_ = false;       ///< ... and whose PRACK has come
    bool is_early_changed_ = false;       ///< by UPDATE; told when the call stands
    std::optional<Ring> held_ring_;       ///< until the PRACK
    std::optional<MediaDescription> held_accept_;

    Invite command_;  ///< of an outgoing leg
    InviteTarget target_;
    std::size_t next_route_ = 0;
    TimerQueue::Handle silence_;  ///< until a trunk's server says anything
    static constexpr seconds silence_allowed{4};
    std::vector<Early> early_;
    std::string target_uri_;
    ClientAuth auth_;
    int last_progress_ = 0;
    std::optional<Refer> refer_;
    unsigned refers_ = 0;          ///< so far; later ones need an id (RFC 3515 2.4.6)
    TimerQueue::Handle deadline_;  ///< ring timeout, or a change that nobody decides
    TimerQueue::Handle give_up_;   ///< a CANCEL whose INVITE gets no final response

    Refresher refresher_ = Refresher::none;
    seconds session_interval_{0};
    bool peer_updates_ = false;
    TimerQueue::Handle session_timer_;
};

}  // namespace seatline::sip
