#include "archive/bulk_export.h"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "archive/archive.h"
#include "base/json.h"

namespace seatline::archive {
namespace {

constexpr const char* kHead =
    "call,recording,direction,arrived_at,caller,called,agent,queue,result,started_at,length_ms,"
    "file,error\r\n";

class TextSource final : public ByteSource {
public:
    explicit TextSource(const std::string& text) : text_(text) {}
    std::uint64_t size() const override { return text_.size(); }
    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
        if (offset >= text_.size()) return std::size_t{0};
        const std::size_t count = std::min<std::size_t>(out.size(), text_.size() - offset);
        std::memcpy(out.data(), text_.data() + offset, count);
        return count;
    }

private:
    const std::string& text_;
};

std::string time_text(Instant at) {
    std::string out;
    append_rfc3339(out, at);
    return out;
}

std::string end_of(const std::string& path, ExportFormat format) {
    return format == ExportFormat::wav || path.ends_with(".wav") ? ".wav" : ".opus";
}

}  // namespace

std::string csv_field(std::string_view text) {
    std::string out = "\"";
    const bool is_signed = !text.empty() && (text[0] == '+' || text[0] == '-');
    const bool is_number =
        is_signed && text.size() > 1 &&
        std::all_of(text.begin() + 1, text.end(), [](unsigned char c) { return std::isdigit(c); });
    const bool is_formula =
        !text.empty() && !is_number && std::strchr("=+-@\t\r", text[0]) != nullptr;
    if (is_formula) out += '\'';
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

BulkExport::BulkExport(std::string data_folder, const KeyRing& keys, ExportFormat format, Sink out)
    : data_folder_(std::move(data_folder)),
      keys_(keys),
      format_(format),
      zip_(std::move(out)),
      index_(kHead) {}

Result<void> BulkExport::add(const core::CallRecord& call, const core::RecordingRecord& recording,
                             const std::string& path) {
    std::string name = "call-" + std::to_string(call.call.value) + "-" +
                       std::to_string(recording.recording.value) + end_of(path, format_);
    std::string error;
    const auto source = format_ == ExportFormat::wav ? open_as_wav(data_folder_, path, keys_)
                                                     : open_stored(data_folder_, path, keys_);
    if (source.has_error()) {
        error = source.error().reason;
        name.clear();
    } else {
        const auto added = zip_.add(name, recording.started_at, **source);
        if (added.has_error()) return added.error();
        error = added->error;
    }
    const auto number = [](const auto& id) { return id ? std::to_string(id->value) : ""; };
    const std::string fields[] = {std::to_string(call.call.value),
                                  std::to_string(recording.recording.value),
                                  std::string(enum_name(call.direction)),
                                  time_text(call.arrived_at),
                                  call.caller,
                                  call.called,
                                  number(call.agent),
                                  number(call.queue),
                                  std::string(enum_name(call.result)),
                                  time_text(recording.started_at),
                                  std::to_string(recording.length_ms.count()),
                                  name,
                                  error};
    for (const std::string& field : fields)
        index_ += csv_field(field) + (&field == std::end(fields) - 1 ? "\r\n" : ",");
    return {};
}

Result<void> BulkExport::finish(Instant now) {
    const auto added = zip_.add("index.csv", now, TextSource(index_));
    if (added.has_error()) return added.error();
    return zip_.finish();
}

}  // namespace seatline::archive
