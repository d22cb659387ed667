#pragma once
// Who is logged in. Sessions live in memory only: a restart of the program logs all out. The id
// itself is never kept, only its hash, so that a memory dump does not hand out log-ins.
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/ports.h"

namespace seatline::api {

struct Session {
    std::string key;  ///< hash of the id: names the session inside the program
    UserId user;
    std::string user_name;
    Role role = Role::agent;
    TenantId tenant;
    std::optional<AgentId> agent;
    std::string csrf_token;
    Instant opened_at;
    Instant used_at;
};

/// The event loop's thread only.
class SessionStore {
public:
    static constexpr hours kIdle{12};            ///< without a request
    static constexpr hours kLongest{7 * 24};     ///< whatever happens
    static constexpr std::size_t kPerUser = 16;  ///< the least recently used goes first
    static constexpr std::size_t kAll = 20'000;

    /// `on_end` is called with the key of every session that ends, whatever the reason.
    explicit SessionStore(std::function<void(const std::string& key)> on_end);

    struct Opened {
        std::string id;  ///< for the cookie; known to nobody else
        Session session;
    };
    [[nodiscard]] Opened open(const UserAccount& user, Instant now);
    /// The session of a cookie, marked as used; empty when unknown or expired.
    [[nodiscard]] std::optional<Session> find(std::string_view id, Instant now);
    void end(const std::string& key);
    void end_of_user(UserId user);
    /// Ends all that are too old.
    void expire(Instant now);
    [[nodiscard]] std::size_t size() const { return sessions_.size(); }

private:
    void make_room(UserId user);

    std::unordered_map<std::string, Session> sessions_;
    std::function<void(const std::string& key)> on_end_;
};

}  // namespace seatline::api
