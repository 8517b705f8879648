// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "message.hh"

#include <gtest/gtest.h>

#include <cctype>
#include <cstring>
#include <set>
#include <string>
#include <vector>

namespace bench {
namespace {

std::string unique(std::size_t size, std::uint64_t who, std::uint64_t when) {
    std::string text(size, '\0');
    write_unique(text, who, when);
    return text;
}

TEST(Message, IsPrintable) {
    for (const char c : common_message(10'000))
        EXPECT_TRUE(std::isprint(static_cast<unsigned char>(c)));
}

TEST(Message, IsTheSameEachTime) {
    EXPECT_EQ(unique(1000, 3, 4), unique(1000, 3, 4));
    EXPECT_EQ(common_message(777), common_message(777));
}

// The short message of the default is long enough to tell a thousand threads' rounds apart.
TEST(Message, OfSixteenBytesDiffersByThreadAndRound) {
    std::set<std::string> seen;
    for (std::uint64_t who = 1; who <= 1000; ++who)
        for (std::uint64_t when = 0; when < 10; ++when)
            EXPECT_TRUE(seen.insert(unique(16, who, when)).second) << who << ' ' << when;
}

TEST(Message, DiffersThroughout) {
    const std::string a = unique(4000, 1, 0);
    const std::string b = unique(4000, 2, 0);
    for (std::size_t at = 0; at < a.size(); at += 40)
        EXPECT_NE(a.substr(at, 40), b.substr(at, 40)) << at;
}

// A server that repeats a block, or swaps two, must not get away with it.
TEST(Message, HasNoPeriod) {
    const std::vector<char> message = common_message(1 << 20);
    std::set<std::string> seen;
    for (std::size_t at = 0; at + 16 <= message.size(); at += 4096)
        EXPECT_TRUE(seen.insert(std::string(&message[at], 16)).second) << at;
}

class EchoCheckTest : public testing::Test {
protected:
    void begin(const std::string& text) {
        message_.assign(text.begin(), text.end());
        check_.begin(message_);
    }
    bool take(const std::string& bytes, std::size_t sent) { return check_.take(bytes, sent); }

    std::vector<char> message_;
    EchoCheck check_;
};

TEST_F(EchoCheckTest, TakesAnEchoInPieces) {
    begin("hello world");
    EXPECT_TRUE(take("hel", 11));
    EXPECT_FALSE(check_.complete());
    EXPECT_EQ(check_.missing(), 8U);
    EXPECT_TRUE(take("lo world", 11));
    EXPECT_TRUE(check_.complete());
}

TEST_F(EchoCheckTest, NamesTheFirstWrongByte) {
    begin("hello world");
    EXPECT_TRUE(take("hello", 11));
    EXPECT_FALSE(take(" w0rld", 11));
    EXPECT_EQ(check_.fault(), "wrong echo: byte 7 of 11 is 0x30 and should be 0x6f");
}

TEST_F(EchoCheckTest, MoreThanWasSentIsWrong) {
    begin("hello");
    EXPECT_FALSE(take("hello!", 5));
    EXPECT_EQ(check_.fault(), "more came back than was sent: 6 bytes for 5");
}

// Right bytes that cannot be an echo yet.
TEST_F(EchoCheckTest, BytesBeforeTheyAreSentAreWrong) {
    begin("hello");
    EXPECT_TRUE(take("he", 3));
    EXPECT_FALSE(take("llo", 3));
}

TEST_F(EchoCheckTest, BeginsAnew) {
    begin("hello");
    EXPECT_FALSE(take("x", 5));
    begin("again");
    EXPECT_EQ(check_.received(), 0U);
    EXPECT_TRUE(take("again", 5));
    EXPECT_TRUE(check_.complete());
}

} // namespace
} // namespace bench
