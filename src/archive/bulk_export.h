#pragma once
// Many recordings as one ZIP with an index of their calls (index.csv, the last entry), written as
// it is sent.
#include "archive/key_ring.h"
#include "archive/zip_writer.h"
#include "core/record/records.h"

namespace seatline::archive {

enum class ExportFormat {
    stored,  ///< Ogg Opus, decrypted; what is not archived yet is WAV
    wav      ///< 16 bit, 8 kHz: eight times as large
};

/// One thread; blocks on the disk and on the sink.
class BulkExport {
public:
    BulkExport(std::string data_folder, const KeyRing& keys, ExportFormat format, Sink out);

    /// Adds a recording of a call. One that can't be read does not end the export: the index says
    /// why. Errors: the sink's.
    [[nodiscard]] Result<void> add(const core::CallRecord& call,
                                   const core::RecordingRecord& recording, const std::string& path);
    /// Writes the index and ends the ZIP.
    [[nodiscard]] Result<void> finish(Instant now);

private:
    const std::string data_folder_;
    const KeyRing& keys_;
    const ExportFormat format_;
    ZipWriter zip_;
    std::string index_;
};

/// A field of a CSV file (RFC 4180): quoted, and never a formula to a spreadsheet: numbers come
/// from whoever calls.
[[nodiscard]] std::string csv_field(std::string_view text);

}  // namespace seatline::archive
