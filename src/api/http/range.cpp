#include "api/http/range.h"

#include <algorithm>

#include "api/http/parse.h"

namespace seatline::api {

RangeKind parse_range(std::string_view header, std::uint64_t size, ByteRange& range) {
    constexpr std::string_view kUnit = "bytes=";
    if (!header.starts_with(kUnit) || header.find(',') != std::string_view::npos)
        return RangeKind::whole;
    header.remove_prefix(kUnit.size());
    const auto dash = header.find('-');
    if (dash == std::string_view::npos) return RangeKind::whole;
    const auto first = parse_number(header.substr(0, dash));
    const auto last = parse_number(header.substr(dash + 1));
    if (dash == 0) {  // the last n octets
        if (!last) return RangeKind::whole;
        if (*last == 0 || size == 0) return RangeKind::unsatisfiable;
        range.length = std::min(*last, size);
        range.offset = size - range.length;
        return RangeKind::part;
    }
    if (!first || (!last && dash + 1 != header.size()) || (last && *last < *first))
        return RangeKind::whole;
    if (*first >= size) return RangeKind::unsatisfiable;
    range.offset = *first;
    range.length = (last ? std::min(*last, size - 1) : size - 1) - *first + 1;
    return RangeKind::part;
}

Response file_response(const Request& request, std::shared_ptr<const Octets> file, Response base) {
    const auto size = file->size();
    base.with("ETag", file->etag()).with("Accept-Ranges", "bytes");
    if (request.header("if-none-match") == file->etag()) {
        base.status = 304;
        return base;
    }
    ByteRange range;
    auto kind = parse_range(request.header("range"), size, range);
    const auto if_range = request.header("if-range");
    if (!if_range.empty() && if_range != file->etag()) kind = RangeKind::whole;
    if (kind == RangeKind::unsatisfiable) {
        return error_response(416, invalid("Range", "lies outside of the recording"))
            .with("Content-Range", "bytes */" + std::to_string(size));
    }
    if (kind == RangeKind::whole) range = {0, size};
    if (kind == RangeKind::part) {
        base.status = 206;
        base.with("Content-Range", "bytes " + std::to_string(range.offset) + '-' +
                                       std::to_string(range.offset + range.length - 1) + '/' +
                                       std::to_string(size));
    }
    base.file = FileSlice{std::move(file), range.offset, range.length};
    return base;
}

}  // namespace seatline::api
