#include "worker/security.h"

#include <algorithm>
#include <utility>

namespace seatline::worker {

using media::SrtpKey;
using media::SrtpSuite;

void LegSecurity::offer(proto::OpenLeg::Srtp wish) {
    if (wish == proto::OpenLeg::off) return;
    required_ = secure_ = wish == proto::OpenLeg::required;
    lines_ = {{1, SrtpSuite::aes_cm_128_hmac_sha1_80, SrtpKey::random()},
              {2, SrtpSuite::aes_cm_128_hmac_sha1_32, SrtpKey::random()}};
}

std::vector<LegSecurity::Line> LegSecurity::read(const proto::MediaDescription& remote) const {
    std::vector<Line> lines;
    for (const auto& crypto : remote.crypto()) {
        const auto suite = media::srtp_suite(crypto.suite());
        const auto key = SrtpKey::parse(crypto.key_base64());
        if (suite && key) lines.push_back({crypto.tag(), *suite, *key});
    }
    return lines;
}

Result<void> LegSecurity::answer(const proto::MediaDescription& remote) {
    const auto offered = read(remote);
    if (offered.empty()) {
        if (remote.secure()) return invalid("remote.crypto", "no common SRTP suite");
        return {};
    }
    secure_ = remote.secure();
    lines_ = {{offered[0].tag, offered[0].suite, SrtpKey::random()}};
    settle(lines_[0], offered[0]);
    return {};
}

Result<void> LegSecurity::update(const proto::MediaDescription& remote) {
    const auto theirs = read(remote);
    if (theirs.empty()) {
        if (remote.secure()) return invalid("remote.crypto", "no common SRTP suite");
        if (required_) return invalid("remote.crypto", "the far end takes no SRTP");
        go_plain();
        return {};
    }
    if (!settled_ && !lines_.empty()) {
        // The answer to our offer names one of our lines by its tag.
        for (const Line& line : theirs) {
            const auto own = std::ranges::find_if(
                lines_, [&](const Line& l) { return l.tag == line.tag && l.suite == line.suite; });
            if (own == lines_.end()) continue;
            const Line chosen = *own;
            lines_ = {chosen};
            settle(chosen, line);
            return {};
        }
        return invalid("remote.crypto", "no common SRTP suite");
    }
    // A new offer. The suite in use stays, if it is among them: so does our key.
    auto line = std::ranges::find_if(
        theirs, [&](const Line& l) { return settled_ && l.suite == lines_[0].suite; });
    if (line == theirs.end()) line = theirs.begin();
    const bool same_suite = settled_ && line->suite == lines_[0].suite;
    changed_ = !same_suite || line->tag != lines_[0].tag || secure_ != remote.secure();
    secure_ = remote.secure();
    lines_ = {{line->tag, line->suite, same_suite ? lines_[0].key : SrtpKey::random()}};
    settle(lines_[0], *line);
    return {};
}

void LegSecurity::settle(const Line& own, const Line& theirs) {
    const bool same_suite = settled_ && own.suite == theirs_.suite;
    if (!sender_ || !same_suite) sender_ = std::make_unique<media::SrtpSender>(own.suite, own.key);
    if (!receiver_ || !same_suite || !(theirs.key == theirs_.key)) {
        previous_ = std::move(receiver_);
        receiver_ = std::make_unique<media::SrtpReceiver>(theirs.suite, theirs.key);
    }
    theirs_ = theirs;
    settled_ = true;
}

void LegSecurity::go_plain() {
    changed_ = settled_;
    secure_ = false;
    settled_ = false;
    lines_.clear();
    theirs_ = {};
    sender_.reset();
    receiver_.reset();
    previous_.reset();
}

void LegSecurity::describe(proto::MediaDescription& local) const {
    local.set_secure(secure_);
    for (const Line& line : lines_) {
        auto& crypto = *local.add_crypto();
        crypto.set_tag(line.tag);
        crypto.set_suite(std::string(media::srtp_suite_name(line.suite)));
        crypto.set_key_base64(line.key.base64());
    }
}

std::size_t LegSecurity::unprotect(std::span<std::uint8_t> datagram) {
    if (!receiver_) return 0;
    if (const std::size_t size = receiver_->unprotect(datagram); size > 0) {
        previous_.reset();
        return size;
    }
    return previous_ ? previous_->unprotect(datagram) : 0;
}

std::size_t LegSecurity::unprotect_rtcp(std::span<std::uint8_t> datagram) {
    if (!receiver_) return 0;
    const std::size_t size = receiver_->unprotect_rtcp(datagram);
    return size == 0 && previous_ ? previous_->unprotect_rtcp(datagram) : size;
}

std::size_t LegSecurity::protect(std::span<std::uint8_t> buffer, std::size_t size) {
    return sender_ ? sender_->protect(buffer, size) : 0;
}

std::size_t LegSecurity::protect_rtcp(std::span<std::uint8_t> buffer, std::size_t size) {
    return sender_ ? sender_->protect_rtcp(buffer, size) : 0;
}

void wipe_keys(proto::MediaDescription& description) {
    for (auto& crypto : *description.mutable_crypto()) media::wipe(*crypto.mutable_key_base64());
}

}  // namespace seatline::worker
