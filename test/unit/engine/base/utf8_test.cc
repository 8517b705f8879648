// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "base/utf8.hh"
#include "text.hh"

#include <gtest/gtest.h>

namespace ktcp {
namespace {

// One letter a step: the number of bytes of a whole character, or '?'.
std::string steps(std::string_view text) {
    std::string found;
    const char* end = text.data() + text.size();
    for (const char* p = text.data(); p != end;) {
        const utf8::Step step = utf8::step(p, end);
        found += step.valid ? static_cast<char>('0' + step.size) : '?';
        p += step.size;
    }
    return found;
}

std::string encode(uint32_t code, int length) {
    std::string bytes;
    for (int i = length - 1; i > 0; i--)
        bytes.insert(bytes.begin(),
                     static_cast<char>(0x80 | (code >> (6 * (length - 1 - i)) & 0x3f)));
    const unsigned mark = length == 1 ? 0 : 0xf00 >> length & 0xff;
    bytes.insert(bytes.begin(), static_cast<char>(mark | code >> (6 * (length - 1))));
    return bytes;
}

TEST(Utf8, EveryCharacterIsOneStepInItsShortestFormOnly) {
    ASSERT_EQ(encode(0x20ac, 3), "\xe2\x82\xac");
    for (uint32_t code = 0; code < 0x200000; code += code < 0x110400 ? 1 : 61) {
        const int shortest = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        const bool valid = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
        for (int length = shortest; length <= 4; length++) {
            const std::string text = encode(code, length);
            const std::string wanted = valid && length == shortest
                                           ? std::string(1, static_cast<char>('0' + length))
                                           : std::string(text.size(), '?');
            ASSERT_EQ(steps(text), wanted) << std::hex << code << " in " << length << " bytes";
        }
    }
}

// The examples of the Unicode Standard, section 3.9, tables 3-8 to 3-11.
TEST(Utf8, InvalidBytesAreCutAtMaximalSubparts) {
    EXPECT_EQ(steps("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"), "????????1");
    EXPECT_EQ(steps("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41"), "????????1");
    EXPECT_EQ(steps("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42"), "?????1??1");
    EXPECT_EQ(steps("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41"), "????1");
}

TEST(Utf8, TextMayEndAnywhere) {
    EXPECT_EQ(steps("\xf0\x9f\x98\x80"), "4");
    EXPECT_EQ(steps("\xf0\x9f\x98"), "?");
    EXPECT_EQ(steps("\xf0\x9f"), "?");
    EXPECT_EQ(steps("\xf0"), "?");
    EXPECT_EQ(steps("\xe2\x82"), "?");
    EXPECT_EQ(steps("\xc3"), "?");
    EXPECT_EQ(steps("\x80"), "?");
}

} // namespace
} // namespace ktcp
