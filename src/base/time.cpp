#include "base/time.h"

#include <array>

namespace seatline {
namespace {

void put_digits(char*& out, std::int64_t value, int width) {
    for (int i = width - 1; i >= 0; --i) {
        out[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    out += width;
}

/// Reads exactly `width` digits at `pos` and moves past them.
std::optional<int> take_digits(std::string_view text, std::size_t& pos, std::size_t width) {
    if (pos + width > text.size()) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
        const char c = text[pos + i];
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    pos += width;
    return value;
}

bool take_char(std::string_view text, std::size_t& pos, char c) {
    if (pos >= text.size() || text[pos] != c) return false;
    ++pos;
    return true;
}

/// "Z", "+hh:mm" or "-hh:mm" up to the end of the text.
std::optional<minutes> take_offset(std::string_view text, std::size_t& pos) {
    if (take_char(text, pos, 'Z'))
        return pos == text.size() ? std::optional(minutes{0}) : std::nullopt;
    const bool minus = pos < text.size() && text[pos] == '-';
    if (!take_char(text, pos, minus ? '-' : '+')) return std::nullopt;
    const auto hour = take_digits(text, pos, 2);
    if (!hour || !take_char(text, pos, ':')) return std::nullopt;
    const auto minute = take_digits(text, pos, 2);
    if (!minute || *hour > 23 || *minute > 59 || pos != text.size()) return std::nullopt;
    const minutes offset{*hour * 60 + *minute};
    return minus ? -offset : offset;
}

}  // namespace

void append_rfc3339(std::string& out, Instant t) {
    using namespace std::chrono;
    const sys_time<microseconds> sys{t.time_since_epoch()};
    const auto day = floor<days>(sys);
    const year_month_day date{day};
    const hh_mm_ss<microseconds> clock{sys - day};
    std::array<char, 27> text;
    char* p = text.data();
    put_digits(p, static_cast<int>(date.year()), 4);
    *p++ = '-';
    put_digits(p, static_cast<unsigned>(date.month()), 2);
    *p++ = '-';
    put_digits(p, static_cast<unsigned>(date.day()), 2);
    *p++ = 'T';
    put_digits(p, clock.hours().count(), 2);
    *p++ = ':';
    put_digits(p, clock.minutes().count(), 2);
    *p++ = ':';
    put_digits(p, clock.seconds().count(), 2);
    *p++ = '.';
    put_digits(p, clock.subseconds().count(), 6);
    *p++ = 'Z';
    out.append(text.data(), text.size());
}

std::string format_rfc3339(Instant t) {
    std::string out;
    append_rfc3339(out, t);
    return out;
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
    std::size_t pos = 0;
    const auto y = take_digits(text, pos, 4);
    if (!y || !take_char(text, pos, '-')) return std::nullopt;
    const auto mon = take_digits(text, pos, 2);
    if (!mon || !take_char(text, pos, '-')) return std::nullopt;
    const auto d = take_digits(text, pos, 2);
    if (!d || !take_char(text, pos, 'T')) return std::nullopt;
    const auto h = take_digits(text, pos, 2);
    if (!h || !take_char(text, pos, ':')) return std::nullopt;
    const auto min = take_digits(text, pos, 2);
    if (!min || !take_char(text, pos, ':')) return std::nullopt;
    const auto s = take_digits(text, pos, 2);
    if (!s || *h > 23 || *min > 59 || *s > 59) return std::nullopt;
    std::int64_t us = 0;
    if (take_char(text, pos, '.')) {
        int digits = 0;
        while (pos < text.size() && text[pos] >= '0' && text[pos] <= '9' && digits < 6) {
            us = us * 10 + (text[pos++] - '0');
            ++digits;
        }
        if (digits == 0) return std::nullopt;
        for (; digits < 6; ++digits) us *= 10;
    }
    const auto offset = take_offset(text, pos);
    if (!offset) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*y},
                                           std::chrono::month{static_cast<unsigned>(*mon)},
                                           std::chrono::day{static_cast<unsigned>(*d)}};
    if (!date.ok()) return std::nullopt;
    const auto day = std::chrono::sys_days{date}.time_since_epoch();
    return Instant{microseconds{day} + hours{*h} + minutes{*min} + seconds{*s} + microseconds{us} -
                   *offset};
}

}  // namespace seatline
