#include "app/day_turner.h"

#include <algorithm>

#include "base/log.h"
#include "base/time_zone.h"

namespace seatline::app {

DayTurner::DayTurner(const core::Directory& directory, const Clock& clock,
                     std::function<void(TenantId)> turned)
    : clock_(clock), turned_(std::move(turned)) {
    std::map<TenantId, std::string> zones;
    for (const core::Tenant& tenant : directory.tenants) zones[tenant.id] = tenant.time_zone;
    thread_ = std::thread([this, zones = std::move(zones)]() mutable { run(std::move(zones)); });
}

DayTurner::~DayTurner() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void DayTurner::run(std::map<TenantId, std::string> zones) {
    struct Next {
        TenantId tenant;
        TimeZone zone;
        Instant midnight;
    };
    std::vector<Next> all;
    for (const auto& [tenant, name] : zones) {
        auto zone = TimeZone::load(name);
        if (zone.has_error()) {
            log::error("tenant {}: {}; its day turns at midnight UTC", tenant.value,
                       zone.error().text());
            zone = TimeZone::load("Etc/UTC");
        }
        if (zone.has_error()) continue;
        all.push_back({tenant, *zone, zone->next_day_start(clock_.now())});
    }
    std::unique_lock lock(mutex_);
    while (!stop_ && !all.empty()) {
        const auto next = std::ranges::min_element(all, {}, &Next::midnight);
        if (wake_.wait_until(lock, clock_.steady_of(next->midnight), [this] { return stop_; }))
            return;
        turned_(next->tenant);
        next->midnight = next->zone.next_day_start(clock_.now());
    }
}

}  // namespace seatline::app
