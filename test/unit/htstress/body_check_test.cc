// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "body_check.hh"

#include <gtest/gtest.h>

#include <string>

#include "body_sum.hh"

namespace htstress {
namespace {

TEST(BodySum, KnownValueInAnyPieces) {
    const std::string text = "123456789"; // whose CRC-32 is what catalogues give as the check value
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        BodySum sum;
        sum.add(std::string_view(text).substr(0, cut));
        sum.add(std::string_view(text).substr(cut));
        EXPECT_EQ(sum.value(), 0xcbf43926U);
        sum.clear();
        EXPECT_EQ(sum.value(), 0U);
    }
}

TEST(BodySum, ChecksumsAsWritten) {
    std::uint32_t sum = 1;
    EXPECT_TRUE(parse_checksum("crc32:CBF43926", sum));
    EXPECT_EQ(sum, 0xcbf43926U);
    EXPECT_TRUE(parse_checksum("crc32:0", sum));
    EXPECT_EQ(sum, 0U);
    for (const char* text : {"", "crc32", "crc32:", "crc32:x", "crc32:123456789", "crc32: 1",
                             "crc32:-1", "crc32:0x1", "CRC32:1", "md5:0", "cbf43926"})
        EXPECT_FALSE(parse_checksum(text, sum)) << text;
}

TEST(BodyCheck, NothingAsked) {
    BodyCheck check(Options{}, 1);
    EXPECT_FALSE(check.needs_sum());
    EXPECT_EQ(check.fault(0, 5, 0), nullptr);
}

TEST(BodyCheck, LengthAndSum) {
    Options options;
    options.length = 5;
    BodyCheck length(options, 1);
    EXPECT_FALSE(length.needs_sum());
    EXPECT_EQ(length.fault(0, 5, 0), nullptr);
    EXPECT_NE(length.fault(0, 4, 0), nullptr);
    options.checksum = 7;
    BodyCheck both(options, 1);
    EXPECT_TRUE(both.needs_sum());
    EXPECT_EQ(both.fault(0, 5, 7), nullptr);
    EXPECT_NE(both.fault(0, 5, 8), nullptr);
    EXPECT_NE(both.fault(0, 6, 7), nullptr);
}

TEST(BodyCheck, TheFirstAnswerToEachRequestIsTheMeasure) {
    Options options;
    options.verify = true;
    BodyCheck check(options, 2);
    EXPECT_TRUE(check.needs_sum());
    EXPECT_EQ(check.fault(0, 0, 0), nullptr); // an empty one is one, too
    EXPECT_EQ(check.fault(0, 0, 0), nullptr);
    EXPECT_NE(check.fault(0, 1, 0), nullptr);
    EXPECT_EQ(check.fault(1, 1, 9), nullptr);
    EXPECT_NE(check.fault(1, 1, 8), nullptr);
    EXPECT_NE(check.fault(1, 2, 9), nullptr);
    EXPECT_EQ(check.fault(1, 1, 9), nullptr);
}

} // namespace
} // namespace htstress
