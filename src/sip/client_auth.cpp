#include "sip/client_auth.h"

#include <openssl/rand.h>
#include <strings.h>

#include <array>
#include <cstdio>

#include "base/result.h"
#include "sip/message.h"

namespace seatline::sip {

namespace {

bool offers_auth(const std::string& qop) {
    return (',' + qop + ',').find(",auth,") != std::string::npos || qop == "auth" ||
           qop.find("auth,") == 0 || qop.find(", auth") != std::string::npos;
}

}  // namespace

bool ClientAuth::take_challenge(const sip_t* response) {
    if (user_.empty() || response == nullptr) return false;
    const bool is_proxy = response->sip_status->st_status == 407;
    const auto* header =
        is_proxy ? response->sip_proxy_authenticate : response->sip_www_authenticate;
    for (; header != nullptr; header = header->au_next) {
        auto fields = digest_of(header);
        if (!fields || fields->nonce.empty()) continue;
        if (!algorithm_of(fields->algorithm)) continue;
        if (fields->nonce == challenge_.nonce) return false;
        // A second new nonce in a row without "stale" is a wrong password, unless the old one has
        // served for long.
        if (!challenge_.nonce.empty() && count_ == 1 &&
            strcasecmp(fields->stale.c_str(), "true") != 0) {
            return false;
        }
        challenge_ = std::move(*fields);
        is_proxy_ = is_proxy;
        count_ = 0;
        return true;
    }
    return false;
}

std::string ClientAuth::header(const std::string& method, const std::string& uri) {
    if (challenge_.nonce.empty()) return {};
    DigestFields fields = challenge_;
    fields.uri = uri;
    const bool with_qop = offers_auth(fields.qop);
    fields.qop = with_qop ? "auth" : "";
    ++count_;
    std::array<char, 9> text;
    std::snprintf(text.data(), text.size(), "%08x", count_);
    fields.nc = text.data();
    std::array<unsigned char, 4> random;
    SEATLINE_ASSERT(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
    std::snprintf(text.data(), text.size(), "%02x%02x%02x%02x", random[0], random[1], random[2],
                  random[3]);
    fields.cnonce = text.data();
    const auto algorithm = algorithm_of(fields.algorithm).value_or(DigestAlgorithm::md5);
    const auto ha1 = digest_hex(algorithm, user_ + ':' + fields.realm + ':' + password_);
    std::string out = is_proxy_ ? "Proxy-Authorization: Digest " : "Authorization: Digest ";
    out += "username=" + quoted(user_) + ", realm=" + quoted(fields.realm) +
           ", nonce=" + quoted(fields.nonce) + ", uri=" + quoted(uri) +
           ", response=" + quoted(digest_response(ha1, method, fields, algorithm)) +
           ", algorithm=" + algorithm_name(algorithm);
    if (with_qop) out += ", qop=auth, nc=" + fields.nc + ", cnonce=" + quoted(fields.cnonce);
    if (!fields.opaque.empty()) out += ", opaque=" + quoted(fields.opaque);
    return out + "\r\n";
}

}  // namespace seatline::sip
