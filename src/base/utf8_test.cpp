#include "base/utf8.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace seatline {

const std::string kOdd = "\xef\xbf\xbd";

TEST(utf8, good_text_stays) {
    for (const std::string text :
         {"", "abc", "王芳", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
        EXPECT_EQ(valid_utf8(text), text);
    }
}

TEST(utf8, odd_octets_are_replaced) {
    EXPECT_EQ(valid_utf8("a\x9f"
                         "b"),
              "a" + kOdd + "b");
    EXPECT_EQ(valid_utf8("\xe7\x8e"), kOdd + kOdd) << "cut off";
    EXPECT_EQ(valid_utf8("\xc0\xaf"), kOdd + kOdd) << "overlong";
    EXPECT_EQ(valid_utf8("\xed\xa0\x80"), kOdd + kOdd + kOdd) << "surrogate";
    EXPECT_EQ(valid_utf8("\xf5\x80\x80\x80"), kOdd + kOdd + kOdd + kOdd) << "beyond U+10FFFF";
}

TEST(utf8, json_is_readable_whatever_the_text) {
    for (int octet = 0; octet < 256; ++octet) {
        const std::vector<std::string> texts{std::string("x") + static_cast<char>(octet) + "y"};
        const auto back = from_json<std::vector<std::string>>(to_json(texts));
        ASSERT_TRUE(back.has_value()) << octet << ": " << to_json(texts);
        EXPECT_EQ(back->front(), valid_utf8(texts.front()));
    }
}

TEST(utf8, a_log_line_has_no_control_characters) {
    EXPECT_EQ(printable("8001\r\n[error] forged \x1b[31m"), "8001??[error] forged ?[31m");
    EXPECT_EQ(printable("王芳\xff"), "王芳\xef\xbf\xbd");
}

}  // namespace seatline
