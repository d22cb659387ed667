#pragma once
// G.711 A-law and u-law (ITU-T G.711) by tables: 8 kHz, one byte a sample. A -> u and u -> A go by
// their own 256-byte tables, so that a transcoded relay touches each byte once and never becomes
// samples.
#include <array>
#include <cstdint>
#include <span>

namespace seatline::media {

enum class G711 : std::uint8_t { alaw, ulaw };

namespace g711_detail {
extern const std::array<std::array<std::int16_t, 256>, 2> decode;
extern const std::array<std::array<std::uint8_t, 16384>, 2>
    encode;  // index: sample >> 2, as unsigned 14 bits
extern const std::array<std::array<std::uint8_t, 256>, 2>
    other;  // [from law][code]: the same value in the other law
}  // namespace g711_detail

/// What digital silence is in `law`.
[[nodiscard]] constexpr std::uint8_t g711_silence(G711 law) {
    return law == G711::alaw ? 0xD5 : 0xFF;
}

[[nodiscard]] inline std::int16_t g711_decode(G711 law, std::uint8_t code) {
    return g711_detail::decode[static_cast<std::size_t>(law)][code];
}
[[nodiscard]] inline std::uint8_t g711_encode(G711 law, std::int16_t sample) {
    return g711_detail::encode[static_cast<std::size_t>(law)]
                              [static_cast<std::uint16_t>(sample) >> 2];
}

/// `out` has at least in.size() places; in all three.
void g711_decode(G711 law, std::span<const std::uint8_t> in, std::int16_t* out);
void g711_encode(G711 law, std::span<const std::int16_t> in, std::uint8_t* out);
/// From `from` to the other law; `out` may be in.data().
void g711_transcode(G711 from, std::span<const std::uint8_t> in, std::uint8_t* out);

}  // namespace seatline::media
