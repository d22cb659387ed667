#include "archive/sealed_file.h"

#include <gtest/gtest.h>

#include "archive/test_support.h"

namespace seatline::archive {
namespace {

using test::get_file;
using test::put_file;
using test::TempFolder;

const std::string kOne = "1 " + std::string(64, 'a');
const std::string kTwo = "2 " + std::string(64, 'b');

KeyRing ring(const TempFolder& folder, const std::string& lines) {
    put_file(folder.full("key"), lines);
    auto keys = KeyRing::load(folder.full("key"));
    EXPECT_TRUE(keys.has_value()) << keys.error().text();
    return *keys;
}

std::string pattern(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 + i / 251);
    return text;
}

void seal(const std::string& path, const KeyRing& keys, const std::string& text) {
    auto file = File::create(path);
    ASSERT_TRUE(file.has_value());
    auto sealer =
        Sealer::begin(keys, [&](std::span<const char> data) { return (*file)->append(data); });
    ASSERT_TRUE(sealer.has_value());
    for (std::size_t at = 0; at < text.size(); at += 5000)
        ASSERT_TRUE((*sealer)->write(std::string_view(text).substr(at, 5000)).has_value());
    ASSERT_TRUE((*sealer)->finish().has_value());
}

Result<std::unique_ptr<ByteSource>> open(const std::string& path, const KeyRing& keys) {
    auto file = File::open(path);
    if (file.has_error()) return file.error();
    return open_sealed(std::shared_ptr<const File>(std::move(*file)), keys);
}

/// "" when all of it can be read, else the error's code.
std::string outcome(const std::string& path, const KeyRing& keys) {
    const auto source = open(path, keys);
    if (source.has_error()) return source.error().code;
    const auto text = test::read_all(**source);
    return text.has_error() ? text.error().code : "";
}

TEST(sealed_file, reads_back_from_any_place) {
    const TempFolder folder;
    const KeyRing keys = ring(folder, kOne);
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kSealedChunk - 1, kSealedChunk,
                                   kSealedChunk + 1, kSealedChunk * 2, kSealedChunk * 3 + 17}) {
        const std::string text = pattern(size);
        seal(folder.full("f"), keys, text);
        const auto source = open(folder.full("f"), keys);
        ASSERT_TRUE(source.has_value()) << size << ": " << source.error().text();
        EXPECT_EQ((*source)->size(), size);
        EXPECT_EQ(*test::read_all(**source), text);
        for (std::size_t at = 0; at < size; at += size / 7 + 1)
            EXPECT_EQ(*test::read_all(**source, at, 100'003), text.substr(at));
        EXPECT_EQ(
            get_file(folder.full("f")).find(text.substr(0, 64)),
            size < 64 ? get_file(folder.full("f")).find(text.substr(0, 64)) : std::string::npos);
    }
}

TEST(sealed_file, every_flipped_bit_and_every_cut_is_found) {
    const TempFolder folder;
    const KeyRing keys = ring(folder, kOne);
    seal(folder.full("f"), keys, pattern(kSealedChunk * 2 + 100));
    const std::string good = get_file(folder.full("f"));
    for (std::size_t at = 0; at < good.size(); at += at < 40 ? 1 : 997) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 1);
        put_file(folder.full("bad"), bad);
        EXPECT_NE(outcome(folder.full("bad"), keys), "") << "octet " << at;
    }
    const std::size_t stored = kSealedChunk + 16;
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{35}, std::size_t{36}, std::size_t{40}, 36 + stored,
          36 + stored + 5, 36 + stored * 2, good.size() - 1}) {
        put_file(folder.full("bad"), good.substr(0, size));
        EXPECT_NE(outcome(folder.full("bad"), keys), "") << "cut to " << size;
    }
    put_file(folder.full("bad"), good + "x");
    EXPECT_NE(outcome(folder.full("bad"), keys), "") << "lengthened";
}

TEST(sealed_file, chunks_out_of_order_or_of_another_file_are_found) {
    const TempFolder folder;
    const KeyRing keys = ring(folder, kOne);
    seal(folder.full("f"), keys, pattern(kSealedChunk * 3));
    seal(folder.full("g"), keys, pattern(kSealedChunk * 3));
    const std::string f = get_file(folder.full("f"));
    const std::string g = get_file(folder.full("g"));
    const std::size_t stored = kSealedChunk + 16;
    const auto chunk = [&](const std::string& of, std::size_t n) {
        return of.substr(36 + n * stored, stored);
    };
    EXPECT_NE(chunk(f, 0), chunk(g, 0)) << "no two files are encrypted alike";
    put_file(folder.full("bad"), f.substr(0, 36) + chunk(f, 1) + chunk(f, 0) + chunk(f, 2));
    EXPECT_EQ(outcome(folder.full("bad"), keys), "invalid");
    put_file(folder.full("bad"), f.substr(0, 36) + chunk(f, 0) + chunk(g, 1) + chunk(f, 2));
    EXPECT_EQ(outcome(folder.full("bad"), keys), "invalid");
    put_file(folder.full("bad"), f.substr(0, 36) + chunk(f, 0) + chunk(f, 2));
    EXPECT_EQ(outcome(folder.full("bad"), keys), "invalid");
}

TEST(sealed_file, old_keys_open_and_wrong_ones_do_not) {
    const TempFolder folder;
    seal(folder.full("f"), ring(folder, kOne), pattern(1000));
    EXPECT_EQ(outcome(folder.full("f"), ring(folder, kOne + "\n" + kTwo + "\n")), "");
    EXPECT_EQ(ring(folder, kOne + "\n" + kTwo).newest(), 2u) << "the last line is for new files";
    EXPECT_EQ(outcome(folder.full("f"), ring(folder, kTwo)), "not_allowed");
    EXPECT_EQ(outcome(folder.full("f"), ring(folder, "1 " + std::string(64, 'c'))), "invalid");
    EXPECT_EQ(outcome(folder.full("f"), KeyRing()), "not_allowed");
}

TEST(key_ring, says_what_is_wrong_with_its_file_and_never_a_key) {
    const TempFolder folder;
    const auto error = [&](const std::string& text, mode_t mode = 0600) {
        put_file(folder.full("key"), text, mode);
        const auto keys = KeyRing::load(folder.full("key"));
        return keys.has_value() ? std::string() : keys.error().text();
    };
    EXPECT_EQ(error("# made today\n\n" + kOne + "\n"), "");
    EXPECT_NE(error(kOne, 0640).find("chmod 600"), std::string::npos);
    EXPECT_NE(error("").find("has no key"), std::string::npos);
    EXPECT_NE(error(kOne + "\n1 " + std::string(64, 'b')).find("twice"), std::string::npos);
    for (const std::string& bad : {"0 " + std::string(64, 'd'), "1 " + std::string(63, 'd'),
                                   "1 " + std::string(63, 'd') + "g", std::string(64, 'd'),
                                   "1 " + std::string(64, 'd') + " x"}) {
        const std::string text = error(bad);
        EXPECT_NE(text.find("line 1"), std::string::npos) << bad;
        EXPECT_EQ(text.find("ddd"), std::string::npos);
    }
    EXPECT_TRUE(KeyRing::load(folder.full("none")).has_error());
}

}  // namespace
}  // namespace seatline::archive
