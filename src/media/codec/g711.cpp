#include "media/codec/g711.h"

#include <bit>

namespace seatline::media {

namespace {

constexpr std::int16_t decode_alaw(std::uint8_t code) {
    code ^= 0x55;
    const int segment = (code & 0x70) >> 4;
    int value = ((code & 0x0F) << 4) + 8;
    if (segment >= 1) value = (value + 0x100) << (segment - 1);
    return static_cast<std::int16_t>(code & 0x80 ? value : -value);
}

constexpr std::int16_t decode_ulaw(std::uint8_t code) {
    code = static_cast<std::uint8_t>(~code);
    const int value = ((((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84;
    return static_cast<std::int16_t>(code & 0x80 ? -value : value);
}

constexpr std::uint8_t encode_alaw(int sample) {
    int value = sample >> 3;
    const int mask = value >= 0 ? 0xD5 : 0x55;
    if (value < 0) value = -value - 1;
    const int segment = value < 0x20 ? 0 : std::bit_width(static_cast<unsigned>(value)) - 5;
    const int mantissa = (segment < 2 ? value >> 1 : value >> segment) & 0x0F;
    return static_cast<std::uint8_t>((segment << 4 | mantissa) ^ mask);
}

constexpr std::uint8_t encode_ulaw(int sample) {
    int value = sample >> 2;
    const int mask = value < 0 ? 0x7F : 0xFF;
    if (value < 0) value = -value;
    if (value > 8158) value = 8158;
    value += 33;
    const int segment = std::bit_width(static_cast<unsigned>(value)) - 6;
    return static_cast<std::uint8_t>((segment << 4 | ((value >> (segment + 1)) & 0x0F)) ^ mask);
}

constexpr auto make_decode() {
    std::array<std::array<std::int16_t, 256>, 2> t{};
    for (unsigned i = 0; i < 256; ++i) {
        t[0][i] = decode_alaw(static_cast<std::uint8_t>(i));
        t[1][i] = decode_ulaw(static_cast<std::uint8_t>(i));
    }
    return t;
}

constexpr auto make_encode() {
    std::array<std::array<std::uint8_t, 16384>, 2> t{};
    for (int i = 0; i < 16384; ++i) {
        const int sample = (i < 8192 ? i : i - 16384) * 4;
        t[0][static_cast<std::size_t>(i)] = encode_alaw(sample);
        t[1][static_cast<std::size_t>(i)] = encode_ulaw(sample);
    }
    return t;
}

constexpr auto make_other() {
    std::array<std::array<std::uint8_t, 256>, 2> t{};
    for (unsigned i = 0; i < 256; ++i) {
        t[0][i] = encode_ulaw(decode_alaw(static_cast<std::uint8_t>(i)));
        t[1][i] = encode_alaw(decode_ulaw(static_cast<std::uint8_t>(i)));
    }
    return t;
}

}  // namespace

namespace g711_detail {
constinit const std::array<std::array<std::int16_t, 256>, 2> decode = make_decode();
constinit const std::array<std::array<std::uint8_t, 16384>, 2> encode = make_encode();
constinit const std::array<std::array<std::uint8_t, 256>, 2> other = make_other();
}  // namespace g711_detail

void g711_decode(G711 law, std::span<const std::uint8_t> in, std::int16_t* out) {
    const auto& table = g711_detail::decode[static_cast<std::size_t>(law)];
    for (const std::uint8_t code : in) *out++ = table[code];
}

void g711_encode(G711 law, std::span<const std::int16_t> in, std::uint8_t* out) {
    const auto& table = g711_detail::encode[static_cast<std::size_t>(law)];
    for (const std::int16_t sample : in) *out++ = table[static_cast<std::uint16_t>(sample) >> 2];
}

void g711_transcode(G711 from, std::span<const std::uint8_t> in, std::uint8_t* out) {
    const auto& table = g711_detail::other[static_cast<std::size_t>(from)];
    for (const std::uint8_t code : in) *out++ = table[code];
}

}  // namespace seatline::media
