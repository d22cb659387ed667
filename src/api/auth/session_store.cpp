#include "api/auth/session_store.h"

#include <algorithm>
#include <vector>

#include "api/auth/token.h"

namespace seatline::api {
namespace {

bool is_over(const Session& session, Instant now) {
    return now - session.used_at > SessionStore::kIdle ||
           now - session.opened_at > SessionStore::kLongest;
}

}  // namespace

SessionStore::SessionStore(std::function<void(const std::string& key)> on_end)
    : on_end_(std::move(on_end)) {}

SessionStore::Opened SessionStore::open(const UserAccount& user, Instant now) {
    make_room(user.id);
    Opened opened{random_token(), {}};
    opened.session = {token_key(opened.id),
                      user.id,
                      user.user_name,
                      user.role,
                      user.tenant,
                      user.agent,
                      random_token(),
                      now,
                      now};
    sessions_.emplace(opened.session.key, opened.session);
    return opened;
}

std::optional<Session> SessionStore::find(std::string_view id, Instant now) {
    const auto found = sessions_.find(token_key(id));
    if (found == sessions_.end()) return std::nullopt;
    if (is_over(found->second, now)) {
        end(std::string(found->first));
        return std::nullopt;
    }
    found->second.used_at = std::max(found->second.used_at, now);
    return found->second;
}

void SessionStore::end(const std::string& key) {
    if (sessions_.erase(key) > 0) on_end_(key);
}

void SessionStore::end_of_user(UserId user) {
    std::vector<std::string> keys;
    for (const auto& [key, session] : sessions_) {
        if (session.user == user) keys.push_back(key);
    }
    for (const auto& key : keys) end(key);
}

void SessionStore::expire(Instant now) {
    std::vector<std::string> keys;
    for (const auto& [key, session] : sessions_) {
        if (is_over(session, now)) keys.push_back(key);
    }
    for (const auto& key : keys) end(key);
}

void SessionStore::make_room(UserId user) {
    // A log-in costs an argon2id anyway, so a walk over all sessions does not count.
    const Session* oldest = nullptr;
    const Session* oldest_of_user = nullptr;
    std::size_t of_user = 0;
    for (const auto& [key, session] : sessions_) {
        if (oldest == nullptr || session.used_at < oldest->used_at) oldest = &session;
        if (session.user != user) continue;
        ++of_user;
        if (oldest_of_user == nullptr || session.used_at < oldest_of_user->used_at)
            oldest_of_user = &session;
    }
    if (of_user >= kPerUser) {
        end(std::string(oldest_of_user->key));
    } else if (sessions_.size() >= kAll) {
        end(std::string(oldest->key));
    }
}

}  // namespace seatline::api
