#pragma once
// a=crypto of SDP (RFC 4568): the lines that we can use, and the ranges of a=fmtp for
// telephone-event (RFC 4733). Pure; a key is never part of an error text.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/media_description.h"
#include "sip/sdp/sdp.h"

namespace seatline::sip::sdp {

/// More usable lines than these in one media are passed over.
inline constexpr std::size_t max_crypto = 8;

/// "1 AES_CM_128_HMAC_SHA1_80 inline:KEY|2^31". Empty when we can't use it: another suite, a key
/// that isn't 30 octets, a master key index or several keys, or a session parameter that changes
/// what is encrypted (UNENCRYPTED_*, UNAUTHENTICATED_*, KDR, FEC_*). A lifetime is taken without
/// counting: ours are as long as any call.
[[nodiscard]] std::optional<MediaCrypto> read_crypto(std::string_view value);
/// Of all a=crypto lines of that media, in their order.
[[nodiscard]] std::vector<MediaCrypto> crypto_of(const MediaLine& media);
[[nodiscard]] std::string crypto_line(const MediaCrypto& crypto);

/// The event codes 0-15 that `offered` ("0-11,16") and we have in common, as an fmtp value; "0-15"
/// when it says nothing that can be read.
[[nodiscard]] std::string common_events(std::string_view offered);

}  // namespace seatline::sip::sdp
