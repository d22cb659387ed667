#include "archive/archive.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>

#include "archive/opus_decode.h"
#include "archive/opus_encode.h"
#include "archive/test_support.h"

namespace seatline::archive {
namespace {

using test::get_file;
using test::put_file;
using test::put_wav;
using test::TempFolder;

KeyRing some_keys() {
    const TempFolder folder;
    put_file(folder.full("key"), "1 " + std::string(64, '7'));
    return *KeyRing::load(folder.full("key"));
}

std::vector<std::int16_t> decoded(const TempFolder& folder, const std::string& path,
                                  const KeyRing& keys) {
    const auto source = open_as_wav(folder.path, path, keys);
    EXPECT_TRUE(source.has_value()) << source.error().text();
    const auto wav = test::read_all(**source);
    EXPECT_TRUE(wav.has_value()) << wav.error().text();
    return test::samples_of(*wav);
}

TEST(archive, the_sound_comes_back_in_place_to_the_sample) {
    for (const std::uint32_t channels : {1u, 2u}) {
        for (const std::uint64_t frames : {1ul, 7ul, 159ul, 8000ul, 100'003ul}) {
            for (const KeyRing& keys : {KeyRing(), some_keys()}) {
                const TempFolder folder;
                const auto original = test::sound(frames, channels);
                put_wav(folder.full("5.wav"), original, channels);
                const auto made = archive_recording(folder.path, "5.wav", keys);
                ASSERT_TRUE(made.has_value()) << made.error().text();
                EXPECT_EQ(made->path, keys.encrypts() ? "5.opus.enc" : "5.opus");
                EXPECT_EQ(made->encrypted, keys.encrypts());
                EXPECT_EQ(made->octets, std::filesystem::file_size(folder.full(made->path)));
                EXPECT_EQ(folder.names().size(), 2u) << "the WAV stays, nothing else is left";
                const auto back = decoded(folder, made->path, keys);
                ASSERT_EQ(back.size(), original.size());
                if (frames < 8000) continue;
                for (std::uint32_t c = 0; c < channels; ++c) {
                    EXPECT_GT(test::likeness(test::side(original, channels, c),
                                             test::side(back, channels, c)),
                              0.95);
                }
            }
        }
    }
}

TEST(archive, an_empty_recording_stays_empty) {
    for (const KeyRing& keys : {KeyRing(), some_keys()}) {
        const TempFolder folder;
        put_wav(folder.full("5.wav"), {}, 2);
        const auto made = archive_recording(folder.path, "5.wav", keys);
        ASSERT_TRUE(made.has_value()) << made.error().text();
        EXPECT_TRUE(decoded(folder, made->path, keys).empty());
    }
}

TEST(archive, one_side_is_not_heard_on_the_other) {
    const TempFolder folder;
    auto samples = test::sound(40'000, 2);
    for (std::size_t i = 1; i < samples.size(); i += 2) samples[i] = 0;
    put_wav(folder.full("5.wav"), samples, 2);
    const auto made = archive_recording(folder.path, "5.wav", {});
    ASSERT_TRUE(made.has_value());
    const auto back = decoded(folder, made->path, {});
    const double leak_db = 10 * std::log10((test::power(test::side(back, 2, 1)) + 1e-3) /
                                           test::power(test::side(back, 2, 0)));
    EXPECT_LT(leak_db, -60);
}

TEST(archive, a_jump_gives_what_reading_on_gives) {
    const TempFolder folder;
    put_wav(folder.full("5.wav"), test::sound(160'000, 2), 2);
    const auto made = archive_recording(folder.path, "5.wav", some_keys());
    ASSERT_TRUE(made.has_value());
    const auto whole = decoded(folder, made->path, some_keys());
    auto file = open_stored(folder.path, made->path, some_keys());
    ASSERT_TRUE(file.has_value());
    auto reader = OpusReader::open(std::shared_ptr<const ByteSource>(std::move(*file)));
    ASSERT_TRUE(reader.has_value());
    std::vector<std::int16_t> piece;
    for (const std::uint64_t from : {100'000ul, 1ul, 159'999ul, 63'333ul, 40'000ul, 0ul}) {
        ASSERT_TRUE((*reader)->read(from, 8000, piece).has_value());
        ASSERT_EQ(piece.size(), std::min<std::uint64_t>(8000, 160'000 - from) * 2);
        if (piece.size() < 100) continue;
        const std::vector<std::int16_t> same(
            whole.begin() + static_cast<std::ptrdiff_t>(from * 2),
            whole.begin() + static_cast<std::ptrdiff_t>(from * 2 + piece.size()));
        for (const std::uint32_t c : {0u, 1u})
            EXPECT_GT(test::likeness(test::side(piece, 2, c), test::side(same, 2, c)), 0.995)
                << "from " << from;
    }
    ASSERT_TRUE((*reader)->read(999'999, 10, piece).has_value());
    EXPECT_TRUE(piece.empty());
    // As a byte range of the WAV that a browser asks for.
    const auto wav = open_as_wav(folder.path, made->path, some_keys());
    ASSERT_TRUE(wav.has_value());
    EXPECT_EQ((*wav)->size(), 44 + 160'000u * 4);
    EXPECT_EQ(test::read_all(**wav, (*wav)->size() - 3)->size(), 3u);
    EXPECT_EQ(test::read_all(**wav, 0)->substr(0, 4), "RIFF");
}

TEST(archive, what_is_no_recording_is_refused_and_leaves_nothing) {
    const TempFolder folder;
    EXPECT_EQ(archive_recording(folder.path, "none.wav", {}).error().code, "not_found");
    put_file(folder.full("x.wav"), "RIFF and so on, but no WAV at all");
    EXPECT_EQ(archive_recording(folder.path, "x.wav", {}).error().code, "invalid");
    EXPECT_EQ(folder.names(), std::vector<std::string>{"x.wav"});
}

TEST(archive, damage_to_a_plain_file_is_an_error_and_not_a_crash) {
    const TempFolder folder;
    put_wav(folder.full("5.wav"), test::sound(40'000, 2), 2);
    ASSERT_TRUE(archive_recording(folder.path, "5.wav", {}).has_value());
    const std::string good = get_file(folder.full("5.opus"));
    for (std::size_t size = 0; size < good.size(); size += 211) {
        put_file(folder.full("5.opus"), good.substr(0, size));
        const auto wav = open_as_wav(folder.path, "5.opus", {});
        if (wav.has_value()) (void)test::read_all(**wav);
        std::string bad = good;
        bad[size] = static_cast<char>(bad[size] ^ 0x55);
        put_file(folder.full("5.opus"), bad);
        const auto other = open_as_wav(folder.path, "5.opus", {});
        if (other.has_value()) (void)test::read_all(**other);
    }
    put_file(folder.full("5.opus"), good.substr(0, 20));
    EXPECT_EQ(open_as_wav(folder.path, "5.opus", {}).error().code, "invalid");
}

TEST(archive, a_full_disk_leaves_the_wav_and_nothing_else) {
    const TempFolder folder;
    put_wav(folder.full("5.wav"), test::sound(400'000, 2), 2);
    const KeyRing keys = some_keys();
    for (const rlim_t limit : {0, 10, 5'000, 60'000}) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::signal(SIGXFSZ, SIG_IGN);
            const rlimit size{limit, limit};
            ::setrlimit(RLIMIT_FSIZE, &size);
            const auto made = archive_recording(folder.path, "5.wav", keys);
            ::_exit(made.has_error() && made.error().code == "unavailable" ? 0 : 1);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << limit;
        EXPECT_EQ(folder.names(), std::vector<std::string>{"5.wav"}) << limit;
    }
}

TEST(archive, killed_at_any_step_there_is_the_wav_and_a_second_run_mends_it) {
    for (int step = 0; step <= static_cast<int>(Step::folder_synced); ++step) {
        const TempFolder folder;
        const auto original = test::sound(40'000, 2);
        put_wav(folder.full("5.wav"), original, 2);
        const KeyRing keys = some_keys();
        const pid_t child = ::fork();
        if (child == 0) {
            (void)archive_recording(folder.path, "5.wav", keys, [step](Step at) {
                if (static_cast<int>(at) == step) ::kill(::getpid(), SIGKILL);
            });
            ::_exit(1);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status)) << step;
        EXPECT_EQ(decoded(folder, "5.wav", keys), original) << "after step " << step;
        if (std::filesystem::exists(folder.full("5.opus.enc"))) {
            EXPECT_EQ(decoded(folder, "5.opus.enc", keys).size(), original.size())
                << "what has its name is whole";
        }
        const auto made = archive_recording(folder.path, "5.wav", keys);
        ASSERT_TRUE(made.has_value()) << made.error().text();
        ASSERT_TRUE(remove_wav(folder.path, made->path).has_value());
        EXPECT_EQ(folder.names(), std::vector<std::string>{"5.opus.enc"});
        EXPECT_TRUE(remove_wav(folder.path, made->path).has_value()) << "twice is no error";
    }
}

TEST(archive, deletion_takes_every_form) {
    const TempFolder folder;
    for (const char* name :
         {"5.wav", "5.opus", "5.opus.enc", "5.opus.part", "5.opus.enc.part", "55.wav"})
        put_file(folder.full(name), "x");
    ASSERT_TRUE(delete_recording(folder.path, "5.opus.enc").has_value());
    EXPECT_EQ(folder.names(), std::vector<std::string>{"55.wav"});
    EXPECT_TRUE(delete_recording(folder.path, "5.wav").has_value());
    EXPECT_EQ(open_stored(folder.path, "5.opus", {}).error().code, "not_found");
}

TEST(archive, is_due_after_its_days) {
    const Instant start = from_unix_us(1'795'320'000'000'000);
    EXPECT_FALSE(is_due(start, 30, start + 30 * 24h));
    EXPECT_TRUE(is_due(start, 30, start + 30 * 24h + 1us));
    EXPECT_FALSE(is_due(start, 0, start + 9999 * 24h));
}

/// Prints the figure of src/archive/README.md; asserts only that it is sane.
TEST(archive, what_an_hour_of_sound_costs) {
    const TempFolder folder;
    const std::uint64_t minutes_of_sound = 3;
    put_wav(folder.full("5.wav"), test::sound(kRate * 60 * minutes_of_sound, 2), 2);
    const std::clock_t before = std::clock();
    const auto made = archive_recording(folder.path, "5.wav", some_keys());
    const double cpu = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    ASSERT_TRUE(made.has_value());
    const double hours = static_cast<double>(minutes_of_sound) / 60;
    const std::clock_t decoding = std::clock();
    (void)decoded(folder, made->path, some_keys());
    const double back = static_cast<double>(std::clock() - decoding) / CLOCKS_PER_SEC;
    std::printf(
        "archive: an hour of stereo: %.1f s CPU to archive, %.1f s to decode, %.1f MB (%.1f "
        "kbit/s)\n",
        cpu / hours, back / hours, static_cast<double>(made->octets) / hours / 1e6,
        static_cast<double>(made->octets) * 8 / 1000 / (60.0 * minutes_of_sound));
    EXPECT_LT(static_cast<double>(made->octets) * 8 / (60.0 * minutes_of_sound), 32'000);
}

}  // namespace
}  // namespace seatline::archive
