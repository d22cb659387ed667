#include "app/journal_command.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace seatline::app {

/// Reads the files and not the Journal class: that is locked by the server that runs.
int journal_main(const std::vector<std::string>& arguments) {
    namespace fs = std::filesystem;
    if (arguments.size() != 1 || !fs::is_directory(arguments[0] + "/journal")) {
        std::fprintf(stderr, "seatline journal: give a data folder (there is no %s/journal)\n",
                     arguments.empty() ? "DIR" : arguments[0].c_str());
        return 2;
    }
    std::vector<fs::path> segments;
    for (const auto& entry : fs::directory_iterator(arguments[0] + "/journal")) {
        if (entry.path().extension() == ".jsonl") segments.push_back(entry.path());
    }
    std::ranges::sort(segments);
    constexpr std::size_t kCrcAndSpace = 9;
    for (const fs::path& path : segments) {
        std::ifstream file(path);
        for (std::string line; std::getline(file, line);) {
            if (line.size() > kCrcAndSpace) std::printf("%s\n", line.c_str() + kCrcAndSpace);
        }
    }
    return 0;
}

}  // namespace seatline::app
