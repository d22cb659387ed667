#pragma once
// What a leg's SDP says of SRTP, and the keys that follow (RFC 4568): our lines, the far end's, and
// the two directions that they give. Pure but for the generator of keys.
//
// Our key stays for as long as the suite does, also when the far end changes its own: the outgoing
// stream and its rollover count go on. The far end's old key is believed until its new one is first
// heard, since it switches only when it has our answer.
#include <memory>
#include <vector>

#include "base/result.h"
#include "media.pb.h"
#include "media/srtp/srtp.h"

namespace seatline::worker {

class LegSecurity {
public:
    /// Our lines of an offer; both suites. Nothing when `wish` is off.
    void offer(proto::OpenLeg::Srtp wish);
    /// Takes the far end's offer: its first suite that we know. Errors: "invalid" with "no common
    /// SRTP suite" when it insists on SRTP.
    [[nodiscard]] Result<void> answer(const proto::MediaDescription& remote);
    /// Takes a later description: the answer to our offer, or the far end's new offer. Errors as
    /// above, and "the far end takes no SRTP" when we insist.
    [[nodiscard]] Result<void> update(const proto::MediaDescription& remote);
    /// What our description says. The caller wipes the keys of it (wipe_keys) when it is sent.
    void describe(proto::MediaDescription& local) const;

    /// Packets without encryption are those of the leg.
    [[nodiscard]] bool plain() const { return lines_.empty(); }
    /// True once after what describe() says has become other than it was.
    [[nodiscard]] bool take_changed() { return std::exchange(changed_, false); }

    /// As SrtpReceiver's; 0 also while the far end's key is not known.
    [[nodiscard]] std::size_t unprotect(std::span<std::uint8_t> datagram);
    [[nodiscard]] std::size_t unprotect_rtcp(std::span<std::uint8_t> datagram);
    /// As SrtpSender's.
    [[nodiscard]] std::size_t protect(std::span<std::uint8_t> buffer, std::size_t size);
    [[nodiscard]] std::size_t protect_rtcp(std::span<std::uint8_t> buffer, std::size_t size);

private:
    struct Line {
        std::uint32_t tag = 1;
        media::SrtpSuite suite{};
        media::SrtpKey key;
    };
    [[nodiscard]] std::vector<Line> read(const proto::MediaDescription& remote) const;
    void settle(const Line& own, const Line& theirs);
    void go_plain();

    bool secure_ = false;    ///< our description is RTP/SAVP
    bool required_ = false;  ///< we insist
    bool settled_ = false;   ///< both keys are known
    bool changed_ = false;
    std::vector<Line> lines_;  ///< ours: both suites offered, or the one in use
    Line theirs_;
    std::unique_ptr<media::SrtpSender> sender_;
    std::unique_ptr<media::SrtpReceiver> receiver_;
    std::unique_ptr<media::SrtpReceiver> previous_;  ///< of their key before
};

/// Overwrites the keys in a description that has been sent.
void wipe_keys(proto::MediaDescription& description);

}  // namespace seatline::worker
