// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "base/hex.hh"

#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdio>
#include <string>

namespace ktcp::hex {
namespace {

TEST(Hex, WritesWhatPrintfWrites) {
    for (int bit = 0; bit < 64; bit++)
        for (uint64_t value : {uint64_t{1} << bit, (uint64_t{1} << bit) - 1, UINT64_MAX >> bit}) {
            char text[max_size + 1] = {}, expected[max_size + 1];
            char* const end = put(text, value);
            std::snprintf(expected, sizeof expected, "%" PRIx64, value);
            EXPECT_STREQ(text, expected);
            EXPECT_EQ(end - text, static_cast<ptrdiff_t>(std::string(expected).size()));
        }
}

TEST(Hex, WritesAsManyDigitsAsAreAskedFor) {
    char text[5] = {};
    EXPECT_EQ(put_digits(text, 0xa12345, 4), text + 4);
    EXPECT_STREQ(text, "2345");
    put_digits(text, 7, 4);
    EXPECT_STREQ(text, "0007");
}

} // namespace
} // namespace ktcp::hex
