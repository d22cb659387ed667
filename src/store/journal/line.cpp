#include "store/journal/line.h"

#include <charconv>

#include "core/engine/event_json.h"
#include "store/journal/crc32c.h"

namespace seatline::store {
namespace {

constexpr std::size_t kPrefix = 9;  // 8 hex digits and a space
constexpr std::string_view kSeq = "{\"seq\":";

}  // namespace

void append_line(std::string& out, const core::Event& event) {
    static constexpr char kHex[] = "0123456789abcdef";
    const std::size_t start = out.size();
    out.append(kPrefix, ' ');
    core::write_event(out, event);
    std::uint32_t crc = crc32c(std::string_view(out).substr(start + kPrefix));
    for (std::size_t i = 8; i-- > 0; crc >>= 4) out[start + i] = kHex[crc & 15];
    out += '\n';
}

std::optional<std::uint64_t> line_seq(std::string_view line) {
    if (line.size() < kPrefix + kSeq.size() || line.substr(kPrefix, kSeq.size()) != kSeq)
        return std::nullopt;
    line.remove_prefix(kPrefix + kSeq.size());
    std::uint64_t seq = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), seq);
    if (error != std::errc() || end == line.data() + line.size() || *end != ',')
        return std::nullopt;
    return seq;
}

std::optional<std::string_view> checked_json(std::string_view line) {
    if (line.size() <= kPrefix || line[8] != ' ') return std::nullopt;
    std::uint32_t crc = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + 8, crc, 16);
    if (error != std::errc() || end != line.data() + 8) return std::nullopt;
    const std::string_view json = line.substr(kPrefix);
    if (crc32c(json) != crc) return std::nullopt;
    return json;
}

}  // namespace seatline::store
