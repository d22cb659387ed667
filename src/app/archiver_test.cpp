#include "app/archiver.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "archive/archive.h"
#include "archive/wav_file.h"

namespace seatline::app {
namespace {

namespace fs = std::filesystem;
constexpr TenantId kTenant{1};
constexpr Instant kNoon = from_unix_us(1'795'320'000'000'000);

/// A data folder with journal, database and archiver; what the archiver reports becomes an event as
/// the engine makes it.
struct Center {
    Center() {
        std::string name = fs::temp_directory_path() / "seatline-archiver-XXXXXX";
        folder = ::mkdtemp(name.data());
        core::Tenant tenant;
        tenant.id = kTenant;
        directory.tenants = {tenant};
        open();
    }
    ~Center() {
        close();
        fs::remove_all(folder);
    }
    void open() {
        journal = std::move(*store::Journal::open(folder));
        database = std::move(*store::Database::open(folder, *journal, directory));
        archiver = std::make_unique<Archiver>(Archiver::Parts{
            folder,
            {},
            directory,
            *database,
            seconds{0},
            [this] { return clock(); },
            [this](core::ArchiveReport report) {
                std::visit([&](auto& what) { add(report.tenant, std::move(what)); }, report.what);
            }});
        started = true;
        archiver->start();
    }
    void close() {
        archiver->stop();
        started = false;
        archiver.reset();
        database.reset();
        journal.reset();
    }
    void add(TenantId tenant, core::EventBody body) {
        const std::lock_guard lock(mutex);
        std::vector<core::Event> events{{0, clock(), tenant, std::move(body)}};
        ASSERT_TRUE(journal->append(events).has_value());
        if (started) archiver->see(events);
        database->apply(std::move(events));
    }
    void put_wav(const std::string& path) const {
        const auto header = archive::make_wav_header(16'000, 2);
        std::ofstream out(folder + "/" + path, std::ios::binary);
        out.write(header.data(), header.size());
        const std::string samples(64'000, '\1');
        out << samples;
    }
    /// A finished call with a recording.
    void record(std::uint64_t id) {
        const std::string path = std::to_string(id) + ".wav";
        put_wav(path);
        add(kTenant, core::CallArrived{CallId{id}, LegId{id}, TrunkId{1}, "1", "2", "x"});
        add(kTenant, core::RecordingStarted{CallId{id}, path, RecordingId{id}});
        add(kTenant, core::CallEnded{CallId{id}, core::Party::caller, core::EndCause::normal});
        add(kTenant,
            core::RecordingFinished{CallId{id}, path, 2000ms, 64'044, "", RecordingId{id}});
    }
    /// `now`, and it runs: what is tried again must come due.
    [[nodiscard]] Instant clock() const {
        return now.load() +
               std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - began);
    }
    [[nodiscard]] bool has(const std::string& name) const {
        return fs::exists(folder + "/" + name);
    }
    /// Waits for the other threads, 20 s at most.
    template <class Condition>
    [[nodiscard]] static bool eventually(Condition condition) {
        for (int i = 0; i < 2000; ++i) {
            if (condition()) return true;
            std::this_thread::sleep_for(10ms);
        }
        return false;
    }

    std::string folder;
    core::Directory directory;
    std::atomic<Instant> now{kNoon};
    const std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
    std::mutex mutex;
    std::atomic<bool> started{false};
    std::unique_ptr<store::Journal> journal;
    std::unique_ptr<store::Database> database;
    std::unique_ptr<Archiver> archiver;
};

TEST(archiver, a_finished_recording_is_archived_and_its_wav_goes_after_the_journal_has_it) {
    Center center;
    center.record(5);
    ASSERT_TRUE(Center::eventually([&] { return center.has("5.opus") && !center.has("5.wav"); }));
    center.database->wait_applied(center.journal->last_seq());
    EXPECT_EQ(center.database->recording_path(kTenant, CallId{5}), "5.opus");
    const auto record = center.database->call(kTenant, CallId{5});
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record->recordings.at(0).codec, "opus");
}

TEST(archiver, a_start_resumes_what_a_crash_left) {
    Center center;
    center.archiver->stop();  // as if it had died before it came to them
    center.record(5);
    center.record(6);
    // 6 was archived and told, and died before its WAV was removed.
    ASSERT_TRUE(archive::archive_recording(center.folder, "6.wav", {}).has_value());
    center.add(kTenant,
               core::RecordingStored{CallId{6}, RecordingId{6}, "6.opus", 1, "opus", false});
    center.close();
    center.now = kNoon + 1min;
    center.open();
    EXPECT_TRUE(Center::eventually(
        [&] { return center.has("5.opus") && !center.has("5.wav") && !center.has("6.wav"); }));
}

TEST(archiver, what_is_not_kept_is_deleted_with_a_proof) {
    Center center;
    center.record(5);
    ASSERT_TRUE(Center::eventually([&] { return !center.has("5.wav"); }));
    center.close();
    center.now = kNoon + 31 * 24h;
    center.open();
    ASSERT_TRUE(Center::eventually([&] { return !center.has("5.opus"); }));
    ASSERT_TRUE(Center::eventually([&] {
        return !center.database->deletions(kTenant, kNoon, kNoon + 99 * 24h, 0, 10).empty();
    }));
    const auto log = center.database->deletions(kTenant, kNoon, kNoon + 99 * 24h, 0, 10);
    ASSERT_EQ(log.size(), 1u);
    EXPECT_EQ(log[0].reason, "retention 30 days");
}

TEST(archiver, a_wish_to_delete_is_done_when_it_returns) {
    Center center;
    center.record(5);
    center.database->wait_applied(center.journal->last_seq());
    EXPECT_EQ(center.archiver->remove(TenantId{2}, RecordingId{5}, "", "").error().code,
              "not_found");
    ASSERT_TRUE(center.archiver->remove(kTenant, RecordingId{5}, "request", "li").has_value());
    EXPECT_FALSE(center.has("5.wav") || center.has("5.opus"));
    center.database->wait_applied(center.journal->last_seq());
    EXPECT_EQ(center.archiver->remove(kTenant, RecordingId{5}, "", "").error().code, "not_found");
    EXPECT_FALSE(center.database->call(kTenant, CallId{5})->has_recording);
}

}  // namespace
}  // namespace seatline::app
