#include "sip/dialog_name.h"

#include <strings.h>

#include <cctype>

namespace seatline::sip {

namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
        text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
        text.remove_suffix(1);
    return text;
}

bool same_word(std::string_view a, std::string_view b) {
    return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const int lower = std::tolower(static_cast<unsigned char>(c));
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            const int high = hex_digit(text[i + 1]);
            const int low = hex_digit(text[i + 2]);
            if (high >= 0 && low >= 0) {
                out += static_cast<char>(high * 16 + low);
                i += 2;
                continue;
            }
        }
        out += text[i];
    }
    return out;
}

std::optional<DialogName> read_name(std::string_view text, std::string_view ours,
                                    std::string_view theirs) {
    DialogName name;
    name.call_id = trimmed(text.substr(0, text.find(';')));
    while (text.find(';') != std::string_view::npos) {
        text.remove_prefix(text.find(';') + 1);
        const auto parameter = text.substr(0, text.find(';'));
        const auto equals = parameter.find('=');
        const auto key = trimmed(parameter.substr(0, equals));
        const auto value = equals == std::string_view::npos ? std::string_view{}
                                                            : trimmed(parameter.substr(equals + 1));
        if (same_word(key, ours)) name.local_tag = value;
        if (same_word(key, theirs)) name.remote_tag = value;
        if (same_word(key, "early-only")) name.early_only = true;
    }
    if (name.call_id.empty() || name.local_tag.empty() || name.remote_tag.empty())
        return std::nullopt;
    return name;
}

}  // namespace

std::optional<DialogName> read_replaces(std::string_view text) {
    return read_name(text, "to-tag", "from-tag");
}

std::optional<DialogName> read_target_dialog(std::string_view text) {
    return read_name(text, "remote-tag", "local-tag");
}

std::string replaces_in_headers(std::string_view url_headers) {
    while (!url_headers.empty()) {
        const auto header = url_headers.substr(0, url_headers.find('&'));
        url_headers.remove_prefix(std::min(header.size() + 1, url_headers.size()));
        const auto equals = header.find('=');
        if (equals != std::string_view::npos && same_word(header.substr(0, equals), "Replaces"))
            return unescaped(header.substr(equals + 1));
    }
    return {};
}

}  // namespace seatline::sip
