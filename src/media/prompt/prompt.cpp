#include "media/prompt/prompt.h"

#include <sndfile.h>
#include <speex/speex_resampler.h>

#include <algorithm>
#include <memory>
#include <span>

#include "media/codec/g711.h"

namespace seatline::media {

namespace {

constexpr int resampler_quality = 8;
constexpr sf_count_t max_seconds = 3600;

struct CloseFile {
    void operator()(SNDFILE* file) const { sf_close(file); }
};
struct FreeResampler {
    void operator()(SpeexResamplerState* state) const { speex_resampler_destroy(state); }
};

/// Resamples a whole signal and cuts the filter's delay, so that the length stays right.
Result<std::vector<std::int16_t>> to_8k(const std::vector<std::int16_t>& in, unsigned rate) {
    if (rate == 8000) return in;
    int failure = 0;
    const std::unique_ptr<SpeexResamplerState, FreeResampler> state(
        speex_resampler_init(1, rate, 8000, resampler_quality, &failure));
    if (!state) return invalid("path", "the sample rate cannot be converted to 8000 Hz");
    speex_resampler_skip_zeros(state.get());
    const std::size_t wanted = (in.size() * 8000 + rate - 1) / rate;
    // What the filter still holds comes out when silence is pushed after the end.
    std::vector<std::int16_t> padded(in);
    padded.resize(in.size() +
                  static_cast<std::size_t>(speex_resampler_get_input_latency(state.get())) +
                  rate / 100);
    std::vector<std::int16_t> out(wanted + 8000);
    std::size_t read = 0, written = 0;
    while (read < padded.size() && written < out.size()) {
        auto in_len =
            static_cast<spx_uint32_t>(std::min<std::size_t>(padded.size() - read, 1u << 20));
        auto out_len =
            static_cast<spx_uint32_t>(std::min<std::size_t>(out.size() - written, 1u << 20));
        speex_resampler_process_int(state.get(), 0, padded.data() + read, &in_len,
                                    out.data() + written, &out_len);
        if (in_len == 0 && out_len == 0) break;
        read += in_len;
        written += out_len;
    }
    out.resize(wanted);
    return out;
}

Result<std::vector<std::int16_t>> read_mono(SNDFILE* file, const SF_INFO& info) {
    const auto channels = static_cast<std::size_t>(info.channels);
    std::vector<std::int16_t> block(4096 * channels);
    std::vector<std::int16_t> mono;
    sf_count_t got = 0;
    while ((got = sf_readf_short(file, block.data(), 4096)) > 0) {
        for (std::size_t i = 0; i < static_cast<std::size_t>(got); ++i) {
            int sum = 0;
            for (std::size_t c = 0; c < channels; ++c) sum += block[i * channels + c];
            mono.push_back(static_cast<std::int16_t>(sum / info.channels));
        }
        if (static_cast<sf_count_t>(mono.size()) > max_seconds * info.samplerate) {
            return invalid("path", "the audio is longer than an hour");
        }
    }
    if (mono.empty()) return invalid("path", "the file has no audio in it");
    return mono;
}

}  // namespace

Prompt make_prompt(std::vector<std::int16_t> mono_8k) {
    Prompt prompt{std::move(mono_8k), {}, {}};
    prompt.alaw.resize(prompt.samples.size());
    prompt.ulaw.resize(prompt.samples.size());
    g711_encode(G711::alaw, prompt.samples, prompt.alaw.data());
    g711_encode(G711::ulaw, prompt.samples, prompt.ulaw.data());
    return prompt;
}

Result<Prompt> load_prompt(const std::string& path) {
    SF_INFO info{};
    const std::unique_ptr<SNDFILE, CloseFile> file(sf_open(path.c_str(), SFM_READ, &info));
    if (!file)
        return invalid("path", "cannot be read as audio: " + std::string(sf_strerror(nullptr)));
    if (info.samplerate < 4000 || info.samplerate > 192000) {
        return invalid("path", "has a sample rate outside 4000 to 192000 Hz");
    }
    if (info.channels < 1 || info.channels > 8) return invalid("path", "has more than 8 channels");
    sf_command(file.get(), SFC_SET_SCALE_FLOAT_INT_READ, nullptr, SF_TRUE);
    auto mono = read_mono(file.get(), info);
    if (mono.has_error()) return mono.error();
    auto samples = to_8k(*mono, static_cast<unsigned>(info.samplerate));
    if (samples.has_error()) return samples.error();
    return make_prompt(std::move(*samples));
}

}  // namespace seatline::media
