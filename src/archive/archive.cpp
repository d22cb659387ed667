#include "archive/archive.h"

#include <unistd.h>

#include <cstdio>

#include "archive/opus_decode.h"
#include "archive/opus_encode.h"
#include "archive/sealed_file.h"
#include "archive/wav_file.h"

namespace seatline::archive {
namespace {

constexpr const char* kSealedEnd = ".opus.enc";
constexpr const char* kPlainEnd = ".opus";
constexpr const char* kWavEnd = ".wav";
constexpr const char* kPartEnd = ".part";

std::string stem_of(const std::string& path) {
    for (const std::string end : {kSealedEnd, kPlainEnd, kWavEnd}) {
        if (path.ends_with(end)) return path.substr(0, path.size() - end.size());
    }
    return path;
}

Result<void> write_archived(const ByteSource& wav, const WavShape& shape, const KeyRing& keys,
                            File& out) {
    const Sink to_file = [&out](std::span<const char> data) { return out.append(data); };
    if (!keys.encrypts()) return encode_opus(wav, shape, to_file);
    auto sealer = Sealer::begin(keys, to_file);
    if (sealer.has_error()) return sealer.error();
    const auto encoded =
        encode_opus(wav, shape, [&](std::span<const char> data) { return (*sealer)->write(data); });
    if (encoded.has_error()) return encoded;
    return (*sealer)->finish();
}

Result<std::unique_ptr<ByteSource>> open_file(const std::string& full_path, const KeyRing& keys) {
    auto opened = File::open(full_path);
    if (opened.has_error()) return opened.error();
    std::shared_ptr<const File> file = std::move(*opened);
    if (is_sealed(*file)) return open_sealed(std::move(file), keys);
    auto again = File::open(full_path);
    if (again.has_error()) return again.error();
    return std::unique_ptr<ByteSource>(std::move(*again));
}

/// What was written must be found again before the WAV may go.
Result<void> verify(const std::string& full_path, const WavShape& shape, const KeyRing& keys) {
    auto file = open_file(full_path, keys);
    if (file.has_error()) return file.error();
    const auto reader = OpusReader::open(std::shared_ptr<const ByteSource>(std::move(*file)));
    if (reader.has_error()) return reader.error();
    const bool is_same = (*reader)->frames() == shape.frames &&
                         (shape.frames == 0 || (*reader)->channels() == shape.channels);
    if (!is_same) {
        return invalid("recordings", full_path + " came out with " +
                                         std::to_string((*reader)->frames()) + " samples of " +
                                         std::to_string(shape.frames));
    }
    return {};
}

/// Removes a half-made file unless it was given its name.
struct PartFile {
    std::string path;
    ~PartFile() {
        if (!path.empty()) ::unlink(path.c_str());
    }
};

}  // namespace

std::string wav_path_of(const std::string& path) {
    return stem_of(path) + kWavEnd;
}

Result<Archived> archive_recording(const std::string& data_folder, const std::string& wav_path,
                                   const KeyRing& keys, const std::function<void(Step)>& at) {
    const auto wav = File::open(data_folder + "/" + wav_path);
    if (wav.has_error()) return wav.error();
    const auto shape = read_wav_shape(**wav);
    if (shape.has_error()) return shape.error();
    Archived made;
    made.encrypted = keys.encrypts();
    made.path = stem_of(wav_path) + (made.encrypted ? kSealedEnd : kPlainEnd);
    const std::string full = data_folder + "/" + made.path;
    PartFile part{full + kPartEnd};
    {
        auto out = File::create(part.path);
        if (out.has_error()) return out.error();
        at(Step::opened);
        if (auto r = write_archived(**wav, *shape, keys, **out); r.has_error()) return r.error();
        at(Step::encoded);
        if (auto r = (*out)->sync(); r.has_error()) return r.error();
        at(Step::synced);
        made.octets = (*out)->size();
    }
    if (auto r = verify(part.path, *shape, keys); r.has_error()) return r.error();
    if (::rename(part.path.c_str(), full.c_str()) != 0) return io_error("can't rename", part.path);
    part.path.clear();
    at(Step::renamed);
    if (auto r = sync_folder_of(full); r.has_error()) return r.error();
    at(Step::folder_synced);
    return made;
}

Result<void> remove_wav(const std::string& data_folder, const std::string& archived_path) {
    return remove_file(data_folder + "/" + wav_path_of(archived_path));
}

Result<void> delete_recording(const std::string& data_folder, const std::string& path) {
    const std::string stem = data_folder + "/" + stem_of(path);
    const std::string sealed = stem + kSealedEnd;
    const std::string plain = stem + kPlainEnd;
    for (const std::string& file :
         {sealed + kPartEnd, plain + kPartEnd, sealed, plain, stem + kWavEnd}) {
        if (auto r = remove_file(file); r.has_error()) return r;
    }
    return {};
}

Result<std::unique_ptr<ByteSource>> open_stored(const std::string& data_folder,
                                                const std::string& path, const KeyRing& keys) {
    return open_file(data_folder + "/" + path, keys);
}

Result<std::unique_ptr<ByteSource>> open_as_wav(const std::string& data_folder,
                                                const std::string& path, const KeyRing& keys) {
    auto file = open_file(data_folder + "/" + path, keys);
    if (file.has_error() || path.ends_with(kWavEnd)) return file;
    return open_opus_as_wav(std::shared_ptr<const ByteSource>(std::move(*file)));
}

}  // namespace seatline::archive
