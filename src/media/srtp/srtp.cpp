// The low-level SHA-1 calls are marked old in OpenSSL 3, but theirs is the only state that can be
// copied without an allocation; HMAC needs two copies a packet.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "media/srtp/srtp.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

#include "base/result.h"
#include "media/rtp/packet.h"

namespace seatline::media {

namespace srtp_detail {

void FreeCipher::operator()(EVP_CIPHER_CTX* context) const {
    EVP_CIPHER_CTX_free(context);
}

namespace {

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

Cipher counter_mode(const std::uint8_t* key) {
    Cipher cipher(EVP_CIPHER_CTX_new());
    const std::uint8_t zero[16] = {};
    SEATLINE_ASSERT(cipher &&
                    EVP_EncryptInit_ex(cipher.get(), EVP_aes_128_ctr(), nullptr, key, zero) == 1);
    return cipher;
}

void run(EVP_CIPHER_CTX* cipher, const std::uint8_t* iv, std::uint8_t* data, std::size_t size) {
    int written = 0;
    SEATLINE_ASSERT(EVP_EncryptInit_ex(cipher, nullptr, nullptr, nullptr, iv) == 1 &&
                    EVP_EncryptUpdate(cipher, data, &written, data, static_cast<int>(size)) == 1);
}

/// Section 4.3.1 with key derivation rate 0: the keystream under the master key at salt XOR label.
void derive(EVP_CIPHER_CTX* master, const SrtpKey& key, unsigned label,
            std::span<std::uint8_t> out) {
    std::uint8_t iv[16] = {};
    std::memcpy(iv, key.octets().data() + 16, 14);
    iv[7] ^= static_cast<std::uint8_t>(label);
    std::ranges::fill(out, std::uint8_t{0});
    run(master, iv, out.data(), out.size());
}

}  // namespace

struct SessionKeys::Hashes {
    SHA_CTX inner;
    SHA_CTX outer;
    ~Hashes() { OPENSSL_cleanse(this, sizeof(*this)); }
};

SessionKeys::SessionKeys(const SrtpKey& master, For what) : hashes_(std::make_unique<Hashes>()) {
    const auto first_label = static_cast<unsigned>(what);
    const Cipher deriver = counter_mode(master.octets().data());
    std::array<std::uint8_t, 16> key;
    std::array<std::uint8_t, 20> authentication;
    derive(deriver.get(), master, first_label, key);
    derive(deriver.get(), master, first_label + 1, authentication);
    derive(deriver.get(), master, first_label + 2, salt_);
    cipher_ = counter_mode(key.data());
    std::array<std::uint8_t, 64> block;
    for (const auto& [hash, pad] :
         {std::pair{&hashes_->inner, 0x36}, std::pair{&hashes_->outer, 0x5C}}) {
        block.fill(static_cast<std::uint8_t>(pad));
        for (std::size_t i = 0; i < authentication.size(); ++i) block[i] ^= authentication[i];
        SHA1_Init(hash);
        SHA1_Update(hash, block.data(), block.size());
    }
    OPENSSL_cleanse(key.data(), key.size());
    OPENSSL_cleanse(authentication.data(), authentication.size());
    OPENSSL_cleanse(block.data(), block.size());
}

SessionKeys::~SessionKeys() {
    OPENSSL_cleanse(salt_.data(), salt_.size());
}

void SessionKeys::crypt(std::span<std::uint8_t> payload, std::uint32_t ssrc,
                        std::uint64_t index) const {
    if (payload.empty()) return;
    std::uint8_t iv[16] = {};
    std::memcpy(iv, salt_.data(), salt_.size());
    for (unsigned i = 0; i < 4; ++i) iv[4 + i] ^= static_cast<std::uint8_t>(ssrc >> (24 - 8 * i));
    for (unsigned i = 0; i < 6; ++i) iv[8 + i] ^= static_cast<std::uint8_t>(index >> (40 - 8 * i));
    run(cipher_.get(), iv, payload.data(), payload.size());
}

SessionKeys::Tag SessionKeys::tag(std::span<const std::uint8_t> data,
                                  const std::uint8_t* rollover) const {
    Tag tag;
    SHA_CTX hash = hashes_->inner;
    SHA1_Update(&hash, data.data(), data.size());
    if (rollover != nullptr) SHA1_Update(&hash, rollover, 4);
    SHA1_Final(tag.data(), &hash);
    hash = hashes_->outer;
    SHA1_Update(&hash, tag.data(), tag.size());
    SHA1_Final(tag.data(), &hash);
    return tag;
}

bool ReplayWindow::fresh(std::uint64_t index) const {
    if (!any_ || index > highest_) return true;
    const std::uint64_t behind = highest_ - index;
    return behind < seen_.size() && !seen_[behind];
}

void ReplayWindow::mark(std::uint64_t index) {
    if (!any_ || index > highest_) {
        const std::uint64_t ahead = any_ ? index - highest_ : 0;
        if (ahead < seen_.size())
            seen_ <<= ahead;
        else
            seen_.reset();
        highest_ = index;
        any_ = true;
    }
    seen_.set(highest_ - index);
}

}  // namespace srtp_detail

namespace {

using srtp_detail::ReplayWindow;
using srtp_detail::SessionKeys;

constexpr std::size_t rtcp_header_size = 8;
constexpr std::size_t rtcp_tag_size = 10;  // of both suites (RFC 4568 section 6.2.2)
constexpr std::uint32_t rtcp_encrypted = 0x80000000;

std::size_t tag_size_of(SrtpSuite suite) {
    return suite == SrtpSuite::aes_cm_128_hmac_sha1_80 ? 10 : 4;
}

/// Where the payload begins; 0 when the header does not fit.
std::size_t payload_offset(std::span<const std::uint8_t> packet) {
    if (packet.size() < rtp_header_size || packet[0] >> 6 != 2) return 0;
    std::size_t offset = rtp_header_size + 4u * (packet[0] & 0x0F);
    if (packet[0] & 0x10) {
        if (offset + 4 > packet.size()) return 0;
        offset += 4 + 4u * load_u16(packet.data() + offset + 2);
    }
    return offset <= packet.size() ? offset : 0;
}

/// The packet's index: of the possible rollovers the one nearest to what was last seen (section
/// 3.3.1). False: before the stream's beginning.
bool estimate_index(const ReplayWindow* seen, std::uint16_t sequence, std::uint64_t& index) {
    if (seen == nullptr || seen->empty()) {
        index = sequence;
        return true;
    }
    const std::uint64_t highest = seen->highest();
    const auto ahead = static_cast<std::int16_t>(sequence - static_cast<std::uint16_t>(highest));
    if (ahead < 0 && highest < static_cast<std::uint64_t>(-ahead)) return false;
    index = highest + static_cast<std::uint64_t>(static_cast<std::int64_t>(ahead));
    return true;
}

std::array<std::uint8_t, 4> rollover_of(std::uint64_t index) {
    std::array<std::uint8_t, 4> octets;
    store_u32(octets.data(), static_cast<std::uint32_t>(index >> 16));
    return octets;
}

}  // namespace

SrtpSender::SrtpSender(SrtpSuite suite, const SrtpKey& key)
    : rtp_(key, SessionKeys::For::rtp),
      rtcp_(key, SessionKeys::For::rtcp),
      tag_size_(tag_size_of(suite)) {}

std::size_t SrtpSender::protect(std::span<std::uint8_t> buffer, std::size_t size) {
    const auto packet = buffer.first(size);
    const std::size_t offset = payload_offset(packet);
    std::uint64_t index = 0;
    if (offset == 0 || buffer.size() < size + tag_size_ ||
        !estimate_index(&sent_, load_u16(packet.data() + 2), index) || !sent_.fresh(index))
        return 0;
    sent_.mark(index);
    rtp_.crypt(packet.subspan(offset), load_u32(packet.data() + 8), index);
    const auto tag = rtp_.tag(packet, rollover_of(index).data());
    std::copy_n(tag.begin(), tag_size_, buffer.data() + size);
    return size + tag_size_;
}

std::size_t SrtpSender::protect_rtcp(std::span<std::uint8_t> buffer, std::size_t size) {
    if (size < rtcp_header_size || buffer.size() < size + srtcp_trailer) return 0;
    rtcp_index_ = (rtcp_index_ + 1) & ~rtcp_encrypted;
    rtcp_.crypt(buffer.subspan(rtcp_header_size, size - rtcp_header_size),
                load_u32(buffer.data() + 4), rtcp_index_);
    store_u32(buffer.data() + size, rtcp_encrypted | rtcp_index_);
    const auto tag = rtcp_.tag(buffer.first(size + 4));
    std::copy_n(tag.begin(), rtcp_tag_size, buffer.data() + size + 4);
    return size + srtcp_trailer;
}

SrtpReceiver::SrtpReceiver(SrtpSuite suite, const SrtpKey& key)
    : rtp_(key, SessionKeys::For::rtp),
      rtcp_(key, SessionKeys::For::rtcp),
      tag_size_(tag_size_of(suite)) {}

SrtpReceiver::Stream* SrtpReceiver::find(std::uint32_t ssrc) {
    for (Stream& stream : streams_) {
        if (stream.last_use != 0 && stream.ssrc == ssrc) return &stream;
    }
    return nullptr;
}

SrtpReceiver::Stream& SrtpReceiver::stream_of(std::uint32_t ssrc) {
    Stream* stream = find(ssrc);
    if (stream == nullptr) {
        stream = &*std::ranges::min_element(streams_, {}, &Stream::last_use);
        *stream = {};
        stream->ssrc = ssrc;
    }
    stream->last_use = ++uses_;
    return *stream;
}

std::size_t SrtpReceiver::unprotect(std::span<std::uint8_t> datagram) {
    if (datagram.size() < rtp_header_size + tag_size_) return 0;
    const auto packet = datagram.first(datagram.size() - tag_size_);
    const std::size_t offset = payload_offset(packet);
    if (offset == 0) return 0;
    const std::uint32_t ssrc = load_u32(packet.data() + 8);
    const Stream* known = find(ssrc);
    std::uint64_t index = 0;
    if (!estimate_index(known ? &known->rtp : nullptr, load_u16(packet.data() + 2), index))
        return 0;
    if (known != nullptr && !known->rtp.fresh(index)) return 0;
    const auto tag = rtp_.tag(packet, rollover_of(index).data());
    if (CRYPTO_memcmp(tag.data(), packet.data() + packet.size(), tag_size_) != 0) return 0;
    stream_of(ssrc).rtp.mark(index);
    rtp_.crypt(packet.subspan(offset), ssrc, index);
    return packet.size();
}

std::size_t SrtpReceiver::unprotect_rtcp(std::span<std::uint8_t> datagram) {
    if (datagram.size() < rtcp_header_size + srtcp_trailer || datagram[0] >> 6 != 2) return 0;
    const std::size_t size = datagram.size() - srtcp_trailer;
    const std::uint32_t word = load_u32(datagram.data() + size);
    const std::uint32_t index = word & ~rtcp_encrypted;
    const std::uint32_t ssrc = load_u32(datagram.data() + 4);
    const Stream* known = find(ssrc);
    if (known != nullptr && !known->rtcp.fresh(index)) return 0;
    const auto tag = rtcp_.tag(datagram.first(size + 4));
    if (CRYPTO_memcmp(tag.data(), datagram.data() + size + 4, rtcp_tag_size) != 0) return 0;
    stream_of(ssrc).rtcp.mark(index);
    if (word & rtcp_encrypted)
        rtcp_.crypt(datagram.subspan(rtcp_header_size, size - rtcp_header_size), ssrc, index);
    return size;
}

}  // namespace seatline::media
