#include "worker/negotiation.h"

#include <strings.h>

namespace seatline::worker {

namespace {

PayloadKind kind_of(const proto::PayloadFormat& f) {
    if (f.payload_type() > 127 || (f.clock_hz() != 8000 && f.clock_hz() != 0))
        return PayloadKind::refused;
    if (::strcasecmp(f.name().c_str(), "PCMA") == 0) return PayloadKind::audio_alaw;
    if (::strcasecmp(f.name().c_str(), "PCMU") == 0) return PayloadKind::audio_ulaw;
    if (::strcasecmp(f.name().c_str(), "telephone-event") == 0) return PayloadKind::event;
    return PayloadKind::refused;
}

bool is_audio(PayloadKind kind) {
    return kind == PayloadKind::audio_alaw || kind == PayloadKind::audio_ulaw;
}

media::G711 law_of(PayloadKind kind) {
    return kind == PayloadKind::audio_alaw ? media::G711::alaw : media::G711::ulaw;
}

void accept(StreamFormats& formats, const proto::PayloadFormat& f) {
    const PayloadKind kind = kind_of(f);
    if (kind != PayloadKind::refused) formats.receive[f.payload_type()] = kind;
}

template <class List>
bool has(const List& list, PayloadKind kind) {
    for (const auto& f : list) {
        if (kind_of(f) == kind) return true;
    }
    return false;
}

/// Chooses what we send out of `remote`, among the audio formats in `allowed`.
template <class List>
Result<void> choose(StreamFormats& out, const proto::MediaDescription& remote, const List& allowed,
                    bool events) {
    out.send_law.reset();
    out.event_payload_type = -1;
    for (const auto& f : remote.formats()) {
        const PayloadKind kind = kind_of(f);
        if (is_audio(kind) && !out.send_law && has(allowed, kind)) {
            out.send_law = law_of(kind);
            out.send_payload_type = static_cast<std::uint8_t>(f.payload_type());
            out.local.push_back(f);
        } else if (kind == PayloadKind::event && out.event_payload_type < 0 && events) {
            out.event_payload_type = static_cast<int>(f.payload_type());
        }
    }
    if (!out.send_law) return invalid("remote.formats", "no common codec");
    return {};
}

}  // namespace

Result<StreamFormats> offer_formats(const AllowedFormats& allowed) {
    StreamFormats out;
    bool audio = false;
    for (const auto& f : allowed) {
        const PayloadKind kind = kind_of(f);
        if (kind == PayloadKind::refused) continue;
        audio = audio || is_audio(kind);
        accept(out, f);
        out.local.push_back(f);
    }
    if (!audio) return invalid("allowed", "no audio format that the worker knows");
    out.receive[13] = PayloadKind::comfort_noise;
    return out;
}

Result<StreamFormats> answer_formats(const proto::MediaDescription& remote,
                                     const AllowedFormats& allowed) {
    StreamFormats out;
    if (auto chosen = choose(out, remote, allowed, true); chosen.has_error()) return chosen.error();
    for (const auto& f : remote.formats()) {
        if (out.event_payload_type == static_cast<int>(f.payload_type())) out.local.push_back(f);
    }
    for (const auto& f : out.local) accept(out, f);
    out.receive[13] = PayloadKind::comfort_noise;
    return out;
}

Result<StreamFormats> apply_answer(const StreamFormats& offered,
                                   const proto::MediaDescription& remote) {
    StreamFormats out;
    out.receive = offered.receive;
    if (auto chosen = choose(out, remote, offered.local, true); chosen.has_error())
        return chosen.error();
    // A far side may name its own dynamic types; what it names for itself it may also use towards
    // us by mistake.
    for (const auto& f : remote.formats()) {
        if (f.payload_type() < 128 && out.receive[f.payload_type()] == PayloadKind::refused)
            accept(out, f);
    }
    out.local = offered.local;
    return out;
}

Direction mirrored(Direction direction) {
    if (direction == Direction::sendonly) return Direction::recvonly;
    if (direction == Direction::recvonly) return Direction::sendonly;
    return direction;
}

}  // namespace seatline::worker
