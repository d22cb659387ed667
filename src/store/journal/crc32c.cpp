#include "store/journal/crc32c.h"

#include <array>

namespace seatline::store {
namespace {

using Tables = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr Tables make_tables() {
    Tables tables{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t crc = i;
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82F63B78u : crc >> 1;
        tables[0][i] = crc;
    }
    for (std::size_t t = 1; t < tables.size(); ++t) {
        for (std::size_t i = 0; i < 256; ++i) {
            const std::uint32_t before = tables[t - 1][i];
            tables[t][i] = before >> 8 ^ tables[0][before & 255];
        }
    }
    return tables;
}

constexpr Tables kTables = make_tables();

}  // namespace

std::uint32_t crc32c(std::string_view data) {
    std::uint32_t crc = ~0u;
    const auto octet = [&](std::size_t i) {
        return std::uint32_t{static_cast<unsigned char>(data[i])};
    };
    std::size_t i = 0;
    for (; i + 4 <= data.size(); i += 4) {
        crc ^= octet(i) | octet(i + 1) << 8 | octet(i + 2) << 16 | octet(i + 3) << 24;
        crc = kTables[3][crc & 255] ^ kTables[2][crc >> 8 & 255] ^ kTables[1][crc >> 16 & 255] ^
              kTables[0][crc >> 24];
    }
    for (; i < data.size(); ++i) crc = crc >> 8 ^ kTables[0][(crc ^ octet(i)) & 255];
    return ~crc;
}

}  // namespace seatline::store
