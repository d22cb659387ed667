#include "robots/accounts.h"

#include <fstream>
#include <sstream>

#include "base/json.h"

namespace seatline::robots {

Result<Accounts> read_accounts(const std::string& path) {
    const std::ifstream file(path, std::ios::binary);
    if (!file) return Error{"unavailable", "--robots", "can't read " + path};
    std::ostringstream text;
    text << file.rdbuf();
    auto accounts = from_json<Accounts>(text.str());
    if (accounts.has_error())
        return invalid(path + ": " + accounts.error().field, accounts.error().reason);
    return accounts;
}

std::vector<Account> numbered_accounts(const std::string& prefix, std::size_t count,
                                       const std::string& password) {
    std::vector<Account> accounts;
    for (std::size_t i = 1; i <= count; ++i)
        accounts.push_back({prefix + std::to_string(i), password});
    return accounts;
}

}  // namespace seatline::robots
