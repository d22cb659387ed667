#include "sip/registrar.h"

#include <algorithm>

namespace seatline::sip {

void Registrar::set_devices(const std::vector<DeviceCredential>& devices) {
    std::unordered_map<std::string, Device> next;
    std::size_t with_sha256 = 0;
    next.reserve(devices.size());
    for (const auto& credential : devices) {
        auto& device = next[credential.user];
        if (auto* old = find(credential.user)) {
            device.bindings = std::move(old->bindings);
            old->bindings.clear();
            if (old->ha1 == credential.ha1) device.replay = std::move(old->replay);
        }
        device.ha1 = credential.ha1;
        device.ha1_sha256 = credential.ha1_sha256;
        if (!device.ha1_sha256.empty()) ++with_sha256;
    }
    devices_.swap(next);
    sha256_share_ =
        devices_.empty() ? 0 : static_cast<std::uint32_t>(with_sha256 * 65'536 / devices_.size());
    for (auto& [user, device] : next) {
        if (device.bindings.empty()) continue;
        for (auto& binding : device.bindings) drop(binding);
        sink_(DeviceUnregistered{user, "unregistered"});
    }
}

Registrar::Device* Registrar::find(const std::string& user) {
    const auto found = devices_.find(user);
    return found == devices_.end() ? nullptr : &found->second;
}

const std::vector<Binding>& Registrar::contacts(const std::string& user) const {
    static const std::vector<Binding> none;
    const auto found = devices_.find(user);
    return found == devices_.end() ? none : found->second.bindings;
}

const Binding* Registrar::newest(const std::string& user) const {
    const auto found = devices_.find(user);
    if (found == devices_.end() || found->second.bindings.empty()) return nullptr;
    return &found->second.bindings.back();
}

bool Registrar::is_bound_from(const std::string& user, const std::string& host) const {
    const auto found = devices_.find(user);
    if (found == devices_.end()) return false;
    return std::any_of(
        found->second.bindings.begin(), found->second.bindings.end(),
        [&](const Binding& b) { return b.source_host == host || b.source_address == host; });
}

bool Registrar::is_in_order(const std::string& user, const Binding& binding) const {
    const auto& old = contacts(user);
    return std::none_of(old.begin(), old.end(), [&](const Binding& b) {
        const bool is_meant = binding.contact_uri == "*" || b.is_same_as(binding);
        return is_meant && b.call_id == binding.call_id && binding.cseq <= b.cseq;
    });
}

void Registrar::drop(Binding& binding) {
    timers_.cancel(binding.expiry);
    timers_.cancel(binding.keep_alive);
}

void Registrar::arm_keep_alive(const std::string& user, Binding& binding, Instant at) {
    binding.keep_alive = timers_.set(at, [this, user, at, contact = binding.contact_uri] {
        for (auto& b : find(user)->bindings) {
            if (b.contact_uri != contact) continue;
            b.keep_alive = {};
            keep_alive_(b);
            arm_keep_alive(user, b, at + keep_alive_interval);
        }
    });
}

void Registrar::bind(const std::string& user, Binding binding) {
    auto* device = find(user);
    SEATLINE_ASSERT(device != nullptr);
    auto& bindings = device->bindings;
    binding.expiry = timers_.set(binding.expires_at, [this, user, contact = binding.contact_uri] {
        unbind(user, contact, "expired");
    });
    const auto old = std::find_if(bindings.begin(), bindings.end(),
                                  [&](const Binding& b) { return b.is_same_as(binding); });
    // A plain refresh keeps its place, and its keep-alive its rhythm.
    if (old != bindings.end() && old->route_uri == binding.route_uri && old->path == binding.path &&
        old->contact_uri == binding.contact_uri) {
        timers_.cancel(old->expiry);
        binding.keep_alive = old->keep_alive;
        *old = std::move(binding);
        return;
    }
    if (old != bindings.end()) {
        drop(*old);
        bindings.erase(old);
    } else if (bindings.size() >= max_bindings_) {
        drop(bindings.front());
        bindings.erase(bindings.begin());
    }
    bindings.push_back(std::move(binding));
    auto& added = bindings.back();
    if (keep_alive_ && added.is_behind_nat && added.way.transport == Transport::udp) {
        arm_keep_alive(user, added, added.registered_at + keep_alive_interval);
    }
    sink_(DeviceRegistered{user, added.contact_uri, added.source_address, added.user_agent,
                           added.expires_at});
}

void Registrar::unbind(const std::string& user, const std::string& contact_uri,
                       const std::string& reason) {
    auto* device = find(user);
    if (device == nullptr || device->bindings.empty()) return;
    std::erase_if(device->bindings, [&](Binding& binding) {
        if (contact_uri != "*" && binding.contact_uri != contact_uri) return false;
        drop(binding);
        return true;
    });
    if (device->bindings.empty()) sink_(DeviceUnregistered{user, reason});
}

}  // namespace seatline::sip
