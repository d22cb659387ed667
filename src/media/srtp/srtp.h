#pragma once
// SRTP and SRTCP (RFC 3711) with AES-CM-128 and HMAC-SHA1, in place and without an allocation per
// packet, on OpenSSL's primitives. One object is one direction under one master key; it counts
// rollovers and refuses replays by itself.
//
// Not libsrtp2: Debian builds it on NSS, where a packet costs 8.5 us for both directions and 16
// allocations, against about 1 us and none here (docs/decisions/srtp.md). Key derivation rate is 0
// and there is no MKI, as SDES without session parameters means (RFC 4568 section 6.3).
#include <openssl/types.h>

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <span>

#include "media/srtp/sdes.h"

namespace seatline::media {

/// What protect() adds to an RTP packet at most; protect_rtcp(): 14.
inline constexpr std::size_t srtp_max_trailer = 10;
inline constexpr std::size_t srtcp_trailer = 14;

namespace srtp_detail {

struct FreeCipher {
    void operator()(EVP_CIPHER_CTX* context) const;
};

/// The session keys of RTP or of RTCP (section 4.3).
class SessionKeys {
public:
    enum class For : std::uint8_t { rtp = 0, rtcp = 3 };
    SessionKeys(const SrtpKey& master, For what);
    ~SessionKeys();
    SessionKeys(const SessionKeys&) = delete;
    SessionKeys& operator=(const SessionKeys&) = delete;

    /// Encrypts or decrypts in place (section 4.1.1).
    void crypt(std::span<std::uint8_t> payload, std::uint32_t ssrc, std::uint64_t index) const;
    using Tag = std::array<std::uint8_t, 20>;
    /// HMAC-SHA1 over `data` and, if given, four more octets (section 4.2).
    [[nodiscard]] Tag tag(std::span<const std::uint8_t> data,
                          const std::uint8_t* rollover = nullptr) const;

private:
    struct Hashes;
    std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> cipher_;
    std::unique_ptr<Hashes> hashes_;  ///< SHA-1 after the inner and after the outer key block
    std::array<std::uint8_t, 14> salt_{};
};

/// Which of the last 128 indexes were seen (section 3.3.2).
class ReplayWindow {
public:
    [[nodiscard]] bool fresh(std::uint64_t index) const;
    void mark(std::uint64_t index);
    [[nodiscard]] bool empty() const { return !any_; }
    [[nodiscard]] std::uint64_t highest() const { return highest_; }

private:
    bool any_ = false;
    std::uint64_t highest_ = 0;
    std::bitset<128> seen_;
};

}  // namespace srtp_detail

/// Our direction: one outgoing stream (a leg's OutStream). A sequence number that was used is
/// refused: its keystream would be used twice.
class SrtpSender {
public:
    SrtpSender(SrtpSuite suite, const SrtpKey& key);

    /// Makes SRTP of the RTP packet in the first `size` octets; the buffer has srtp_max_trailer
    /// more. Gives the new size; 0: no RTP packet, or sent before.
    [[nodiscard]] std::size_t protect(std::span<std::uint8_t> buffer, std::size_t size);
    /// The same for RTCP, with srtcp_trailer more.
    [[nodiscard]] std::size_t protect_rtcp(std::span<std::uint8_t> buffer, std::size_t size);

private:
    srtp_detail::SessionKeys rtp_;
    srtp_detail::SessionKeys rtcp_;
    std::size_t tag_size_;
    srtp_detail::ReplayWindow sent_;
    std::uint32_t rtcp_index_ = 0;
};

/// The far end's direction: streams of its key, told apart by SSRC. A stream is known from its
/// first authentic packet on; of more than four the one not heard longest is forgotten.
class SrtpReceiver {
public:
    SrtpReceiver(SrtpSuite suite, const SrtpKey& key);

    /// Checks and decrypts the datagram in place. Gives the size of the RTP packet in it; 0: not
    /// authentic, a replay, or no RTP packet: then nothing has changed, in the datagram either.
    [[nodiscard]] std::size_t unprotect(std::span<std::uint8_t> datagram);
    [[nodiscard]] std::size_t unprotect_rtcp(std::span<std::uint8_t> datagram);

private:
    struct Stream {
        std::uint32_t ssrc = 0;
        std::uint64_t last_use = 0;  ///< 0: free
        srtp_detail::ReplayWindow rtp;
        srtp_detail::ReplayWindow rtcp;
    };
    [[nodiscard]] Stream* find(std::uint32_t ssrc);
    Stream& stream_of(std::uint32_t ssrc);

    srtp_detail::SessionKeys rtp_;
    srtp_detail::SessionKeys rtcp_;
    std::size_t tag_size_;
    std::uint64_t uses_ = 0;
    std::array<Stream, 4> streams_;
};

}  // namespace seatline::media
