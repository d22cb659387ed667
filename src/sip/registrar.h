#pragma once
// Where each device can be reached: the bindings of RFC 3261 10.3 without its messages. One entry
// in the timer queue for each binding, so that a refresh costs the same with ten phones or ten
// thousand. Pure but for the two callbacks; SIP thread only.
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "sip/digest.h"
#include "sip/endpoint.h"
#include "sip/message.h"
#include "sip/timer_queue.h"

namespace seatline::sip {

/// One contact of one device. To reach it: a request to `contact_uri`, with `path` as its Route
/// when there is one, else sent to `route_uri`.
struct Binding {
    std::string contact_uri;
    std::string
        route_uri;  ///< where its REGISTER really came from: behind a NAT the contact is of no use
    std::string path;          ///< a Route header's value (RFC 3327); empty: it registered directly
    std::string instance;      ///< +sip.instance, when it has a reg-id too (RFC 5626)
    std::uint32_t reg_id = 0;  ///< 0: the contact itself names the binding (RFC 3261 10.3)
    Way way;                   ///< how its REGISTER came
    bool is_behind_nat = false;  ///< its contact isn't where its REGISTER came from
    std::string source_address;  ///< ip:port
    std::string source_host;
    std::string user_agent;
    std::string call_id;
    std::uint32_t cseq = 0;
    Instant registered_at{};
    Instant expires_at{};
    TimerQueue::Handle expiry;
    TimerQueue::Handle keep_alive;

    /// Whether `other` takes this one's place.
    [[nodiscard]] bool is_same_as(const Binding& other) const {
        if (reg_id != 0 && other.reg_id != 0)
            return instance == other.instance && reg_id == other.reg_id;
        return contact_uri == other.contact_uri;
    }
};

class Registrar {
public:
    /// UDP bindings of a NAT live 30 s on many boxes (RFC 4787 allows no less than 120).
    static constexpr seconds keep_alive_interval{25};

    struct Device {
        std::string ha1;
        std::string ha1_sha256;  ///< empty: MD5 only
        ReplayWindow replay;
        std::vector<Binding> bindings;  ///< the newest last
    };

    /// `max_bindings`: of one device; the oldest gives way.
    Registrar(TimerQueue& timers, std::function<void(Event&&)> sink, std::size_t max_bindings)
        : timers_(timers), sink_(std::move(sink)), max_bindings_(max_bindings) {}

    /// Called every keep_alive_interval for each binding that is behind a NAT and came by UDP.
    void on_keep_alive(std::function<void(const Binding&)> send) { keep_alive_ = std::move(send); }

    /// Replaces all devices; who stays keeps bindings and, with the same HA1, the replay window.
    void set_devices(const std::vector<DeviceCredential>& devices);

    [[nodiscard]] Device* find(const std::string& user);
    /// How many of all devices have a SHA-256 secret, in 1/65,536.
    [[nodiscard]] std::uint32_t sha256_share() const { return sha256_share_; }
    /// All bindings of the user, the newest last; empty when the device isn't registered or
    /// unknown. Valid until the next bind, unbind or set_devices.
    [[nodiscard]] const std::vector<Binding>& contacts(const std::string& user) const;
    /// The binding to ring; null when the device isn't registered.
    [[nodiscard]] const Binding* newest(const std::string& user) const;
    /// Whether the device has a live binding from this host (and port, when not empty: "ip:port").
    [[nodiscard]] bool is_bound_from(const std::string& user, const std::string& host) const;

    /// False when a binding that this one would replace or end has the same Call-ID and a CSeq that
    /// isn't lower (RFC 3261 10.3 steps 6 and 7). Contact "*" means all.
    [[nodiscard]] bool is_in_order(const std::string& user, const Binding& binding) const;
    /// Adds or refreshes; tells DeviceRegistered unless it was a plain refresh. Precondition: the
    /// device exists.
    void bind(const std::string& user, Binding binding);
    /// Removes one contact, or all with "*"; tells DeviceUnregistered when it was the last.
    void unbind(const std::string& user, const std::string& contact_uri, const std::string& reason);

private:
    void drop(Binding& binding);
    void arm_keep_alive(const std::string& user, Binding& binding, Instant at);

    TimerQueue& timers_;
    std::function<void(Event&&)> sink_;
    std::function<void(const Binding&)> keep_alive_;
    std::size_t max_bindings_;
    std::uint32_t sha256_share_ = 0;
    std::unordered_map<std::string, Device> devices_;
};

}  // namespace seatline::sip
