#pragma once
// Who the robots are: robots.json of the server's data folder.
#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "base/result.h"

namespace seatline::robots {

struct Account {
    std::string user;
    std::string password;
};
BOOST_DESCRIBE_STRUCT(Account, (), (user, password))

struct Accounts {
    std::vector<Account> agents;       ///< phones that register
    std::vector<std::string> numbers;  ///< that callers dial
};
BOOST_DESCRIBE_STRUCT(Accounts, (), (agents, numbers))

/// Errors: unavailable (no such file) or invalid, with the path.
[[nodiscard]] Result<Accounts> read_accounts(const std::string& path);

/// `count` phones prefix1, prefix2, ... with one password.
[[nodiscard]] std::vector<Account> numbered_accounts(const std::string& prefix, std::size_t count,
                                                     const std::string& password);

}  // namespace seatline::robots
