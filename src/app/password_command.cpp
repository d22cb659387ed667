#include "app/password_command.h"

#include <cstdio>

#include "api/auth/password.h"
#include "app/center.h"
#include "app/clock.h"
#include "store/store.h"

namespace seatline::app {

int password_main(const std::vector<std::string>& arguments) {
    if (arguments.size() != 2) {
        std::fprintf(stderr, "usage: seatline password DIR USER\n");
        return 2;
    }
    const std::string password = random_password();
    const auto done = store::set_password_in(arguments[0], arguments[1],
                                             api::hash_password(password), Clock().now());
    if (done.has_error()) {
        std::fprintf(stderr, "seatline: %s\n", done.error().text().c_str());
        return 1;
    }
    std::printf("%s\n", password.c_str());
    return 0;
}

}  // namespace seatline::app
