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
#include "sip/timer_queue.h"

namespace seatline::sip {

/// One contact of one device.
struct Binding {
    std::string contact_uri;
    std::string
        route_uri;  ///< where its REGISTER really came from: behind a NAT the contact is of no use
    std::string source_address;  ///< ip:port
    std::string source_host;
    std::string user_agent;
    std::string call_id;
    std::uint32_t cseq = 0;
    Instant expires_at{};
    TimerQueue::Handle expiry;
};

class Registrar {
public:
    static constexpr std::size_t max_bindings = 10;  ///< of one device; the oldest gives way

    struct Device {
        std::string ha1;
        ReplayWindow replay;
        std::vector<Binding> bindings;  ///< the newest last
    };

    Registrar(TimerQueue& timers, std::function<void(Event&&)> sink)
        : timers_(timers), sink_(std::move(sink)) {}

    /// Replaces all devices; who stays keeps bindings and, with the same HA1, the replay window.
    void set_devices(const std::vector<DeviceCredential>& devices);

    [[nodiscard]] Device* find(const std::string& user);
    /// The binding to ring; null when the device isn't registered.
    [[nodiscard]] const Binding* newest(const std::string& user) const;
    /// Whether the device has a live binding from this host (and port, when not empty: "ip:port").
    [[nodiscard]] bool is_bound_from(const std::string& user, const std::string& host) const;

    /// False when the binding exists with the same Call-ID and a CSeq that isn't lower (RFC
    /// 3261 10.3 step 7).
    [[nodiscard]] bool is_in_order(const std::string& user, const Binding& binding) const;
    /// Adds or refreshes; tells DeviceRegistered unless it was a plain refresh. Precondition: the
    /// device exists.
    void bind(const std::string& user, Binding binding);
    /// Removes one contact, or all with "*"; tells DeviceUnregistered when it was the last.
    void unbind(const std::string& user, const std::string& contact_uri, const std::string& reason);

private:
    TimerQueue& timers_;
    std::function<void(Event&&)> sink_;
    std::unordered_map<std::string, Device> devices_;
};

}  // namespace seatline::sip
