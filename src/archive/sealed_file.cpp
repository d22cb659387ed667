#include "archive/sealed_file.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <cstring>
#include <mutex>

namespace seatline::archive {
namespace {

constexpr std::size_t kHeader = 36;
constexpr std::size_t kTag = 16;
constexpr std::size_t kStored = kSealedChunk + kTag;
constexpr char kMagic[] = "SEATSEAL";
constexpr std::uint32_t kVersion = 1;

using Header = std::array<unsigned char, kHeader>;

void put_u32(unsigned char* at, std::uint32_t value) {
    for (int i = 0; i < 4; ++i) at[i] = static_cast<unsigned char>(value >> (24 - 8 * i));
}
std::uint32_t get_u32(const unsigned char* at) {
    return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 |
           at[3];
}

Error broken(const std::string& what) {
    return invalid("recordings", what);
}

/// The file's own key (RFC 5869).
Result<Key> derive(const Key& key, const Header& header) {
    Key out{};
    EVP_KDF* kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
    EVP_KDF_CTX* context = EVP_KDF_CTX_new(kdf);
    char digest[] = "SHA256";
    auto* salt = const_cast<unsigned char*>(header.data()) + 20;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
                                          const_cast<unsigned char*>(key.data()), key.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt, 16),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO,
                                          const_cast<unsigned char*>(header.data()), kHeader),
        OSSL_PARAM_construct_end()};
    const int ok = EVP_KDF_derive(context, out.data(), out.size(), params);
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    if (ok != 1) return Error{"unavailable", "recordings", "OpenSSL derives no key"};
    return out;
}

struct Context {
    EVP_CIPHER_CTX* p = EVP_CIPHER_CTX_new();
    ~Context() { EVP_CIPHER_CTX_free(p); }
};

std::array<unsigned char, 12> nonce_of(std::uint32_t number, bool is_last) {
    std::array<unsigned char, 12> nonce{};
    put_u32(nonce.data() + 7, number);
    nonce[11] = is_last ? 1 : 0;
    return nonce;
}

/// Encrypts a chunk and appends the tag.
bool encrypt(const Key& key, std::array<unsigned char, 12> nonce, const std::string& plain,
             std::string& out) {
    Context c;
    out.resize(plain.size() + kTag);
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    const auto* from = reinterpret_cast<const unsigned char*>(plain.data());
    int length = 0;
    int rest = 0;
    return EVP_EncryptInit_ex(c.p, EVP_aes_256_gcm(), nullptr, key.data(), nonce.data()) == 1 &&
           EVP_EncryptUpdate(c.p, to, &length, from, static_cast<int>(plain.size())) == 1 &&
           EVP_EncryptFinal_ex(c.p, to + length, &rest) == 1 &&
           EVP_CIPHER_CTX_ctrl(c.p, EVP_CTRL_GCM_GET_TAG, kTag, to + plain.size()) == 1;
}

/// False: not what was encrypted with this key and nonce.
bool decrypt(const Key& key, std::array<unsigned char, 12> nonce, std::string& stored,
             std::string& out) {
    Context c;
    const std::size_t size = stored.size() - kTag;
    out.resize(size);
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    const auto* from = reinterpret_cast<const unsigned char*>(stored.data());
    int length = 0;
    int rest = 0;
    return EVP_DecryptInit_ex(c.p, EVP_aes_256_gcm(), nullptr, key.data(), nonce.data()) == 1 &&
           EVP_DecryptUpdate(c.p, to, &length, from, static_cast<int>(size)) == 1 &&
           EVP_CIPHER_CTX_ctrl(c.p, EVP_CTRL_GCM_SET_TAG, kTag, stored.data() + size) == 1 &&
           EVP_DecryptFinal_ex(c.p, to + length, &rest) == 1;
}

class SealedReader final : public ByteSource {
public:
    SealedReader(std::shared_ptr<const File> file, const Key& key)
        : file_(std::move(file)), key_(key) {
        const std::uint64_t body = file_->size() - kHeader;
        chunks_ = (body + kStored - 1) / kStored;
        size_ = body - chunks_ * kTag;
    }
    ~SealedReader() override { OPENSSL_cleanse(key_.data(), key_.size()); }

    std::uint64_t size() const override { return size_; }

    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
        const std::lock_guard lock(mutex_);
        std::size_t done = 0;
        while (done < out.size() && offset + done < size_) {
            const std::uint64_t number = (offset + done) / kSealedChunk;
            const std::size_t within = (offset + done) % kSealedChunk;
            if (auto r = fetch(number); r.has_error()) return r.error();
            const std::size_t count = std::min(out.size() - done, plain_.size() - within);
            std::memcpy(out.data() + done, plain_.data() + within, count);
            done += count;
        }
        return done;
    }

    Result<void> check_end() const {
        const std::lock_guard lock(mutex_);
        return fetch(chunks_ - 1);
    }

