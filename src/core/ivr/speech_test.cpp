#include "core/ivr/speech.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace seatline::core::ivr {
namespace {

/// The sentence as it is heard; tones in brackets.
std::string heard(const std::vector<std::string>& prompts) {
    std::map<std::string_view, std::string_view> texts;
    for (const Piece& piece : pieces()) texts.emplace(piece.name, piece.text);
    std::string out;
    for (const std::string& name : prompts) {
        EXPECT_TRUE(is_built_in(name)) << name;
        out += texts.contains(name) ? std::string(texts.at(name)) : "[" + name + "]";
    }
    return out;
}

TEST(speech, names_are_used_once) {
    std::set<std::string_view> names;
    for (const Piece& piece : pieces()) {
        EXPECT_TRUE(names.insert(piece.name).second) << piece.name;
        EXPECT_FALSE(piece.text.empty());
    }
}

TEST(speech, new_messages_are_counted_with_liang) {
    EXPECT_EQ(heard(say_new_messages(0)), "没有新留言");
    EXPECT_EQ(heard(say_new_messages(1)), "您有一条新留言");
    EXPECT_EQ(heard(say_new_messages(2)), "您有两条新留言");
    EXPECT_EQ(heard(say_new_messages(12)), "您有十二条新留言");
    EXPECT_EQ(heard(say_new_messages(22)), "您有二十二条新留言");
    EXPECT_EQ(heard(say_new_messages(102)), "您有一百零二条新留言");
}

TEST(speech, ordinals_are_not) {
    EXPECT_EQ(heard(say_message_number(1)), "第一条");
    EXPECT_EQ(heard(say_message_number(2)), "第二条");
    EXPECT_EQ(heard(say_message_number(20)), "第二十条");
}

TEST(speech, the_greeting_ends_with_the_beep) {
    EXPECT_EQ(heard(say_leave_message()),
              "您拨打的用户暂时无法接听，请在提示音后留言，结束请按井号键[tone/beep]");
}

TEST(speech, why_a_call_failed) {
    EXPECT_EQ(heard(say_failure(EndCause::no_answer)), "您拨打的号码无人接听");
    EXPECT_EQ(heard(say_failure(EndCause::busy)), "您拨打的号码正忙");
    EXPECT_EQ(heard(say_failure(EndCause::rejected)), "您拨打的号码正忙");
    EXPECT_EQ(heard(say_failure(EndCause::no_route)), "您拨打的号码无法接通");
    EXPECT_EQ(heard(say_failure(EndCause::unreachable)), "您拨打的号码无法接通");
    EXPECT_EQ(heard(say_no_right()), "您没有呼出权限");
}

TEST(speech, every_sentence_of_conference_and_mailbox_exists) {
    std::set<std::string> sentences;
    for (int i = 0; i <= static_cast<int>(ConferenceSpeech::wait_for_moderator); ++i)
        sentences.insert(heard(say_conference(static_cast<ConferenceSpeech>(i))));
    EXPECT_EQ(sentences.size(), 9u);
    EXPECT_TRUE(sentences.contains("请输入会议密码，以井号键结束"));
    EXPECT_EQ(heard(say_message_menu()), "重听请按一，下一条请按二，删除请按三");
    EXPECT_EQ(heard(say_message_deleted()), "留言已删除");
    EXPECT_EQ(heard(say_no_more_messages()), "没有更多留言");
    EXPECT_EQ(heard(say_mailbox_full()), "信箱已满，无法留言，再见");
    EXPECT_EQ(heard(say_enter_mailbox_pin()), "请输入信箱密码，以井号键结束");
}

TEST(speech, what_is_not_built_in) {
    EXPECT_TRUE(is_built_in("music"));
    EXPECT_TRUE(is_built_in("tone/busy"));
    EXPECT_FALSE(is_built_in("welcome"));
    EXPECT_FALSE(is_built_in("zh/hello"));
    EXPECT_FALSE(is_built_in(""));
}

}  // namespace
}  // namespace seatline::core::ivr
