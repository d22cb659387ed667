#pragma once
// `seatline journal DIR`: the events of a data folder for people and scripts.
#include <string>
#include <vector>

namespace seatline::app {

int journal_main(const std::vector<std::string>& arguments);

}  // namespace seatline::app
