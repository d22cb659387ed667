#include "sip/sdp/crypto.h"

#include <strings.h>

#include <bitset>
#include <cctype>
#include <charconv>

namespace seatline::sip::sdp {

namespace {

constexpr std::size_t key_characters = 40;  ///< base64 of 30 octets needs no padding

std::string_view next_word(std::string_view& rest) {
    const auto start = rest.find_first_not_of(" \t");
    if (start == std::string_view::npos) {
        rest = {};
        return {};
    }
    rest.remove_prefix(start);
    const auto word = rest.substr(0, rest.find_first_of(" \t"));
    rest.remove_prefix(word.size());
    return word;
}

bool starts_with_word(std::string_view text, std::string_view start) {
    return text.size() >= start.size() && strncasecmp(text.data(), start.data(), start.size()) == 0;
}

bool is_key(std::string_view text) {
    if (text.size() != key_characters) return false;
    for (const char c : text) {
        if (!std::isalnum(static_cast<unsigned char>(c)) && c != '+' && c != '/') return false;
    }
    return true;
}

template <class T>
bool read_number(std::string_view text, T& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc{} && end == text.data() + text.size();
}

std::string_view known_suite(std::string_view name) {
    for (const std::string_view suite : {"AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"}) {
        if (name.size() == suite.size() && starts_with_word(name, suite)) return suite;
    }
    return {};
}

}  // namespace

std::optional<MediaCrypto> read_crypto(std::string_view value) {
    MediaCrypto crypto;
    const auto tag = next_word(value);
    if (tag.size() > 9 || !read_number(tag, crypto.tag)) return std::nullopt;
    crypto.suite = known_suite(next_word(value));
    if (crypto.suite.empty()) return std::nullopt;
    auto key = next_word(value);
    if (!starts_with_word(key, "inline:") || key.find(';') != std::string_view::npos)
        return std::nullopt;
    key.remove_prefix(7);
    const auto after_key = key.substr(std::min(key.find('|'), key.size()));
    if (after_key.find(':') != std::string_view::npos) return std::nullopt;  // MKI:length
    key = key.substr(0, key.find('|'));
    if (!is_key(key)) return std::nullopt;
    crypto.key_base64 = key;
    for (auto word = next_word(value); !word.empty(); word = next_word(value)) {
        if (!starts_with_word(word, "WSH=")) return std::nullopt;  // only a hint
    }
    return crypto;
}

std::vector<MediaCrypto> crypto_of(const MediaLine& media) {
    std::vector<MediaCrypto> out;
    for (const auto& attribute : media.attributes) {
        if (attribute.name != "crypto") continue;
        if (auto crypto = read_crypto(attribute.value)) out.push_back(std::move(*crypto));
        if (out.size() == max_crypto) break;
    }
    return out;
}

std::string crypto_line(const MediaCrypto& crypto) {
    return "a=crypto:" + std::to_string(crypto.tag) + ' ' + crypto.suite +
           " inline:" + crypto.key_base64 + "\r\n";
}

std::string common_events(std::string_view offered) {
    std::bitset<16> events;
    while (!offered.empty()) {
        auto range = offered.substr(0, offered.find(','));
        offered.remove_prefix(std::min(range.size() + 1, offered.size()));
        unsigned first = 0;
        unsigned last = 0;
        auto low = next_word(range);
        const auto dash = low.find('-');
        if (!read_number(low.substr(0, dash), first)) continue;
        last = first;
        if (dash != std::string_view::npos && !read_number(low.substr(dash + 1), last)) continue;
        for (auto event = first; event <= last && event < events.size(); ++event) events.set(event);
    }
    if (events.none() || events.all()) return "0-15";
    std::string out;
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (!events[i]) continue;
        auto last = i;
        while (last + 1 < events.size() && events[last + 1]) ++last;
        out += (out.empty() ? "" : ",") + std::to_string(i);
        if (last > i) out += '-' + std::to_string(last);
        i = last;
    }
    return out;
}

}  // namespace seatline::sip::sdp
