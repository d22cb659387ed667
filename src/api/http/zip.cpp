#include "api/http/zip.h"

#include "base/result.h"

namespace seatline::api {
namespace {

/// Bit 3: sizes follow the data; bit 11: the name is UTF-8.
constexpr std::uint16_t kFlags = 1u << 3 | 1u << 11;
constexpr std::uint16_t kVersion = 20;

class Fields {
public:
    Fields& u16(std::uint32_t value) { return number(value, 2); }
    Fields& u32(std::uint32_t value) { return number(value, 4); }
    Fields& text(std::string_view value) {
        out_ += value;
        return *this;
    }
    [[nodiscard]] const std::string& octets() const { return out_; }

private:
    Fields& number(std::uint32_t value, int octets) {
        for (int i = 0; i < octets; ++i) out_ += static_cast<char>(value >> (8 * i) & 0xff);
        return *this;
    }
    std::string out_;
};

}  // namespace

void ZipWriter::put(std::string_view octets, std::string& out) {
    out += octets;
    at_ += octets.size();
}

void ZipWriter::begin(std::string_view name, ZipTime at, std::string& out) {
    entries_.push_back({std::string(name), at, 0, 0, static_cast<std::uint32_t>(at_)});
    crc_.reset();
    const auto length = static_cast<std::uint32_t>(name.size());
    Fields head;
    head.u32(0x04034b50).u16(kVersion).u16(kFlags).u16(0).u16(at.time).u16(at.date);
    head.u32(0).u32(0).u32(0).u16(length).u16(0).text(name);
    put(head.octets(), out);
}

void ZipWriter::add(std::string_view octets, std::string& out) {
    crc_.process_bytes(octets.data(), octets.size());
    entries_.back().size += static_cast<std::uint32_t>(octets.size());
    put(octets, out);
}

void ZipWriter::end(std::string& out) {
    Entry& entry = entries_.back();
    entry.crc = crc_.checksum();
    Fields tail;
    tail.u32(0x08074b50).u32(entry.crc).u32(entry.size).u32(entry.size);
    put(tail.octets(), out);
}

void ZipWriter::finish(std::string& out) {
    const auto begin = static_cast<std::uint32_t>(at_);
    for (const Entry& e : entries_) {
        Fields head;
        head.u32(0x02014b50).u16(kVersion).u16(kVersion).u16(kFlags).u16(0);
        head.u16(e.at.time).u16(e.at.date).u32(e.crc).u32(e.size).u32(e.size);
        head.u16(static_cast<std::uint32_t>(e.name.size())).u16(0).u16(0).u16(0).u16(0).u32(0);
        head.u32(e.offset).text(e.name);
        put(head.octets(), out);
    }
    SEATLINE_ASSERT(at_ < 0xffffffffu && entries_.size() < 0xffffu);
    const auto count = static_cast<std::uint32_t>(entries_.size());
    Fields last;
    last.u32(0x06054b50).u16(0).u16(0).u16(count).u16(count);
    last.u32(static_cast<std::uint32_t>(at_) - begin).u32(begin).u16(0);
    put(last.octets(), out);
}

}  // namespace seatline::api
