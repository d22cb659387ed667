#pragma once
// For tests: sound files that go into a worker and come out of it.
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "media/record/wav.h"
#include "worker/worker_test_client.h"

namespace seatline::worker::testing {

inline std::string temporary(const std::string& name) {
    return (std::filesystem::temp_directory_path() /
            ("seatline_media_" + std::to_string(::getpid()) + "_" + name))
        .string();
}

/// A mono WAV of any rate, written by hand.
inline void write_wav(const std::string& path, std::span<const std::int16_t> samples,
                      std::uint32_t rate) {
    auto header = media::wav_header(samples.size() * 2, 1);
    for (unsigned i = 0; i < 4; ++i) header[24 + i] = static_cast<std::uint8_t>(rate >> (8 * i));
    for (unsigned i = 0; i < 4; ++i)
        header[28 + i] = static_cast<std::uint8_t>(rate * 2 >> (8 * i));
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(header.data()), header.size());
    out.write(reinterpret_cast<const char*>(samples.data()),
              static_cast<std::streamsize>(samples.size() * 2));
}

struct Stereo {
    std::vector<std::int16_t> left, right;
};
inline Stereo read_stereo(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::vector<char> all((std::istreambuf_iterator<char>(in)), {});
    Stereo s;
    for (std::size_t at = media::wav_header_size; at + 4 <= all.size(); at += 4) {
        std::int16_t v[2];
        std::memcpy(v, all.data() + at, 4);
        s.left.push_back(v[0]);
        s.right.push_back(v[1]);
    }
    return s;
}

/// What a mono recording has in it.
inline std::vector<std::int16_t> read_mono(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::vector<char> all((std::istreambuf_iterator<char>(in)), {});
    std::vector<std::int16_t> samples;
    for (std::size_t at = media::wav_header_size; at + 2 <= all.size(); at += 2) {
        std::int16_t v = 0;
        std::memcpy(&v, all.data() + at, 2);
        samples.push_back(v);
    }
    return samples;
}

inline void load(TestWorker& worker, const std::string& name, const std::string& path) {
    proto::ToWorker c;
    c.mutable_load_prompt()->set_name(name);
    c.mutable_load_prompt()->set_path(path);
    worker.send(c);
}

/// A prompt that the worker knows by `name`; the file goes with the object.
class PromptFile {
public:
    PromptFile(TestWorker& worker, const std::string& name, std::span<const std::int16_t> samples)
        : path_(temporary(name + ".wav")) {
        write_wav(path_, samples, 8000);
        load(worker, name, path_);
        const auto loaded = worker.expect(proto::FromWorker::kPromptLoaded);
        EXPECT_TRUE(loaded && loaded->prompt_loaded().error().empty());
    }
    ~PromptFile() { std::filesystem::remove(path_); }
    PromptFile(const PromptFile&) = delete;
    PromptFile& operator=(const PromptFile&) = delete;

private:
    std::string path_;
};

}  // namespace seatline::worker::testing
