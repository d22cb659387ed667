#pragma once
// Tells when a tenant's day has turned, by its time zone: one thread that sleeps until the next
// midnight of any.
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "app/clock.h"
#include "core/engine/directory.h"

namespace seatline::app {

class DayTurner {
public:
    /// `turned` is called on the turner's own thread. A zone that does not exist counts as UTC,
    /// with a log line.
    DayTurner(const core::Directory& directory, const Clock& clock,
              std::function<void(TenantId)> turned);
    ~DayTurner();

private:
    void run(std::map<TenantId, std::string> zones);

    const Clock& clock_;
    std::function<void(TenantId)> turned_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stop_ = false;
    std::thread thread_;
};

}  // namespace seatline::app