private:
    Result<void> fetch(std::uint64_t number) const {
        if (number == held_) return {};
        held_ = kNone;
        const bool is_last = number + 1 == chunks_;
        const std::uint64_t at = kHeader + number * kStored;
        std::string stored(is_last ? file_->size() - at : kStored, '\0');
        const auto got = file_->read_at(at, stored);
        if (got.has_error()) return got.error();
        const bool is_whole = *got == stored.size() && stored.size() >= kTag;
        if (!is_whole ||
            !decrypt(key_, nonce_of(static_cast<std::uint32_t>(number), is_last), stored, plain_)) {
            return broken(file_->path() + ": chunk " + std::to_string(number) +
                          " is damaged, cut off or not of this key");
        }
        held_ = number;
        return {};
    }

    static constexpr std::uint64_t kNone = ~std::uint64_t{0};
    const std::shared_ptr<const File> file_;
    Key key_;
    std::uint64_t chunks_ = 0;
    std::uint64_t size_ = 0;
    mutable std::mutex mutex_;  ///< guards the chunk that is held
    mutable std::uint64_t held_ = kNone;
    mutable std::string plain_;
};

}  // namespace

Sealer::Sealer(const Key& key, Sink out) : key_(key), out_(std::move(out)) {
    waiting_.reserve(kSealedChunk);
}

Sealer::~Sealer() {
    OPENSSL_cleanse(key_.data(), key_.size());
}

Result<std::unique_ptr<Sealer>> Sealer::begin(const KeyRing& keys, Sink out) {
    SEATLINE_ASSERT(keys.encrypts());
    Header header{};
    std::memcpy(header.data(), kMagic, 8);
    put_u32(header.data() + 8, kVersion);
    put_u32(header.data() + 12, keys.newest());
    put_u32(header.data() + 16, kSealedChunk);
    if (RAND_bytes(header.data() + 20, 16) != 1)
        return Error{"unavailable", "recordings", "OpenSSL has no random octets"};
    const auto key = derive(*keys.find(keys.newest()), header);
    if (key.has_error()) return key.error();
    if (auto r = out({reinterpret_cast<const char*>(header.data()), kHeader}); r.has_error())
        return r.error();
    return std::unique_ptr<Sealer>(new Sealer(*key, std::move(out)));
}

Result<void> Sealer::seal(bool is_last) {
    std::string stored;
    if (!encrypt(key_, nonce_of(number_++, is_last), waiting_, stored))
        return Error{"unavailable", "recordings", "OpenSSL refuses to encrypt"};
    waiting_.clear();
    return out_(stored);
}

Result<void> Sealer::write(std::span<const char> plain) {
    while (!plain.empty()) {
        if (waiting_.size() == kSealedChunk) {
            if (auto r = seal(false); r.has_error()) return r;
        }
        const std::size_t count = std::min(plain.size(), kSealedChunk - waiting_.size());
        waiting_.append(plain.data(), count);
        plain = plain.subspan(count);
    }
    return {};
}

Result<void> Sealer::finish() {
    return seal(true);
}

bool is_sealed(const File& file) {
    char magic[8];
    const auto got = file.read_at(0, magic);
    return got.has_value() && *got == 8 && std::memcmp(magic, kMagic, 8) == 0;
}

Result<std::unique_ptr<ByteSource>> open_sealed(std::shared_ptr<const File> file,
                                                const KeyRing& keys) {
    Header header{};
    const auto got = file->read_at(0, {reinterpret_cast<char*>(header.data()), header.size()});
    if (got.has_error()) return got.error();
    const std::string& path = file->path();
    if (*got != kHeader || std::memcmp(header.data(), kMagic, 8) != 0)
        return broken(path + " is no sealed recording");
    if (get_u32(header.data() + 8) != kVersion || get_u32(header.data() + 16) != kSealedChunk)
        return broken(path + " was sealed by a newer version of seatline");
    const std::uint32_t id = get_u32(header.data() + 12);
    const Key* key = keys.find(id);
    if (key == nullptr) {
        return Error{"not_allowed", "recordings",
                     path + " needs key " + std::to_string(id) +
                         ", which the file of --recording-key has not"};
    }
    if (file->size() < kHeader + kTag) return broken(path + " is cut off");
    const auto own = derive(*key, header);
    if (own.has_error()) return own.error();
    auto reader = std::make_unique<SealedReader>(std::move(file), *own);
    if (auto r = reader->check_end(); r.has_error()) return r.error();
    return std::unique_ptr<ByteSource>(std::move(reader));
}

}  // namespace seatline::archive
