#pragma once
// A segment: one file of the journal, named by the number of its first event. This file reads
// segments: it lists them, checks the last one at start, finds an event by number (binary search
// over the file; no index to keep) and hands out lines in order. Reading never goes past the size
// that it is told, so a writer may append meanwhile.
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/engine/event.h"
#include "store/journal/file.h"

namespace seatline::store {

struct Segment {
    std::uint64_t first_seq = 1;
    std::string path;
    std::uint64_t size = 0;  ///< octets that may be read
};

[[nodiscard]] std::string segment_name(std::uint64_t first_seq);

/// The segments in the folder in order of numbers, with their sizes.
[[nodiscard]] Result<std::vector<Segment>> list_segments(const std::string& folder);

/// What a check of the last segment found.
struct SegmentCheck {
    std::uint64_t last_seq = 0;   ///< first_seq - 1 when no whole line is left
    std::uint64_t good_size = 0;  ///< where the whole lines end
};

/// Reads every line of a segment. Bad lines at the very end are a torn tail (good_size < size); a
/// bad line that whole ones follow, or a gap in the numbers, is an error that names file and
/// offset.
[[nodiscard]] Result<SegmentCheck> check_segment(const Segment& segment);

/// Gives `sink` the events of the segment with seq > after, until it returns false. Answers false
/// when it was stopped. Errors: a damaged line, with file and offset.
[[nodiscard]] Result<bool> read_segment(const Segment& segment, std::uint64_t after,
                                        const std::function<bool(core::Event&&)>& sink);

}  // namespace seatline::store
