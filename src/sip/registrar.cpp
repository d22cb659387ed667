#include "sip/registrar.h"

#include <algorithm>

namespace seatline::sip {

void Registrar::set_devices(const std::vector<DeviceCredential>& devices) {
    std::unordered_map<std::string, Device> next;
    next.reserve(devices.size());
    for (const auto& credential : devices) {
        auto& device = next[credential.user];
        if (auto* old = find(credential.user)) {
            device.bindings = std::move(old->bindings);
            old->bindings.clear();
            if (old->ha1 == credential.ha1) device.replay = std::move(old->replay);
        }
        device.ha1 = credential.ha1;
    }
    devices_.swap(next);
    for (auto& [user, device] : next) {
        if (device.bindings.empty()) continue;
        for (auto& binding : device.bindings) timers_.cancel(binding.expiry);
        sink_(DeviceUnregistered{user, "unregistered"});
    }
}

Registrar::Device* Registrar::find(const std::string& user) {
    const auto found = devices_.find(user);
    return found == devices_.end() ? nullptr : &found->second;
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
    const auto found = devices_.find(user);
    if (found == devices_.end()) return true;
    for (const auto& old : found->second.bindings) {
        if (old.contact_uri == binding.contact_uri && old.call_id == binding.call_id) {
            return binding.cseq > old.cseq;
        }
    }
    return true;
}

void Registrar::bind(const std::string& user, Binding binding) {
    auto* device = find(user);
    SEATLINE_ASSERT(device != nullptr);
    auto& bindings = device->bindings;
    binding.expiry = timers_.set(binding.expires_at, [this, user, contact = binding.contact_uri] {
        unbind(user, contact, "expired");
    });
    const auto old = std::find_if(bindings.begin(), bindings.end(), [&](const Binding& b) {
        return b.contact_uri == binding.contact_uri;
    });
    if (old != bindings.end()) {
        timers_.cancel(old->expiry);
        if (old->route_uri == binding.route_uri) {  // a plain refresh keeps its place
            *old = std::move(binding);
            return;
        }
        bindings.erase(old);
    } else if (bindings.size() == max_bindings) {
        timers_.cancel(bindings.front().expiry);
        bindings.erase(bindings.begin());
    }
    bindings.push_back(std::move(binding));
    const auto& added = bindings.back();
    sink_(DeviceRegistered{user, added.contact_uri, added.source_address, added.user_agent,
                           added.expires_at});
}

void Registrar::unbind(const std::string& user, const std::string& contact_uri,
                       const std::string& reason) {
    auto* device = find(user);
    if (device == nullptr || device->bindings.empty()) return;
    std::erase_if(device->bindings, [&](Binding& binding) {
        if (contact_uri != "*" && binding.contact_uri != contact_uri) return false;
        timers_.cancel(binding.expiry);
        return true;
    });
    if (device->bindings.empty()) sink_(DeviceUnregistered{user, reason});
}

}  // namespace seatline::sip
