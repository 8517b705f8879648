// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "base/scan.hh"

#include <gtest/gtest.h>

#include <string>

namespace ktcp {
namespace {

TEST(Scan, FindsTheFirstByteAtEveryOffsetAndLength) {
    for (size_t size = 0; size < 40; size++) {
        const std::string none(size, 'x');
        EXPECT_EQ(scan::find(none.data(), none.data() + size, '\n'), none.data() + size);
        for (size_t at = 0; at < size; at++) {
            std::string text = none;
            text[at] = '\n';
            text.back() = '\n'; // a later one must not win
            EXPECT_EQ(scan::find(text.data(), text.data() + size, '\n'), text.data() + at);
        }
    }
}

TEST(Scan, IsNotFooledByNeighbouringBytes) {
    // A borrow in the subtraction must not report a byte before the real one.
    for (int byte = 0; byte < 256; byte++) {
        std::string text(16, static_cast<char>(byte));
        text[9] = '\n';
        const size_t expected = byte == '\n' ? 0 : 9;
        EXPECT_EQ(scan::find(text.data(), text.data() + 16, '\n'), text.data() + expected) << byte;
    }
}

TEST(Scan, SeesEveryControlCharacterInEveryPlace) {
    for (int place = 0; place < 8; place++)
        for (int byte = 0; byte < 256; byte++) {
            std::string text = "abcdefgh";
            text[static_cast<size_t>(place)] = static_cast<char>(byte);
            if (byte < 0x20 || byte == 0x7f) {
                EXPECT_TRUE(scan::maybe_control(scan::load(text.data()))) << byte;
            } else if (byte < 0x80) {
                EXPECT_FALSE(scan::maybe_control(scan::load(text.data()))) << byte;
            }
        }
}

} // namespace
} // namespace ktcp
