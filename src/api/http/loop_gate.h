#pragma once
// The way from other threads to the event loop that stays safe after the loop is gone: the engine
// may answer a command when the server has stopped already.
#include <functional>
#include <mutex>

namespace seatline::api {

/// Any thread. Held by shared_ptr by whoever may call late.
class LoopGate {
public:
    explicit LoopGate(std::function<void(std::function<void()>)> post) : post_(std::move(post)) {}

    /// Runs `work` on the loop's thread soon; drops it when the gate is closed.
    void post(std::function<void()> work) {
        const std::lock_guard lock(mutex_);
        if (post_) post_(std::move(work));
    }
    void close() {
        const std::lock_guard lock(mutex_);
        post_ = nullptr;
    }

private:
    std::mutex mutex_;
    std::function<void(std::function<void()>)> post_;
};

}  // namespace seatline::api
