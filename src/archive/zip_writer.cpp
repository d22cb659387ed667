#include "archive/zip_writer.h"

#include <array>
#include <chrono>

namespace seatline::archive {
namespace {

constexpr std::uint16_t kFlags = 1 << 3 | 1 << 11;  // data descriptor, names are UTF-8
constexpr std::uint16_t kVersion = 45;              // zip64
constexpr std::uint32_t kIn64 = 0xFFFFFFFF;

void u16(std::string& out, std::uint64_t value) {
    for (int i = 0; i < 2; ++i) out += static_cast<char>(value >> (8 * i));
}
void u32(std::string& out, std::uint64_t value) {
    for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> (8 * i));
}
void u64(std::string& out, std::uint64_t value) {
    for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (8 * i));
}

/// The CRC-32 of ZIP, continued.
std::uint32_t crc32(std::uint32_t crc, std::span<const char> data) {
    static const auto table = [] {
        std::array<std::uint32_t, 256> made{};
        for (std::uint32_t i = 0; i < 256; ++i) {
            std::uint32_t c = i;
            for (int bit = 0; bit < 8; ++bit) c = (c & 1) != 0 ? 0xEDB88320 ^ c >> 1 : c >> 1;
            made[i] = c;
        }
        return made;
    }();
    crc = ~crc;
    for (const char c : data) crc = table[(crc ^ static_cast<unsigned char>(c)) & 255] ^ crc >> 8;
    return ~crc;
}

/// MS-DOS date and time, in UTC; a ZIP knows no zone.
std::uint32_t dos_time(Instant at) {
    using namespace std::chrono;
    const auto day = floor<days>(at.time_since_epoch());
    const year_month_day date{sys_days{day}};
    const hh_mm_ss time{floor<std::chrono::seconds>(at.time_since_epoch() - day)};
    const int year = std::max(0, int{date.year()} - 1980);
    const auto packed_date = static_cast<std::uint32_t>(year) << 9 |
                             static_cast<unsigned>(date.month()) << 5 |
                             static_cast<unsigned>(date.day());
    const auto packed_time = static_cast<std::uint32_t>(
        time.hours().count() << 11 | time.minutes().count() << 5 | time.seconds().count() / 2);
    return packed_date << 16 | packed_time;
}

}  // namespace

Result<void> ZipWriter::put(const std::string& data) {
    written_ += data.size();
    return out_(data);
}

Result<ZipWriter::Added> ZipWriter::add(const std::string& name, Instant at,
                                        const ByteSource& content) {
    Entry entry{name, 0, 0, written_, dos_time(at), content.size() >= zip64_from_};
    std::string head;
    u32(head, 0x04034b50);
    u16(head, kVersion);
    u16(head, kFlags);
    u16(head, 0);  // stored
    u32(head, entry.dos_time);
    u32(head, 0);  // the CRC follows
    u32(head, entry.is_wide ? kIn64 : 0);
    u32(head, entry.is_wide ? kIn64 : 0);
    u16(head, name.size());
    u16(head, entry.is_wide ? 20 : 0);
    head += name;
    if (entry.is_wide) {
        u16(head, 1);
        u16(head, 16);
        u64(head, 0);
        u64(head, 0);
    }
    if (auto r = put(head); r.has_error()) return r.error();
    Added added;
    std::array<char, 64 * 1024> buffer;
    for (;;) {
        const auto got = content.read_at(entry.size, buffer);
        if (got.has_error()) added.error = got.error().reason;
        if (got.has_error() || *got == 0) break;
        const std::span<const char> data(buffer.data(), *got);
        entry.crc = crc32(entry.crc, data);
        entry.size += *got;
        written_ += *got;
        if (auto r = out_(data); r.has_error()) return r.error();
    }
    std::string tail;
    u32(tail, 0x08074b50);
    u32(tail, entry.crc);
    for (int i = 0; i < 2; ++i) entry.is_wide ? u64(tail, entry.size) : u32(tail, entry.size);
    entries_.push_back(std::move(entry));
    if (auto r = put(tail); r.has_error()) return r.error();
    return added;
}

std::string ZipWriter::directory_entry(const Entry& e) const {
    const bool wide_size = e.is_wide || e.size >= zip64_from_;
    const bool wide_offset = e.offset >= zip64_from_;
    std::string extra;
    if (wide_size || wide_offset) {
        u16(extra, 1);
        u16(extra, (wide_size ? 16u : 0u) + (wide_offset ? 8u : 0u));
        if (wide_size) {
            u64(extra, e.size);
            u64(extra, e.size);
        }
        if (wide_offset) u64(extra, e.offset);
    }
    std::string out;
    u32(out, 0x02014b50);
    u16(out, 3 << 8 | kVersion);  // made on Unix: the mode below counts
    u16(out, kVersion);
    u16(out, kFlags);
    u16(out, 0);
    u32(out, e.dos_time);
    u32(out, e.crc);
    u32(out, wide_size ? kIn64 : e.size);
    u32(out, wide_size ? kIn64 : e.size);
    u16(out, e.name.size());
    u16(out, extra.size());
    u16(out, 0);
    u16(out, 0);
    u16(out, 0);
    u32(out, std::uint64_t{0100600} << 16);
    u32(out, wide_offset ? kIn64 : e.offset);
    return out + e.name + extra;
}

std::string ZipWriter::end_records(std::uint64_t start, std::uint64_t size) const {
    const std::uint64_t count = entries_.size();
    std::string out;
    const bool is_wide = count >= 0xFFFF || start >= zip64_from_ || size >= zip64_from_;
    if (is_wide) {
        u32(out, 0x06064b50);
        u64(out, 44);
        u16(out, 3 << 8 | kVersion);
        u16(out, kVersion);
        u32(out, 0);
        u32(out, 0);
        u64(out, count);
        u64(out, count);
        u64(out, size);
        u64(out, start);
        u32(out, 0x07064b50);
        u32(out, 0);
        u64(out, start + size);
        u32(out, 1);
    }
    u32(out, 0x06054b50);
    u32(out, 0);
    u16(out, is_wide ? 0xFFFF : count);
    u16(out, is_wide ? 0xFFFF : count);
    u32(out, is_wide ? kIn64 : size);
    u32(out, is_wide ? kIn64 : start);
    u16(out, 0);
    return out;
}

Result<void> ZipWriter::finish() {
    const std::uint64_t start = written_;
    for (const Entry& entry : entries_) {
        if (auto r = put(directory_entry(entry)); r.has_error()) return r;
    }
    return put(end_records(start, written_ - start));
}

}  // namespace seatline::archive
