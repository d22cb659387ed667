#include "store/users.h"

#include <filesystem>

namespace seatline::store {
namespace {

#define SEATLINE_USER_COLUMNS "id, tenant, user_name, password_hash, role, agent, disabled"

User read_user(const Query& query) {
    User user;
    user.id = UserId{query.number(0)};
    user.tenant = TenantId{query.number(1)};
    user.user_name = query.text(2);
    user.password_hash = query.text(3);
    user.role = query.text(4);
    if (!query.is_null(5)) user.agent = AgentId{query.number(5)};
    user.disabled = query.integer(6) != 0;
    return user;
}

}  // namespace

std::optional<User> find_user(Connection& connection, const std::string& user_name) {
    Query query(connection, "SELECT " SEATLINE_USER_COLUMNS " FROM users WHERE user_name=?1");
    query.bind(user_name);
    return query.next() ? std::optional(read_user(query)) : std::nullopt;
}

std::vector<User> list_users(Connection& connection) {
    Query query(connection, "SELECT " SEATLINE_USER_COLUMNS " FROM users ORDER BY id");
    std::vector<User> users;
    while (query.next()) users.push_back(read_user(query));
    return users;
}

Result<void> insert_user(Connection& connection, const User& user) {
    const auto id = user.id ? std::optional(user.id) : std::nullopt;
    try {
        Query(connection,
              "INSERT INTO users(" SEATLINE_USER_COLUMNS ") VALUES (?1,?2,?3,?4,?5,?6,?7)")
            .bind(id, user.tenant, user.user_name, user.password_hash, user.role, user.agent,
                  int{user.disabled})
            .run();
    } catch (const SqliteError& error) {
        if (!error.is_constraint()) throw;
        return Error{"conflict", "user_name", "'" + user.user_name + "' is taken"};
    }
    return {};
}

void put_user(Connection& connection, const User& user) {
    Query(connection, "DELETE FROM users WHERE user_name=?1").bind(user.user_name).run();
    Query(connection,
          "INSERT INTO users(" SEATLINE_USER_COLUMNS ") VALUES (NULL,?1,?2,?3,?4,?5,?6)")
        .bind(user.tenant, user.user_name, user.password_hash, user.role, user.agent,
              int{user.disabled})
        .run();
}

Result<void> set_password_in(const std::string& folder, const std::string& user_name,
                             const std::string& hash, Instant at) {
    const std::string path = folder + "/seatline.sqlite";
    if (!std::filesystem::exists(path)) return Error{"unavailable", "data", "there is no " + path};
    try {
        Connection connection(path, Connection::Mode::write, seconds{10});
        const auto user = find_user(connection, user_name);
        if (!user) {
            return Error{"not_found", "user", "there is no user \"" + user_name + "\""};
        }
        Transaction transaction(connection);
        Query(connection, "UPDATE users SET password_hash=?2 WHERE user_name=?1")
            .bind(user_name, hash)
            .run();
        insert_audit(connection, {at, user->tenant, "", "local", "set_password",
                                  "user " + user_name, "by the command line"});
        transaction.commit();
        return {};
    } catch (const SqliteError& error) {
        return Error{"unavailable", "data", path + ": " + error.what()};
    }
}

void insert_audit(Connection& connection, const Audit& entry) {
    Query(connection,
          "INSERT INTO audit(tenant, at, user_name, source_address, action, object, detail)"
          " VALUES (?1,?2,?3,?4,?5,?6,?7)")
        .bind(entry.tenant, entry.at, entry.user_name, entry.source_address, entry.action,
              entry.object, entry.detail)
        .run();
}

}  // namespace seatline::store
