#include "base/time_zone.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace seatline {
namespace {

constexpr std::size_t kHeaderSize = 44;

/// The counts of a TZif header, in the order of the file.
struct Counts {
    std::size_t isutc, isstd, leap, transitions, types, characters;
};

std::int64_t big_endian(const std::string& data, std::size_t pos, std::size_t width) {
    std::uint64_t value = (static_cast<unsigned char>(data[pos]) & 0x80) != 0 ? ~0ull : 0ull;
    for (std::size_t i = 0; i < width; ++i) {
        value = value << 8 | static_cast<unsigned char>(data[pos + i]);
    }
    return static_cast<std::int64_t>(value);
}

Counts read_counts(const std::string& data, std::size_t header) {
    auto count = [&](std::size_t i) {
        return static_cast<std::size_t>(big_endian(data, header + 20 + i * 4, 4)) & 0xFFFFFF;
    };
    return {count(0), count(1), count(2), count(3), count(4), count(5)};
}

std::size_t block_size(const Counts& c, std::size_t time_width) {
    return c.transitions * (time_width + 1) + c.types * 6 + c.characters +
           c.leap * (time_width + 4) + c.isstd + c.isutc;
}

bool is_zone_name(const std::string& name) {
    const auto plain = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '+' || c == '/';
    };
    return !name.empty() && name.front() != '/' && std::all_of(name.begin(), name.end(), plain);
}

}  // namespace

Result<TimeZone> TimeZone::load(const std::string& name) {
    if (!is_zone_name(name)) return invalid("time_zone", "'" + name + "' is not a zone's name");
    const std::string path = "/usr/share/zoneinfo/" + name;
    std::error_code ec;
    std::string data;
    if (std::filesystem::is_regular_file(path, ec)) {  // "Asia" is a folder
        std::ifstream file(path, std::ios::binary);
        data.assign(std::istreambuf_iterator<char>(file), {});
    }
    if (data.size() < kHeaderSize || data.compare(0, 4, "TZif") != 0) {
        return invalid("time_zone",
                       "'" + name + "' is not known here (is the package tzdata installed?)");
    }
    const Error damaged = invalid("time_zone", "the file of '" + name + "' is damaged");
    std::size_t header = 0;
    std::size_t width = 4;
    if (data[4] >= '2') {  // a second block with 64-bit times follows the first
        header = kHeaderSize + block_size(read_counts(data, 0), 4);
        width = 8;
        if (data.size() < header + kHeaderSize) return damaged;
    }
    const Counts counts = read_counts(data, header);
    const std::size_t times = header + kHeaderSize;
    if (counts.types == 0 || data.size() < times + block_size(counts, width)) return damaged;
    const std::size_t indexes = times + counts.transitions * width;
    const std::size_t types = indexes + counts.transitions;
    TimeZone zone;
    zone.first_offset_s_ = static_cast<std::int32_t>(big_endian(data, types, 4));
    for (std::size_t i = 0; i < counts.transitions; ++i) {
        const auto type = static_cast<unsigned char>(data[indexes + i]);
        if (type >= counts.types) return damaged;
        zone.transitions_.push_back(
            {big_endian(data, times + i * width, width),
             static_cast<std::int32_t>(big_endian(data, types + type * std::size_t{6}, 4))});
    }
    return zone;
}

seconds TimeZone::offset_at(Instant t) const {
    const std::int64_t at_s = std::chrono::floor<seconds>(t.time_since_epoch()).count();
    const auto after =
        std::upper_bound(transitions_.begin(), transitions_.end(), at_s,
                         [](std::int64_t s, const Transition& x) { return s < x.at_s; });
    return seconds{after == transitions_.begin() ? first_offset_s_ : std::prev(after)->offset_s};
}

Instant TimeZone::day_start(Instant t) const {
    const auto local_day =
        std::chrono::floor<std::chrono::days>(t.time_since_epoch() + offset_at(t));
    // The offset at midnight may differ from the one at `t` (daylight saving begins or ends in
    // between).
    const Instant guess = Instant{local_day} - offset_at(t);
    return std::min(t, Instant{local_day} - offset_at(guess));
}

Instant TimeZone::next_day_start(Instant t) const {
    return day_start(day_start(t) + hours{26});  // days last 23 to 25 hours
}

}  // namespace seatline
