#include "api/ws/live_client.h"

namespace seatline::api {

LiveClient::LiveClient(Viewer viewer, std::string session_key, std::function<void()> wake,
                       Limits limits)
    : viewer_(viewer),
      session_key_(std::move(session_key)),
      wake_(std::move(wake)),
      limits_(limits) {}

void LiveClient::offer(const Message& message) {
    if (closing_ || overrun_) return;
    // Two messages are taken whatever their size: resync and the hello of a big center.
    if (queue_.size() >= 2 &&
        (queue_.size() >= limits_.messages || queued_octets_ + message->size() > limits_.octets)) {
        queue_.clear();
        queued_octets_ = 0;
        overrun_ = true;
        return;  // its writer is busy with an earlier message: it comes back for the rest by itself
    }
    queue_.push_back(message);
    queued_octets_ += message->size();
    wake_();
}

LiveClient::Message LiveClient::next(const std::function<void(LiveClient&)>& fresh) {
    if (overrun_) {
        overrun_ = false;
        fresh(*this);
    }
    if (queue_.empty()) return nullptr;
    Message message = std::move(queue_.front());
    queue_.pop_front();
    queued_octets_ -= message->size();
    return message;
}

void LiveClient::close(const Message& last) {
    if (closing_) return;
    queue_.clear();
    queued_octets_ = 0;
    overrun_ = false;
    if (last) {
        queue_.push_back(last);
        queued_octets_ = last->size();
    }
    closing_ = true;
    wake_();
}

}  // namespace seatline::api
