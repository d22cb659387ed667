#pragma once
// What waits to be sent to one page. A client that reads too slowly does not fill our memory: its
// queue is dropped, and when it has taken what was on the way it gets `resync` and a new hello,
// which is shorter than all that it missed.
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/types.h"

namespace seatline::api {

/// Whose eyes a live client has.
struct Viewer {
    TenantId tenant;
    Role role = Role::agent;
    std::optional<AgentId> agent;

    [[nodiscard]] bool sees_tenant() const { return role != Role::agent; }
};

/// The event loop's thread only.
class LiveClient {
public:
    using Message = std::shared_ptr<const std::string>;
    struct Limits {
        std::size_t messages = 512;
        std::size_t octets = 4u << 20;
    };

    /// `wake` is called when there is something to send or to close.
    LiveClient(Viewer viewer, std::string session_key, std::function<void()> wake, Limits limits);

    void offer(const Message& message);
    /// The next message to send; `fresh` makes resync and hello when the queue had to be dropped.
    /// Null: nothing now.
    [[nodiscard]] Message next(const std::function<void(LiveClient&)>& fresh);
    /// No more messages than `last` (may be null), then the socket is closed.
    void close(const Message& last);

    [[nodiscard]] bool is_closing() const { return closing_; }
    [[nodiscard]] const Viewer& viewer() const { return viewer_; }
    [[nodiscard]] const std::string& session_key() const { return session_key_; }

private:
    Viewer viewer_;
    std::string session_key_;
    std::function<void()> wake_;
    Limits limits_;
    std::deque<Message> queue_;
    std::size_t queued_octets_ = 0;
    bool overrun_ = false;
    bool closing_ = false;
};

}  // namespace seatline::api
