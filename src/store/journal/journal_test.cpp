#include "store/journal/journal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "base/log.h"
#include "store/journal/crc32c.h"
#include "store/journal/segment.h"
#include "store/test_support.h"

namespace seatline::store {
namespace {

using test::TempFolder;

std::vector<core::Event> some_events(std::uint64_t first_call, std::size_t count) {
    std::vector<core::Event> events;
    for (std::size_t i = 0; i < count; ++i) {
        events.push_back(test::event(TenantId{1}, test::kNoon,
                                     core::CallQueued{CallId{first_call + i}, QueueId{2}}));
    }
    return events;
}

std::unique_ptr<Journal> must_open(const std::string& folder, const JournalOptions& options = {}) {
    auto journal = open_journal(folder, options);
    EXPECT_TRUE(journal.has_value()) << journal.error().text();
    return std::move(*journal);
}

/// The calls of all events after `after`; checks that the numbers have no gap.
std::vector<std::uint64_t> read_calls(const Journal& journal, std::uint64_t after = 0) {
    std::vector<std::uint64_t> calls;
    std::uint64_t seq = after;
    const auto read = journal.read(after, [&](core::Event&& event) {
        EXPECT_EQ(event.seq, ++seq);
        calls.push_back(std::get<core::CallQueued>(event.body).call.value);
        return true;
    });
    EXPECT_TRUE(read.has_value()) << read.error().text();
    return calls;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, const std::string& data) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << data;
}

std::string first_segment(const TempFolder& folder) {
    return folder.path + "/journal/" + segment_name(1);
}

TEST(crc32c, gives_the_check_value_of_the_standard) {
    EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
}

TEST(journal, keeps_events_and_numbers_over_a_restart) {
    const TempFolder folder;
    {
        auto journal = must_open(folder.path);
        auto events = some_events(1, 3);
        ASSERT_TRUE(journal->append(events).has_value());
        EXPECT_EQ(events[2].seq, 3u);
    }
    auto journal = must_open(folder.path);
    EXPECT_EQ(journal->last_seq(), 3u);
    auto events = some_events(4, 1);
    ASSERT_TRUE(journal->append(events).has_value());
    EXPECT_EQ(events[0].seq, 4u);
    EXPECT_EQ(read_calls(*journal), (std::vector<std::uint64_t>{1, 2, 3, 4}));
    EXPECT_EQ(read_calls(*journal, 2), (std::vector<std::uint64_t>{3, 4}));
    EXPECT_TRUE(read_calls(*journal, 4).empty());
}

TEST(journal, reads_from_any_number_over_many_segments) {
    const TempFolder folder;
    auto journal = must_open(folder.path, {20'000, 50ms});
    for (std::uint64_t call = 1; call <= 2000; call += 5) {
        auto events = some_events(call, 5);
        ASSERT_TRUE(journal->append(events).has_value());
    }
    EXPECT_GT(list_segments(folder.path + "/journal")->size(), 5u);
    for (std::uint64_t after = 0; after <= 2000; after += 37) {
        const auto calls = read_calls(*journal, after);
        ASSERT_EQ(calls.size(), 2000 - after);
        EXPECT_TRUE(calls.empty() || calls.front() == after + 1);
    }
    journal.reset();
    EXPECT_EQ(must_open(folder.path)->last_seq(), 2000u);
}

TEST(journal, a_tail_torn_at_any_octet_is_cut_off) {
    const TempFolder folder;
    std::size_t two_lines = 0;
    {
        auto journal = must_open(folder.path);
        auto events = some_events(1, 2);
        ASSERT_TRUE(journal->append(events).has_value());
        two_lines = std::filesystem::file_size(first_segment(folder));
        events = some_events(3, 1);
        ASSERT_TRUE(journal->append(events).has_value());
    }
    const std::string whole = read_file(first_segment(folder));
    log::set_level(log::level::err);  // a warning each time
    for (std::size_t size = two_lines; size < whole.size(); ++size) {
        write_file(first_segment(folder), whole.substr(0, size));
        auto journal = must_open(folder.path);
        ASSERT_EQ(journal->last_seq(), 2u) << size;
        auto events = some_events(7, 1);
        ASSERT_TRUE(journal->append(events).has_value());
        ASSERT_EQ(read_calls(*journal), (std::vector<std::uint64_t>{1, 2, 7}));
    }
    write_file(first_segment(folder),
               whole + std::string(4096, '\0'));  // a size that grew before its data came
    EXPECT_EQ(must_open(folder.path)->last_seq(), 3u);
    log::set_level(log::level::info);
}

TEST(journal, damage_in_the_middle_is_an_error_that_names_file_and_offset) {
    const TempFolder folder;
    {
        auto journal = must_open(folder.path);
        auto events = some_events(1, 3);
        ASSERT_TRUE(journal->append(events).has_value());
    }
    std::string data = read_file(first_segment(folder));
    const std::size_t second = data.find('\n') + 1;
    data[second + 40] ^= 1;
    write_file(first_segment(folder), data);
    const auto journal = open_journal(folder.path, {});
    ASSERT_TRUE(journal.has_error());
    EXPECT_NE(journal.error().reason.find(first_segment(folder)), std::string::npos);
    EXPECT_NE(journal.error().reason.find("offset " + std::to_string(second)), std::string::npos);
    EXPECT_EQ(journal.error().field, "data");
    EXPECT_EQ(read_file(first_segment(folder)), data) << "a damaged journal must not be changed";
}

TEST(journal, damage_in_an_older_segment_is_an_error_of_reading) {
    const TempFolder folder;
    auto journal = must_open(folder.path, {500, 50ms});
    for (std::uint64_t call = 1; call <= 20; ++call) {
        auto events = some_events(call, 1);
        ASSERT_TRUE(journal->append(events).has_value());
    }
    std::string data = read_file(first_segment(folder));
    data[60] ^= 1;
    write_file(first_segment(folder), data);
    EXPECT_TRUE(journal->read(0, [](core::Event&&) { return true; }).has_error());
    EXPECT_TRUE(journal->read(15, [](core::Event&&) { return true; }).has_value());
}

TEST(journal, a_second_process_is_refused_by_name) {
    const TempFolder folder;
    auto journal = must_open(folder.path);
    const auto second = open_journal(folder.path, {});
    ASSERT_TRUE(second.has_error());
    EXPECT_EQ(second.error().text(),
              "data: " + folder.path + " is in use by another seatline process");
    journal.reset();
    EXPECT_TRUE(open_journal(folder.path, {}).has_value());
}

/// In a child: fills the "disk" (RLIMIT_FSIZE), then raises it. Answers 0 when all went as it
/// should.
int disk_full_child(const std::string& folder) {
    ::signal(SIGXFSZ, SIG_IGN);
    auto journal = open_journal(folder, {});
    if (journal.has_error()) return 1;
    auto first = some_events(1, 10);
    if ((*journal)->append(first).has_error()) return 2;
    const auto size = std::filesystem::file_size(folder + "/journal/" + segment_name(1));
    rlimit limit{size + 700, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    auto batch = some_events(11, 20);
    const auto full = (*journal)->append(batch);
    if (full.has_value() || full.error().code != "unavailable" || batch[0].seq != 0) return 3;
    if (std::filesystem::file_size(folder + "/journal/" + segment_name(1)) != size) return 4;
    if ((*journal)->last_seq() != 10 || read_calls(**journal).size() != 10) return 5;
    auto small = some_events(11, 1);
    if ((*journal)->append(small).has_error()) return 6;
    limit.rlim_cur = RLIM_INFINITY;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    batch = some_events(12, 20);
    if ((*journal)->append(batch).has_error() || batch[0].seq != 12) return 7;
    return 0;
}

TEST(journal, a_batch_that_does_not_fit_on_the_disk_is_not_there_at_all) {
    const TempFolder folder;
    const pid_t child = ::fork();
    if (child == 0) ::_exit(disk_full_child(folder.path));
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    const auto calls = read_calls(*must_open(folder.path));
    ASSERT_EQ(calls.size(), 31u);
    for (std::size_t i = 0; i < calls.size(); ++i) EXPECT_EQ(calls[i], i + 1);
}

TEST(journal, is_read_while_it_is_appended_to) {
    const TempFolder folder;
    auto journal = must_open(folder.path, {50'000, 1ms});
    std::atomic<bool> done = false;
    std::thread reader([&] {
        std::uint64_t seen = 0;
        while (!done || seen < journal->last_seq()) {
            const auto read = journal->read(seen, [&](core::Event&& event) {
                EXPECT_EQ(event.seq, ++seen);
                return true;
            });
            ASSERT_TRUE(read.has_value()) << read.error().text();
        }
        EXPECT_EQ(seen, 10'000u);
    });
    for (std::uint64_t call = 1; call <= 10'000; call += 4) {
        auto events = some_events(call, 4);
        ASSERT_TRUE(journal->append(events).has_value());
    }
    done = true;
    reader.join();
}

}  // namespace
}  // namespace seatline::store
