#pragma once
// `seatline password DIR USER`: a new random password for a user of the pages, printed once.
#include <string>
#include <vector>

namespace seatline::app {

int password_main(const std::vector<std::string>& arguments);

}  // namespace seatline::app
