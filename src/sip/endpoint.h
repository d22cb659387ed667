#pragma once
// The SIP side of the product (RFC 3261 above sofia-sip's nta): one thread, one UDP and one TCP
// socket. It keeps dialogs, transactions, the registrar and digest; it decides nothing about calls.
// What happens comes out as Events, what shall happen goes in as Commands. The robots use the same
// class as their SIP phone.
//
// A leg is one INVITE dialog. Legs of incoming INVITEs are named here (odd numbers, unique over
// restarts), outgoing ones by whoever sends Invite (even numbers). After Ended no further event
// names that leg; a command that names an unknown leg is passed over, because the far end may have
// hung up while it was on its way.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/id.h"
#include "base/media_description.h"
#include "base/result.h"
#include "base/time.h"

namespace seatline::sip {

/// A peer that may send calls without a registration, known by its address.
/// A trunk that calls go out on: where to, how we prove who we are, how its health is watched.
struct TrunkGateway {
    TrunkId trunk;
    std::string uri;  ///< "sip:carrier.example", "sip:203.0.113.5:5070;transport=tls"; without a
                      ///< port: SRV, then A (RFC 3263), next target on 503, time-out or a transport
                      ///< error
    std::string user;
    std::string password;        ///< never logged
    bool register_user = false;  ///< REGISTER at the gateway, and keep it
    seconds options_s{60};       ///< OPTIONS so often while nothing else was heard; 0: never
};

struct TrunkAddress {
    TrunkId trunk;
    std::string
        address;  ///< IPv4 or IPv6 literal, or prefix in CIDR form ("127.0.0.2", "10.1.0.0/16")
    std::uint16_t port = 0;  ///< 0: any source port
};

/// A phone that may register, and the secret of its digest (RFC 2617/8760 MD5: HA1 =
/// MD5(user:realm:password), hex).
struct DeviceCredential {
    std::string user;  ///< user part of the address of record, unique on this server
    std::string ha1;
    std::string ha1_sha256{};  ///< SHA-256(user:realm:password), hex (RFC 8760); empty: MD5 only
};

struct Config {
    std::string bind_address = "127.0.0.1";
    std::uint16_t port = 5060;
    std::string realm = "seatline";
    std::string user_agent = "Seatline";
    std::string advertised_address;  ///< in Contact and Via when behind NAT; empty: bind_address
    std::uint32_t registration_min_s =
        60;  ///< shorter asks get 423; longer ones are cut to the max
    std::uint32_t registration_max_s = 3600;
    std::uint32_t max_proceeding =
        4000;                       ///< INVITE server transactions at once; above: 503 by the stack
    milliseconds t1{500};           ///< RFC 3261 17.1.1.1; time-outs are 64 of it. Shorter only
                                    ///< where the round trip is known to be
    std::uint64_t leg_id_base = 1;  ///< first odd leg id of this run
    std::uint16_t tls_port = 0;     ///< 0: no TLS; usually 5061
    std::string tls_certificate;    ///< PEM file, chain
    std::string tls_key;            ///< PEM file
    std::string tls_ca;             ///< PEM file: trunks' certificates are checked by it
    std::string resolv_conf;        ///< whose DNS servers find the gateways; empty: the system's
    std::string second_bind_address;        ///< of the other address family ("::1"); empty: none
    std::uint32_t contacts_per_device = 5;  ///< bindings of one user at once; the oldest goes
};

// ---- events: SIP thread -> owner
// ---------------------------------------------------------------------------------

struct IncomingCall {
    LegId leg;
    TrunkId trunk;               ///< set when the source is a trunk
    std::string device_user;     ///< set when an authenticated registered device calls
    std::string source_address;  ///< ip:port of the sender
    std::string
        caller;  ///< user part of P-Asserted-Identity (trunks only) or From; "anonymous" kept
    std::string caller_name;
    std::string called;  ///< user part of the Request-URI
    std::string sip_call_id;
    std::optional<MediaDescription>
        remote;                   ///< the audio offer; empty on delayed offer (INVITE without SDP)
    bool hides_caller = false;    ///< Privacy: id (RFC 3325): `caller` is for us, not for phones
    std::string diverted_from{};  ///< user part of the newest History-Info (RFC 7044) or Diversion
                                  ///< (RFC 5806) entry; empty: none
    LegId replaces{};  ///< the leg of ours that a Replaces header names (RFC 3891); 0: none.
                       ///< One that names none of ours was answered 481 already
};
struct Progress {  ///< 1xx other than 100 to our INVITE
    LegId leg;
    int code = 180;
    std::optional<MediaDescription> remote;  ///< early media
};
/// The far end of a leg asks to pass its call on (REFER, RFC 3515). To be answered by AnswerRefer;
/// what comes of it is told by NotifyRefer.
struct Referred {
    LegId leg;
    std::string target;             ///< user part of Refer-To
    LegId replaces;                 ///< the leg of ours that its Replaces names; 0: none (blind)
    bool replaces_unknown = false;  ///< it has a Replaces, but of no leg of ours
};
/// A trunk's health, at each change: answers OPTIONS with anything but 408 and 503, and is
/// registered when it shall be.
struct TrunkState {
    TrunkId trunk;
    bool up = false;
    std::string reason;  ///< for people: "no answer to OPTIONS", "REGISTER: 403 Forbidden"
};
struct Answered {  ///< 2xx to our INVITE, or the ACK with the answer to our delayed offer
    LegId leg;
    MediaDescription remote;
};
struct Confirmed {
    LegId leg;
};                     ///< the ACK to our 2xx came: both sides know that the call stands
struct MediaChanged {  ///< re-INVITE or UPDATE with another address, codec or direction; answered
                       ///< by Command Accept
    LegId leg;
    MediaDescription remote;
};
struct InfoDigit {
    LegId leg;
    char digit = 0;
};  ///< SIP INFO application/dtmf-relay or application/dtmf
enum class EndedBy { remote, local, network };
BOOST_DESCRIBE_ENUM(EndedBy, remote, local, network)
struct Ended {  ///< the dialog or early dialog is over; the last event of its leg
    LegId leg;
    EndedBy by = EndedBy::remote;
    int sip_code = 0;    ///< final response (486, 487, 408 ...); 200 for a normal BYE; 0 unknown
    int q850_cause = 0;  ///< of a Reason header (RFC 3326), 0 when none
    std::string
        text;  ///< for people: "BYE", "CANCEL", "no ACK", "transport error", "486 Busy Here"
};
struct DeviceRegistered {  ///< first binding, a changed contact, not a plain refresh
    std::string user;
    std::string contact_uri;
    std::string source_address;
    std::string user_agent;
    Instant expires_at;
};
struct DeviceUnregistered {
    std::string user;
    std::string reason;
};  ///< "expired", "unregistered"
/// A peer misbehaved; for the security log and the lock-out (at most one a second a source, `count`
/// sums the rest).
struct Suspicious {
    std::string source_address;
    std::string what;  ///< "wrong digest for user 8001", "INVITE from unknown address", "unparsable
                       ///< datagram"
    std::uint32_t count = 1;
};
/// A source was locked out, or let in again.
struct LockedOut {
    std::string source_address;
    bool locked = true;
    std::string why;
    seconds for_s{0};
};
struct RegisterResult {
    std::string user;
    bool ok = false;
    int sip_code = 0;
};  ///< answers Command Register (robots, trunks)

using Event = std::variant<IncomingCall, Progress, Answered, Confirmed, MediaChanged, InfoDigit,
                           Ended, DeviceRegistered, DeviceUnregistered, Suspicious, RegisterResult,
                           Referred, TrunkState, LockedOut>;

// ---- commands: any thread -> SIP thread
// -----------------------------------------------------------------------------

struct Ring {
    LegId leg;
    std::optional<MediaDescription> local{};  ///< set: 183 with this answer, for early media;
                                              ///< reliably when the caller can (RFC 3262)
};                                            ///< 180 to the caller
struct Accept {
    LegId leg;
    MediaDescription local;
};  ///< 200 with our answer (or offer, on delayed offer); also answers MediaChanged
struct Reject {
    LegId leg;
    int code = 486;
    std::string reason{};
    std::uint32_t retry_after_s = 0;
};
struct Invite {
    LegId leg;
    std::string device_user{};  ///< ring this registered device at its contact; or
    std::string request_uri{};  ///< call this URI ("sip:1001@127.0.0.2:5080;transport=tcp")
    std::string from_user{};
    std::string from_name{};   ///< UTF-8 display name
    MediaDescription local;    ///< our offer
    seconds ring_timeout{60};  ///< then CANCEL, Ended 408 "no answer"
    std::vector<std::pair<std::string, std::string>>
        headers{};                             ///< extra headers (X-Seatline-Queue: ...)
    std::vector<std::string> other_devices{};  ///< rung together with device_user; each device at
                                               ///< all of its contacts; the first 2xx wins
    TrunkId trunk{};                           ///< by this trunk's gateway, with its digest; or
    std::string number{};                      ///< ... to this number there
    bool hide_caller = false;  ///< Privacy: id, From anonymous; the number in P-Asserted-Identity
    bool auto_answer = false;  ///< asks the phone to pick up by itself (Call-Info answer-after=0,
                               ///< Alert-Info info=alert-autoanswer)
    std::string auth_user{};   ///< digest when challenged (robots, trunks)
    std::string auth_password{};
};
/// Ends a leg in whatever state it is: BYE, CANCEL, or a final response; Ended follows, by local.
struct HangUp {
    LegId leg;
    int code = 0;
    std::string reason{};
};
struct SetTrunks {
    std::vector<TrunkAddress> trunks{};
    std::vector<TrunkGateway> gateways{};
};
/// Answers Referred: 202, or a refusal (403, 404, 603 ...).
struct AnswerRefer {
    LegId leg;
    int code = 202;
};
/// The state of the transfer as the phone shows it (message/sipfrag): 100, 180, 200, 486 ...; a
/// final one ends the subscription. Passed over when the leg has none.
struct NotifyRefer {
    LegId leg;
    int code = 100;
};
/// Message-waiting notice to a device's contacts (RFC 3842), now and to whoever subscribes.
struct SetMessagesWaiting {
    std::string device_user{};
    std::uint32_t new_messages = 0;
    std::uint32_t old_messages = 0;
};
struct SetDevices {
    std::vector<DeviceCredential> devices{};
};  ///< replaces all; bindings of users that are gone end
/// As a phone: register and keep registered (refresh at half the expiry) until Unregister.
struct Register {
    std::string registrar_uri{};
    std::string user{};
    std::string password{};
    std::uint32_t expires_s = 300;
};
struct Unregister {
    std::string user{};
};
struct SendInfoDigit {
    LegId leg;
    char digit = 0;
};

using Command =
    std::variant<Ring, Accept, Reject, Invite, HangUp, SetTrunks, SetDevices, Register, Unregister,
                 SendInfoDigit, AnswerRefer, NotifyRefer, SetMessagesWaiting>;

class Endpoint {
public:
    /// Called on the SIP thread for every event; must not block (put it into a Mailbox).
    using Sink = std::function<void(Event&&)>;
    /// The time for expiry and events; called on the SIP thread.
    using Clock = std::function<Instant()>;

    /// Binds the sockets and starts the thread. Errors: unavailable, field "sip_port" or "bind",
    /// with the reason.
    [[nodiscard]] static Result<std::unique_ptr<Endpoint>> start(Config config, Sink sink,
                                                                 Clock clock);

    /// Ends all legs (BYE/CANCEL), waits up to 500 ms for the answers, stops the thread.
    ~Endpoint();

    /// Any thread.
    void post(Command command);

    /// The port that is bound (when Config.port was 0).
    [[nodiscard]] std::uint16_t port() const;

    Endpoint(const Endpoint&) = delete;
    Endpoint& operator=(const Endpoint&) = delete;

private:
    class Impl;
    explicit Endpoint(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace seatline::sip
