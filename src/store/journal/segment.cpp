#include "store/journal/segment.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>

#include "core/engine/event_json.h"
#include "store/journal/line.h"

namespace seatline::store {
namespace {

constexpr std::size_t kChunk = 256 * 1024;
/// Below this distance a search goes on line by line.
constexpr std::uint64_t kNear = 8 * 1024;
constexpr std::string_view kPrefix = "journal-";
constexpr std::string_view kSuffix = ".jsonl";

Error damaged(const Segment& segment, std::uint64_t offset, const std::string& reason) {
    return {"unavailable", "data",
            segment.path + ": offset " + std::to_string(offset) + ": " + reason};
}

/// Walks over the lines of a file from an offset on.
class LineReader {
public:
    LineReader(const File& file, std::uint64_t offset, std::uint64_t end)
        : file_(file), offset_(offset), end_(end) {}

    /// The next line without its line end; empty at the end of the file. The view lives until the
    /// next call. A last line without a line end is given too, with whole() false.
    Result<std::optional<std::string_view>> next() {
        offset_ += taken_;
        taken_ = 0;
        for (std::size_t searched = pos_;;) {
            if (const auto end = buffer_.find('\n', searched); end != std::string::npos) {
                const auto line = std::string_view(buffer_).substr(pos_, end - pos_);
                pos_ = end + 1;
                taken_ = line.size() + 1;
                return std::optional(line);
            }
            const std::uint64_t have_to = offset_ + (buffer_.size() - pos_);
            if (have_to >= end_) break;
            buffer_.erase(0, pos_);
            pos_ = 0;
            searched = buffer_.size();
            const auto count =
                static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, end_ - have_to));
            if (auto r = file_.read_at(have_to, count, chunk_); r.has_error()) return r.error();
            if (chunk_.empty()) break;
            buffer_ += chunk_;
        }
        if (pos_ == buffer_.size()) return std::optional<std::string_view>();
        whole_ = false;
        const auto rest = std::string_view(buffer_).substr(pos_);
        pos_ = buffer_.size();
        taken_ = rest.size();
        return std::optional(rest);
    }
    [[nodiscard]] std::uint64_t line_offset() const { return offset_; }
    [[nodiscard]] bool whole() const { return whole_; }

private:
    const File& file_;
    std::uint64_t offset_;
    const std::uint64_t end_;
    std::string buffer_;
    std::string chunk_;
    std::size_t pos_ = 0;
    std::size_t taken_ = 0;
    bool whole_ = true;
};

struct FoundLine {
    std::uint64_t offset;
    std::uint64_t seq;
};

/// The first line that begins at or after `pos` (> 0), if it looks like one.
Result<std::optional<FoundLine>> line_from(const File& file, std::uint64_t pos, std::uint64_t end) {
    std::string text;
    for (std::size_t count = 2048;; count *= 4) {
        if (auto r = file.read_at(pos - 1, std::min<std::uint64_t>(count, end - pos + 1), text);
            r.has_error()) {
            return r.error();
        }
        const auto line_end = text.find('\n');
        if (line_end != std::string::npos) {
            if (const auto seq = line_seq(std::string_view(text).substr(line_end + 1))) {
                return std::optional(FoundLine{pos + line_end, *seq});
            }
        }
        if (text.size() < count) return std::optional<FoundLine>();
    }
}

/// An offset where a line begins, at or before the line of event `seq` and near to it.
Result<std::uint64_t> find_near(const File& file, std::uint64_t end, std::uint64_t seq) {
    std::uint64_t low = 0;
    std::uint64_t high = end;
    while (high - low > kNear) {
        const std::uint64_t middle = low + (high - low) / 2;
        auto found = line_from(file, middle, end);
        if (found.has_error()) return found.error();
        if (!*found || (*found)->offset >= high || (*found)->seq > seq) {
            high = middle;
        } else {
            low = (*found)->offset;
        }
    }
    return low;
}

}  // namespace

std::string segment_name(std::uint64_t first_seq) {
    std::string digits = std::to_string(first_seq);
    digits.insert(0, 16 - std::min<std::size_t>(16, digits.size()), '0');
    return std::string(kPrefix) + digits + std::string(kSuffix);
}

Result<std::vector<Segment>> list_segments(const std::string& folder) {
    std::vector<Segment> segments;
    std::error_code ec;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ec)) {
        const std::string name = entry.path().filename();
        if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) continue;
        Segment segment{0, entry.path(), entry.file_size(ec)};
        const char* digits = name.data() + kPrefix.size();
        std::from_chars(digits, name.data() + name.size(), segment.first_seq);
        if (name != segment_name(segment.first_seq)) continue;
        segments.push_back(std::move(segment));
    }
    if (ec) return Error{"unavailable", "data", "can't list " + folder + ": " + ec.message()};
    std::sort(segments.begin(), segments.end(),
              [](const Segment& a, const Segment& b) { return a.first_seq < b.first_seq; });
    return segments;
}

Result<SegmentCheck> check_segment(const Segment& segment) {
    auto file = File::open(segment.path, O_RDONLY);
    if (file.has_error()) return file.error();
    SegmentCheck check{segment.first_seq - 1, 0};
    std::optional<std::uint64_t> bad_at;
    LineReader lines(*file, 0, segment.size);
    for (;;) {
        const auto line = lines.next();
        if (line.has_error()) return line.error();
        if (!*line) return check;
        if (!lines.whole() || !checked_json(**line)) {
            if (!bad_at) bad_at = lines.line_offset();
            continue;
        }
        if (bad_at) return damaged(segment, *bad_at, "a damaged line in the middle of the journal");
        if (line_seq(**line) != check.last_seq + 1) {
            return damaged(segment, lines.line_offset(),
                           "event " + std::to_string(check.last_seq + 1) + " was expected here");
        }
        ++check.last_seq;
        check.good_size = lines.line_offset() + (*line)->size() + 1;
    }
}

Result<bool> read_segment(const Segment& segment, std::uint64_t after,
                          const std::function<bool(core::Event&&)>& sink) {
    auto file = File::open(segment.path, O_RDONLY);
    if (file.has_error()) return file.error();
    std::uint64_t start = 0;
    if (after >= segment.first_seq) {
        auto found = find_near(*file, segment.size, after + 1);
        if (found.has_error()) return found.error();
        start = *found;
    }
    LineReader lines(*file, start, segment.size);
    for (;;) {
        const auto line = lines.next();
        if (line.has_error()) return line.error();
        if (!*line) return true;
        if (const auto seq = line_seq(**line); seq && *seq <= after) continue;
        const auto json = checked_json(**line);
        if (!json) return damaged(segment, lines.line_offset(), "a damaged line");
        auto event = core::read_event(*json);
        if (event.has_error()) return damaged(segment, lines.line_offset(), event.error().text());
        if (!sink(std::move(*event))) return false;
    }
}

}  // namespace seatline::store
