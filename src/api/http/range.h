#pragma once
// Byte ranges of RFC 9110 section 14, single ranges only (a list of them is answered with the
// whole, as it may be).
#include <optional>
#include <string_view>

#include "api/http/message.h"

namespace seatline::api {

struct ByteRange {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};
enum class RangeKind { whole, part, unsatisfiable };

/// What a Range header asks of a body of `size` octets; `range` is set for `part`.
[[nodiscard]] RangeKind parse_range(std::string_view header, std::uint64_t size, ByteRange& range);

/// Serves `file` by the request's Range, If-Range and If-None-Match: 200, 206, 304 or 416.
/// `base` brings Content-Type and the like.
[[nodiscard]] Response file_response(const Request& request, std::shared_ptr<const Octets> file,
                                     Response base);

}  // namespace seatline::api
