#include "archive/key_ring.h"

#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <sstream>

namespace seatline::archive {
namespace {

constexpr const char* kField = "--recording-key";

bool parse_key(const std::string& hex, Key& key) {
    if (hex.size() != key.size() * 2) return false;
    for (std::size_t i = 0; i < key.size(); ++i) {
        const char* at = hex.data() + i * 2;
        const auto [end, ec] = std::from_chars(at, at + 2, key[i], 16);
        if (ec != std::errc{} || end != at + 2) return false;
    }
    return true;
}

}  // namespace

Result<KeyRing> KeyRing::load(const std::string& path) {
    struct stat status {};
    std::ifstream in(path);
    if (!in || ::stat(path.c_str(), &status) != 0)
        return Error{"unavailable", kField, "can't read " + path + ": " + std::strerror(errno)};
    if ((status.st_mode & 077) != 0) {
        return Error{"not_allowed", kField,
                     path + " can be read by others than its owner: chmod 600 " + path};
    }
    KeyRing ring;
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
        if (line.empty() || line[0] == '#') continue;
        std::istringstream words(line);
        std::uint32_t id = 0;
        std::string hex;
        std::string rest;
        Key key{};
        const bool is_key =
            (words >> id >> hex) && !(words >> rest) && id > 0 && parse_key(hex, key);
        const std::string place = path + ", line " + std::to_string(number);
        if (!is_key) return invalid(kField, place + ": must be a number from 1 and 64 hex digits");
        if (!ring.keys_.emplace(id, key).second)
            return invalid(kField, place + ": key " + std::to_string(id) + " is there twice");
        ring.newest_ = id;
    }
    if (ring.keys_.empty()) return invalid(kField, path + " has no key");
    return ring;
}

const Key* KeyRing::find(std::uint32_t id) const {
    const auto found = keys_.find(id);
    return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace seatline::archive
