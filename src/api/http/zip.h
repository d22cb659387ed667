#pragma once
// Writes a ZIP archive (APPNOTE 6.3.10) piece by piece into a string that the caller empties: for
// answers whose files are never held in memory. Entries are stored as they are (sound does not
// shrink), lengths and CRC follow each entry in a data descriptor. No ZIP64: the whole must stay
// below 4 GiB and 65,535 entries, which the caller sees to.
#include <boost/crc.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace seatline::api {

/// A moment as ZIP writes it: local time, two seconds fine.
struct ZipTime {
    std::uint16_t date = 0x21;  ///< 1980-01-01
    std::uint16_t time = 0;
};

/// One archive; not thread-safe.
class ZipWriter {
public:
    /// `name` in UTF-8, with / between folders.
    void begin(std::string_view name, ZipTime at, std::string& out);
    void add(std::string_view octets, std::string& out);
    void end(std::string& out);
    /// The directory of all entries; nothing follows it.
    void finish(std::string& out);

    [[nodiscard]] std::uint64_t size() const { return at_; }  ///< octets written so far
    [[nodiscard]] std::size_t entries() const { return entries_.size(); }

private:
    struct Entry {
        std::string name;
        ZipTime at;
        std::uint32_t crc = 0;
        std::uint32_t size = 0;
        std::uint32_t offset = 0;
    };
    void put(std::string_view octets, std::string& out);

    std::vector<Entry> entries_;
    boost::crc_32_type crc_;
    std::uint64_t at_ = 0;
};

}  // namespace seatline::api
