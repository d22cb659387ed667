#include "archive/opus_decode.h"

#include <opus/opusfile.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <numbers>

namespace seatline::archive {
namespace {

constexpr std::uint64_t kStep = 6;        // 48 kHz to 8 kHz
constexpr std::uint64_t kReach = 48;      // of the low-pass to both sides, in samples of 48 kHz
constexpr std::uint64_t kPreroll = 3840;  // 80 ms (RFC 7845 section 4.6)

/// A windowed sinc with its edge at 3.8 kHz. It is symmetric: sample n of the output lies exactly
/// at sample 6 n of the input.
const std::array<float, kReach * 2 + 1>& low_pass() {
    static const auto taps = [] {
        std::array<float, kReach * 2 + 1> made{};
        double sum = 0;
        for (std::size_t i = 0; i < made.size(); ++i) {
            const double t = static_cast<double>(i) - kReach;
            const double edge = 2 * 3800.0 / 48000;
            const double x = std::numbers::pi * edge * t;
            const double sinc = t == 0 ? 1 : std::sin(x) / x;
            const double window = 0.5 + 0.5 * std::cos(std::numbers::pi * t / (kReach + 1));
            made[i] = static_cast<float>(sinc * window);
            sum += made[i];
        }
        for (float& tap : made) tap = static_cast<float>(tap / sum);
        return made;
    }();
    return taps;
}

Error damaged(int code) {
    return invalid("recordings",
                   "is no whole Ogg Opus file (opusfile " + std::to_string(code) + ")");
}

}  // namespace

int OpusReader::on_read(void* self, unsigned char* out, int size) {
    auto& reader = *static_cast<OpusReader*>(self);
    const auto got = reader.file_->read_at(
        reader.position_, {reinterpret_cast<char*>(out), static_cast<std::size_t>(size)});
    if (got.has_error()) return -1;
    reader.position_ += *got;
    return static_cast<int>(*got);
}

int OpusReader::on_seek(void* self, std::int64_t offset, int whence) {
    auto& reader = *static_cast<OpusReader*>(self);
    const auto base = whence == SEEK_SET   ? 0
                      : whence == SEEK_CUR ? static_cast<std::int64_t>(reader.position_)
                                           : static_cast<std::int64_t>(reader.file_->size());
    if (base + offset < 0) return -1;
    reader.position_ = static_cast<std::uint64_t>(base + offset);
    return 0;
}

std::int64_t OpusReader::on_tell(void* self) {
    return static_cast<std::int64_t>(static_cast<OpusReader*>(self)->position_);
}

Result<std::unique_ptr<OpusReader>> OpusReader::open(std::shared_ptr<const ByteSource> file) {
    std::unique_ptr<OpusReader> reader(new OpusReader(std::move(file)));
    if (auto r = reader->start(); r.has_error()) return r.error();
    return reader;
}

Result<void> OpusReader::start() {
    if (file_->size() == 0) {  // of an empty recording
        channels_ = 2;
        return {};
    }
    const OpusFileCallbacks callbacks{on_read, on_seek, on_tell, nullptr};
    int code = 0;
    opus_ = op_open_callbacks(this, &callbacks, nullptr, 0, &code);
    if (opus_ == nullptr) return damaged(code);
    const ogg_int64_t total = op_pcm_total(opus_, -1);
    if (total < 0) return damaged(static_cast<int>(total));
    total_ = static_cast<std::uint64_t>(total);
    frames_ = total_ / kStep;
    channels_ = static_cast<std::uint32_t>(op_channel_count(opus_, -1));
    return {};
}

OpusReader::~OpusReader() {
    if (opus_ != nullptr) op_free(opus_);
}

Result<void> OpusReader::decode_more() {
    std::array<float, 5760 * 2> piece;
    const int got = op_read_float(opus_, piece.data(), static_cast<int>(piece.size()), nullptr);
    if (got < 0) return damaged(got);
    if (got == 0) return invalid("recordings", "ends before its length");
    held_.insert(held_.end(), piece.begin(), piece.begin() + got * static_cast<int>(channels_));
    return {};
}

/// Has the samples [from, to) of 48 kHz in held_.
Result<void> OpusReader::need(std::uint64_t from, std::uint64_t to) {
    std::uint64_t held_to = held_from_ + held_.size() / channels_;
    if (from < held_from_ || from > held_to + kPreroll) {
        const int code = op_pcm_seek(opus_, static_cast<ogg_int64_t>(from));
        if (code < 0) return damaged(code);
        held_.clear();
        held_from_ = held_to = from;
    }
    const std::uint64_t drop = std::min(from - std::min(from, held_from_), held_to - held_from_);
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(drop * channels_));
    held_from_ += drop;
    while (held_from_ + held_.size() / channels_ < to) {
        if (auto r = decode_more(); r.has_error()) return r;
    }
    return {};
}

