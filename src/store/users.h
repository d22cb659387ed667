#pragma once
// Log-ins and the audit trail: not projections; they exist in the database only.
#include "store/sqlite/sqlite.h"
#include "store/store.h"

namespace seatline::store {

// All throw SqliteError.
[[nodiscard]] std::optional<User> find_user(Connection& connection, const std::string& user_name);
[[nodiscard]] std::vector<User> list_users(Connection& connection);  ///< in order of id
/// An id of 0 is given by the database. Errors: conflict on "user_name".
[[nodiscard]] Result<void> insert_user(Connection& connection, const User& user);
/// As insert_user, but a user of that name is replaced: the log-ins of a center that is made anew.
void put_user(Connection& connection, const User& user);
void insert_audit(Connection& connection, const Audit& entry);

}  // namespace seatline::store
