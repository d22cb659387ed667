#include "core/ivr/speech.h"

namespace seatline::core::ivr {
namespace {

constexpr std::array<std::string_view, 10> kCountNames{"zh/0", "zh/1", "zh/2", "zh/3", "zh/4",
                                                       "zh/5", "zh/6", "zh/7", "zh/8", "zh/9"};
constexpr std::array<std::string_view, 4> kUnits{"", "zh/10", "zh/100", "zh/1000"};

/// Below ten thousand. `leading` is false inside a larger number, where 10-19 is 一十 and gaps are
/// filled with 零.
void append_below_10000(std::vector<std::string>& out, std::uint64_t number, bool leading) {
    static constexpr std::array<std::uint64_t, 4> kPowers{1, 10, 100, 1000};
    bool any = !leading;
    bool gap = !leading && number < 1000;
    for (int place = 3; place >= 0; --place) {
        const std::uint64_t digit = number / kPowers[static_cast<std::size_t>(place)] % 10;
        if (digit == 0) {
            gap = gap || any;
            continue;
        }
        if (gap && any) out.emplace_back("zh/0");
        gap = false;
        const bool bare_ten = place == 1 && digit == 1 && !any;  // 十二, not 一十二
        const bool liang = digit == 2 && place >= 2;             // 两百, 两千
        if (!bare_ten) out.emplace_back(liang ? "zh/liang" : kCountNames[digit]);
        if (place > 0) out.emplace_back(kUnits[static_cast<std::size_t>(place)]);
        any = true;
    }
}

}  // namespace

const std::vector<Piece>& pieces() {
    static const std::vector<Piece> all{
        {"zh/0", "零"},
        {"zh/1", "一"},
        {"zh/2", "二"},
        {"zh/3", "三"},
        {"zh/4", "四"},
        {"zh/5", "五"},
        {"zh/6", "六"},
        {"zh/7", "七"},
        {"zh/8", "八"},
        {"zh/9", "九"},
        {"zh/10", "十"},
        {"zh/100", "百"},
        {"zh/1000", "千"},
        {"zh/10000", "万"},
        {"zh/liang", "两"},
        {"zh/yao", "幺"},
        {"zh/ahead_before", "您前面还有"},
        {"zh/ahead_after", "位客户，请稍候"},
        {"zh/next", "您是下一位，请稍候"},
        {"zh/agent_serves", "号客服代表为您服务"},
        {"zh/sorry_busy", "对不起，现在座席全忙，请稍后再拨，再见"},
    };
    return all;
}

void append_number(std::vector<std::string>& out, std::uint64_t number) {
    if (number == 0) {
        out.emplace_back("zh/0");
    } else if (number < 10'000) {
        append_below_10000(out, number, true);
    } else if (number < 100'000'000) {
        const std::uint64_t high = number / 10'000;
        if (high == 2) {
            out.emplace_back("zh/liang");
        } else {
            append_below_10000(out, high, true);
        }
        out.emplace_back("zh/10000");
        if (number % 10'000 != 0) append_below_10000(out, number % 10'000, false);
    } else {
        for (const char c : std::to_string(number))
            out.emplace_back(kCountNames[static_cast<std::size_t>(c - '0')]);
    }
}

std::vector<std::string> say_position(std::uint64_t ahead) {
    if (ahead == 0) return {"zh/next"};
    std::vector<std::string> out{"zh/ahead_before"};
    if (ahead == 2) {
        out.emplace_back("zh/liang");  // 两位, never 二位
    } else {
        append_number(out, ahead);
    }
    out.emplace_back("zh/ahead_after");
    return out;
}

std::vector<std::string> say_sorry_busy() {
    return {"zh/sorry_busy"};
}

std::vector<std::string> say_agent_number(std::string_view number) {
    std::vector<std::string> out;
    for (const char c : number) {
        if (c == '1') {
            out.emplace_back("zh/yao");
        } else if (c >= '0' && c <= '9') {
            out.emplace_back(kCountNames[static_cast<std::size_t>(c - '0')]);
        }
    }
    out.emplace_back("zh/agent_serves");
    return out;
}

}  // namespace seatline::core::ivr
