#pragma once
// Keys for SRTP as they stand in an SDP (RFC 4568): the suites that we know, and a master key with
// its salt as 40 characters of base64. A key is a secret: it is wiped when it goes and never
// printed.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace seatline::media {

enum class SrtpSuite : std::uint8_t { aes_cm_128_hmac_sha1_80, aes_cm_128_hmac_sha1_32 };

/// By its name in a=crypto; nothing when we don't know it.
[[nodiscard]] std::optional<SrtpSuite> srtp_suite(std::string_view name);
[[nodiscard]] std::string_view srtp_suite_name(SrtpSuite suite);

/// Master key (16 octets) and master salt (14).
class SrtpKey {
public:
    static constexpr std::size_t size = 30;

    SrtpKey() = default;
    explicit SrtpKey(const std::array<std::uint8_t, size>& octets) : octets_(octets) {}
    SrtpKey(const SrtpKey&) = default;
    SrtpKey& operator=(const SrtpKey&) = default;
    ~SrtpKey();

    /// A new one from the system's generator of secrets.
    [[nodiscard]] static SrtpKey random();
    /// Nothing when `base64` is not exactly 30 octets.
    [[nodiscard]] static std::optional<SrtpKey> parse(std::string_view base64);
    /// For the SDP and nothing else.
    [[nodiscard]] std::string base64() const;
    [[nodiscard]] const std::array<std::uint8_t, size>& octets() const { return octets_; }
    [[nodiscard]] bool operator==(const SrtpKey& other) const;

private:
    std::array<std::uint8_t, size> octets_{};
};

/// Overwrites a text that was a key.
void wipe(std::string& secret);

}  // namespace seatline::media
