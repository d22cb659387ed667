#include "archive/opus_encode.h"

#include <opus/opusenc.h>

#include <array>
#include <cstring>
#include <optional>
#include <vector>

namespace seatline::archive {
namespace {

/// Where libopusenc's pages go; keeps the first error, for C has no place for it.
struct Pages {
    const Sink& out;
    std::optional<Error> error;

    static int write(void* self, const unsigned char* data, opus_int32 size) {
        Pages& pages = *static_cast<Pages*>(self);
        if (pages.error) return 1;
        auto r = pages.out({reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)});
        if (r.has_value()) return 0;
        pages.error = r.error();
        return 1;
    }
    static int close(void*) { return 0; }
};

struct Encoder {
    OggOpusComments* comments = ope_comments_create();
    OggOpusEnc* p = nullptr;
    ~Encoder() {
        if (p != nullptr) ope_encoder_destroy(p);
        ope_comments_destroy(comments);
    }
};

Error library_error(const char* what, int code) {
    return {"unavailable", "recordings", std::string(what) + ": " + ope_strerror(code)};
}

constexpr OpusEncCallbacks kCallbacks{Pages::write, Pages::close};

Result<void> begin(Encoder& encoder, Pages& pages, int channels) {
    int code = 0;
    ope_comments_add(encoder.comments, "ENCODER", "Seatline");
    // Family -1 puts the mapping off; with one channel there is nothing to map.
    OggOpusEnc* made = ope_encoder_create_callbacks(&kCallbacks, &pages, encoder.comments, kRate,
                                                    channels, channels == 1 ? 0 : -1, &code);
    if (made == nullptr) return library_error("ope_encoder_create_callbacks", code);
    if (channels == 2) {
        const std::array<unsigned char, 2> mapping{0, 1};
        code = ope_encoder_deferred_init_with_mapping(made, 1, 2, 0, mapping.data());
        // Not destroyed then: libopusenc 0.2.1 frees what it has not set yet.
        if (code != OPE_OK) return library_error("ope_encoder_deferred_init_with_mapping", code);
    }
    encoder.p = made;
    ope_encoder_ctl(encoder.p, OPUS_SET_BITRATE(kBitsPerSecondAndChannel * channels));
    ope_encoder_ctl(encoder.p, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
    ope_encoder_ctl(encoder.p, OPUS_SET_MAX_BANDWIDTH(OPUS_BANDWIDTH_NARROWBAND));
    ope_encoder_ctl(encoder.p, OPUS_SET_COMPLEXITY(5));
    ope_encoder_ctl(encoder.p, OPE_SET_COMMENT_PADDING(0));
    return {};
}

}  // namespace

Result<void> encode_opus(const ByteSource& wav, const WavShape& shape, const Sink& out) {
    if (shape.frames == 0) return {};
    Pages pages{out, {}};
    Encoder encoder;
    if (auto r = begin(encoder, pages, static_cast<int>(shape.channels)); r.has_error()) return r;
    const std::size_t frame = shape.channels * 2;
    std::vector<std::int16_t> samples(kRate * shape.channels);  // a second; WAV is little-endian
    static_assert(std::endian::native == std::endian::little);
    for (std::uint64_t done = 0; done < shape.frames;) {
        const auto wanted = std::min<std::uint64_t>(kRate, shape.frames - done);
        const auto got = wav.read_at(shape.data_offset + done * frame,
                                     {reinterpret_cast<char*>(samples.data()), wanted * frame});
        if (got.has_error()) return got.error();
        if (*got < wanted * frame)
            return Error{"unavailable", "recordings", "the WAV file became shorter"};
        const int code = ope_encoder_write(encoder.p, samples.data(), static_cast<int>(wanted));
        if (pages.error) return *pages.error;
        if (code != OPE_OK) return library_error("ope_encoder_write", code);
        done += wanted;
    }
    const int code = ope_encoder_drain(encoder.p);
    if (pages.error) return *pages.error;
    if (code != OPE_OK) return library_error("ope_encoder_drain", code);
    return {};
}

}  // namespace seatline::archive
