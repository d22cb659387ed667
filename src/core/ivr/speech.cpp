#include "core/ivr/speech.h"

#include <unordered_set>

#include "base/result.h"

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
        {"zh/no_answer", "您拨打的号码无人接听"},
        {"zh/busy", "您拨打的号码正忙"},
        {"zh/unreachable", "您拨打的号码无法接通"},
        {"zh/no_right", "您没有呼出权限"},
        {"zh/leave_message", "您拨打的用户暂时无法接听，请在提示音后留言，结束请按井号键"},
        {"zh/you_have", "您有"},
        {"zh/new_messages", "条新留言"},
        {"zh/no_new_messages", "没有新留言"},
        {"zh/ordinal", "第"},
        {"zh/message", "条"},
        {"zh/message_menu", "重听请按一，下一条请按二，删除请按三"},
        {"zh/message_deleted", "留言已删除"},
        {"zh/no_more_messages", "没有更多留言"},
        {"zh/mailbox_full", "信箱已满，无法留言，再见"},
        {"zh/enter_mailbox_pin", "请输入信箱密码，以井号键结束"},
        {"zh/enter_conference_pin", "请输入会议密码，以井号键结束"},
        {"zh/wrong_pin", "密码错误"},
        {"zh/conference_locked", "会议已锁定"},
        {"zh/conference_full", "会议人数已满"},
        {"zh/conference_entered", "您已进入会议"},
        {"zh/conference_ending", "会议将结束"},
        {"zh/muted", "您已被静音"},
        {"zh/unmuted", "您已取消静音"},
        {"zh/wait_for_moderator", "请等待主持人"},
    };
    return all;
}

bool is_built_in(std::string_view name) {
    static const std::unordered_set<std::string_view> names = [] {
        std::unordered_set<std::string_view> all{kMusic,    kRingbackTone, kBusyTone,   kBeep,
                                                 kJoinTone, kLeaveTone,    kMonitorTone};
        for (const Piece& piece : pieces()) all.insert(piece.name);
        return all;
    }();
    return names.contains(name);
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

void append_count(std::vector<std::string>& out, std::uint64_t count) {
    if (count == 2) {
        out.emplace_back("zh/liang");
    } else {
        append_number(out, count);
    }
}

std::vector<std::string> say_position(std::uint64_t ahead) {
    if (ahead == 0) return {"zh/next"};
    std::vector<std::string> out{"zh/ahead_before"};
    append_count(out, ahead);
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

std::vector<std::string> say_failure(EndCause cause) {
    switch (cause) {
        case EndCause::no_answer:
            return {"zh/no_answer"};
        case EndCause::busy:
        case EndCause::rejected:
            return {"zh/busy"};
        default:
            return {"zh/unreachable"};
    }
}

std::vector<std::string> say_no_right() {
    return {"zh/no_right"};
}

std::vector<std::string> say_leave_message() {
    return {"zh/leave_message", std::string(kBeep)};
}

std::vector<std::string> say_mailbox_full() {
    return {"zh/mailbox_full"};
}

std::vector<std::string> say_enter_mailbox_pin() {
    return {"zh/enter_mailbox_pin"};
}

std::vector<std::string> say_new_messages(std::uint64_t count) {
    if (count == 0) return {"zh/no_new_messages"};
    std::vector<std::string> out{"zh/you_have"};
    append_count(out, count);
    out.emplace_back("zh/new_messages");
    return out;
}

std::vector<std::string> say_message_number(std::uint64_t number) {
    std::vector<std::string> out{"zh/ordinal"};
    append_number(out, number);
    out.emplace_back("zh/message");
    return out;
}

std::vector<std::string> say_message_menu() {
    return {"zh/message_menu"};
}

std::vector<std::string> say_message_deleted() {
    return {"zh/message_deleted"};
}

std::vector<std::string> say_no_more_messages() {
    return {"zh/no_more_messages"};
}

std::vector<std::string> say_conference(ConferenceSpeech what) {
    switch (what) {
        case ConferenceSpeech::enter_pin:
            return {"zh/enter_conference_pin"};
        case ConferenceSpeech::wrong_pin:
            return {"zh/wrong_pin"};
        case ConferenceSpeech::locked:
            return {"zh/conference_locked"};
        case ConferenceSpeech::full:
            return {"zh/conference_full"};
        case ConferenceSpeech::entered:
            return {"zh/conference_entered"};
        case ConferenceSpeech::ending:
            return {"zh/conference_ending"};
        case ConferenceSpeech::muted:
            return {"zh/muted"};
        case ConferenceSpeech::unmuted:
            return {"zh/unmuted"};
        case ConferenceSpeech::wait_for_moderator:
            return {"zh/wait_for_moderator"};
    }
    assertion_failed("known sentence", __FILE__, __LINE__);
}

}  // namespace seatline::core::ivr
