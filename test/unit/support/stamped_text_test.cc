// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "churn/stamped_text.hh"

#include <gtest/gtest.h>

namespace ktcp::test {
namespace {

TEST(StampedText, OfOtherStampsIsAnother) {
    EXPECT_EQ(StampedText(17, 100), StampedText(17, 100));
    EXPECT_NE(StampedText(17, 100), StampedText(17, 101));
    EXPECT_NE(StampedText(17, 100), StampedText(18, 100));
    StampedText patched(17, 100);
    patched.overwrite(18, 44, 4); // of the checksum
    EXPECT_NE(patched, StampedText(17, 100));
    patched.overwrite(17, 44, 4);
    EXPECT_EQ(patched, StampedText(17, 100));
}

// A stamp's upper bytes are zero, and its lower ones may be another's.
TEST(StampedText, OfTheSameBytesIsTheSame) {
    StampedText patched(17, 8);
    patched.overwrite(18, 4, 4);
    EXPECT_EQ(patched.bytes(), StampedText(17, 8).bytes());
    EXPECT_EQ(patched, StampedText(17, 8));
    EXPECT_EQ(StampedText(17, 8), patched);
    patched.overwrite(19, 0, 8);
    EXPECT_NE(patched, StampedText(17, 8));
    EXPECT_EQ(StampedText(0x11, 1), StampedText(0x2211, 1));
    EXPECT_NE(StampedText(0x11, 2), StampedText(0x2211, 2));
    EXPECT_NE(StampedText(0x11, 16), StampedText(0x2211, 16));
}

TEST(StampedText, ThatDiffersInItsLastBytesIsAnother) {
    StampedText longer(17, 3000), other(17, 3000);
    other.overwrite(18, 2990, 10);
    EXPECT_NE(longer, other);
    other.overwrite(17, 2990, 10);
    EXPECT_EQ(longer, other);
}

} // namespace
} // namespace ktcp::test