Result<void> OpusReader::read(std::uint64_t frame, std::uint64_t count,
                              std::vector<std::int16_t>& out) {
    out.clear();
    const std::uint64_t end = std::min(frames_, frame + count);
    const auto& taps = low_pass();
    for (std::uint64_t n = frame; n < end;) {
        // A second at a time: what is held stays small.
        const std::uint64_t until = std::min(end, n + kRate);
        const std::uint64_t from = n * kStep - std::min(n * kStep, kReach);
        const std::uint64_t to = std::min(total_, (until - 1) * kStep + kReach + 1);
        if (auto r = need(from, to); r.has_error()) return r;
        for (; n < until; ++n) {
            const std::uint64_t middle = n * kStep;
            const std::uint64_t low = middle - std::min(middle, kReach);
            const std::uint64_t high = std::min(total_, middle + kReach + 1);
            for (std::uint32_t c = 0; c < channels_; ++c) {
                float sum = 0;
                for (std::uint64_t i = low; i < high; ++i)
                    sum += taps[i + kReach - middle] * held_[(i - held_from_) * channels_ + c];
                out.push_back(static_cast<std::int16_t>(
                    std::clamp(std::lround(sum * 32768), -32768L, 32767L)));
            }
        }
    }
    return {};
}

namespace {

class OpusAsWav final : public ByteSource {
public:
    explicit OpusAsWav(std::unique_ptr<OpusReader> reader)
        : reader_(std::move(reader)),
          frame_(reader_->channels() * 2),
          header_(make_wav_header(reader_->frames(), reader_->channels())) {}

    std::uint64_t size() const override { return kWavHeader + reader_->frames() * frame_; }

    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
        const std::lock_guard lock(mutex_);
        std::size_t done = 0;
        while (done < out.size() && offset + done < size()) {
            const std::uint64_t at = offset + done;
            std::span<const char> piece;
            if (at < kWavHeader) {
                piece = std::span(header_).subspan(at);
            } else {
                const std::uint64_t first = (at - kWavHeader) / frame_;
                const std::uint64_t wanted = (out.size() - done) / frame_ + 2;
                if (auto r = reader_->read(first, std::min<std::uint64_t>(wanted, kRate), samples_);
                    r.has_error())
                    return r.error();
                piece = {reinterpret_cast<const char*>(samples_.data()),
                         samples_.size() * sizeof(std::int16_t)};
                piece = piece.subspan((at - kWavHeader) % frame_);
            }
            const std::size_t count = std::min(piece.size(), out.size() - done);
            std::memcpy(out.data() + done, piece.data(), count);
            done += count;
        }
        return done;
    }

private:
    mutable std::mutex mutex_;
    const std::unique_ptr<OpusReader> reader_;
    const std::uint64_t frame_;
    const std::array<char, kWavHeader> header_;
    mutable std::vector<std::int16_t> samples_;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_opus_as_wav(std::shared_ptr<const ByteSource> file) {
    auto reader = OpusReader::open(std::move(file));
    if (reader.has_error()) return reader.error();
    return std::unique_ptr<ByteSource>(std::make_unique<OpusAsWav>(std::move(*reader)));
}

}  // namespace seatline::archive
