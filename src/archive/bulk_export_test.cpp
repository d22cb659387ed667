#include "archive/bulk_export.h"

#include <gtest/gtest.h>

#include "archive/archive.h"
#include "archive/test_support.h"

namespace seatline::archive {
namespace {

using test::put_wav;
using test::TempFolder;

class Text final : public ByteSource {
public:
    explicit Text(std::string text, bool fails = false) : text_(std::move(text)), fails_(fails) {}
    std::uint64_t size() const override { return text_.size(); }
    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
        if (offset >= text_.size()) {
            if (fails_) return invalid("recordings", "chunk 1 is damaged");
            return std::size_t{0};
        }
        return text_.copy(out.data(), out.size(), offset);
    }

private:
    const std::string text_;
    const bool fails_;
};

Sink to_file(File& file) {
    return [&file](std::span<const char> data) { return file.append(data); };
}

/// What unzip and Python's zipfile think of it: both read every octet and compare the CRCs.
void expect_whole(const std::string& path) {
    EXPECT_EQ(std::system(("unzip -tqq " + path + " >/dev/null").c_str()), 0);
    EXPECT_EQ(std::system(("python3 -c \"import zipfile,sys; "
                           "sys.exit(zipfile.ZipFile('" +
                           path + "').testzip() is not None)\"")
                              .c_str()),
              0);
}

constexpr Instant kNoon = from_unix_us(1'795'320'000'000'000);

TEST(zip_writer, strangers_read_it) {
    for (const std::uint64_t zip64_from : {0xFFFFFFFFul, 0ul, 100ul}) {
        const TempFolder folder;
        auto file = File::create(folder.full("a.zip"));
        ZipWriter zip(to_file(**file), zip64_from);
        for (const char* name : {"一.txt", "two.txt", "empty"}) {
            const auto r = zip.add(
                name, kNoon, Text(std::string(name) == "empty" ? "" : std::string(100'000, 'x')));
            ASSERT_TRUE(r.has_value());
            EXPECT_EQ(r->error, "");
        }
        ASSERT_TRUE(zip.finish().has_value());
        expect_whole(folder.full("a.zip"));
    }
}

TEST(zip_writer, more_entries_than_sixteen_bits_count) {
    const TempFolder folder;
    auto file = File::create(folder.full("a.zip"));
    ZipWriter zip(to_file(**file));
    for (int i = 0; i < 66'000; ++i)
        ASSERT_TRUE(zip.add(std::to_string(i), kNoon, Text("x")).has_value());
    ASSERT_TRUE(zip.finish().has_value());
    EXPECT_EQ(
        std::system(("python3 -c \"import zipfile,sys; z=zipfile.ZipFile('" + folder.full("a.zip") +
                     "'); sys.exit(len(z.namelist())!=66000 or z.read('65999')!=b'x')\"")
                        .c_str()),
        0);
}

TEST(zip_writer, an_entry_that_fails_ends_there_and_the_rest_is_whole) {
    const TempFolder folder;
    auto file = File::create(folder.full("a.zip"));
    ZipWriter zip(to_file(**file));
    const auto bad = zip.add("bad", kNoon, Text("begun", true));
    ASSERT_TRUE(bad.has_value());
    EXPECT_EQ(bad->error, "chunk 1 is damaged");
    ASSERT_TRUE(zip.add("good", kNoon, Text("good")).has_value());
    ASSERT_TRUE(zip.finish().has_value());
    expect_whole(folder.full("a.zip"));
}

TEST(bulk_export, has_the_recordings_and_an_index_that_names_what_is_missing) {
    const TempFolder folder;
    put_wav(folder.full("1.wav"), test::sound(8000, 2), 2);
    ASSERT_TRUE(archive_recording(folder.path, "1.wav", {}).has_value());
    put_wav(folder.full("2.wav"), test::sound(8000, 2), 2);
    for (const ExportFormat format : {ExportFormat::stored, ExportFormat::wav}) {
        auto file = File::create(folder.full("a.zip"));
        const KeyRing keys;
        BulkExport all(folder.path, keys, format, to_file(**file));
        core::CallRecord call;
        call.caller = "=1+1";
        call.called = "4008001000";
        call.arrived_at = kNoon;
        core::RecordingRecord recording;
        recording.started_at = kNoon;
        for (const char* path : {"1.opus", "2.wav", "3.opus"}) {
            call.call.value++;
            recording.recording.value++;
            ASSERT_TRUE(all.add(call, recording, path).has_value());
        }
        ASSERT_TRUE(all.finish(kNoon).has_value());
        expect_whole(folder.full("a.zip"));
        ASSERT_EQ(std::system(("cd " + folder.path + " && unzip -oqq a.zip").c_str()), 0);
        const std::string index = test::get_file(folder.full("index.csv"));
        EXPECT_EQ(std::count(index.begin(), index.end(), '\n'), 4);
        const std::string first = format == ExportFormat::wav ? "call-1-1.wav" : "call-1-1.opus";
        EXPECT_NE(index.find(first), std::string::npos);
        EXPECT_NE(index.find("No such file"), std::string::npos) << index;
        EXPECT_NE(index.find("\"'=1+1\""), std::string::npos) << "no formula";
        if (format == ExportFormat::wav)
            EXPECT_EQ(std::filesystem::file_size(folder.full(first)), 44 + 8000u * 4);
        else
            EXPECT_EQ(test::get_file(folder.full(first)), test::get_file(folder.full("1.opus")));
    }
}

TEST(bulk_export, a_client_that_goes_away_ends_it) {
    const KeyRing keys;
    BulkExport all("/nowhere", keys, ExportFormat::stored,
                   [](std::span<const char>) -> Result<void> {
                       return Error{"unavailable", "", "the client has gone"};
                   });
    EXPECT_EQ(all.finish(kNoon).error().reason, "the client has gone");
}

TEST(csv_field, is_quoted_and_never_a_formula) {
    EXPECT_EQ(csv_field("a\"b,c"), "\"a\"\"b,c\"");
    EXPECT_EQ(csv_field("+8613800001234"), "\"+8613800001234\"");
    EXPECT_EQ(csv_field("+cmd|x"), "\"'+cmd|x\"");
    EXPECT_EQ(csv_field("@x"), "\"'@x\"");
    EXPECT_EQ(csv_field(""), "\"\"");
}

}  // namespace
}  // namespace seatline::archive
