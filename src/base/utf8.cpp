#include "base/utf8.h"

namespace seatline {

std::size_t utf8_sequence(std::string_view text) {
    if (text.empty()) return 0;
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = at(0);
    if (first < 0x80) return 1;
    const std::size_t size = first < 0xc2   ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
    if (size == 0 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((at(i) & 0xc0) != 0x80) return 0;
    }
    const bool overlong = (first == 0xe0 && at(1) < 0xa0) || (first == 0xf0 && at(1) < 0x90);
    const bool surrogate = first == 0xed && at(1) > 0x9f;
    const bool beyond = first == 0xf4 && at(1) > 0x8f;
    return overlong || surrogate || beyond ? 0 : size;
}

std::string valid_utf8(std::string text) {
    const std::string_view all = text;
    std::size_t good = 0;
    while (good < all.size()) {
        const std::size_t size = utf8_sequence(all.substr(good));
        if (size == 0) break;
        good += size;
    }
    if (good == all.size()) return text;
    std::string out(all.substr(0, good));
    while (good < all.size()) {
        const std::size_t size = utf8_sequence(all.substr(good));
        out += size == 0 ? std::string_view("\xef\xbf\xbd") : all.substr(good, size);
        good += size == 0 ? 1 : size;
    }
    return out;
}

std::string printable(std::string text) {
    text = valid_utf8(std::move(text));
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    }
    return text;
}

}  // namespace seatline
