// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "base/writer.hh"
#include "text.hh"

#include <gtest/gtest.h>

namespace ktcp {
namespace {

using test::written;

TEST(Writer, WritesDecimals) {
    EXPECT_EQ(written([](Writer& out) { out.put_decimal(0); }), "0");
    EXPECT_EQ(written([](Writer& out) { out.put_decimal(18446744073709551615u); }),
              "18446744073709551615");
    EXPECT_EQ(written([](Writer& out) { out.put_padded(7, 3); }), "007");
}

TEST(Writer, DropsWhatDoesNotFitAndSaysSo) {
    char memory[4] = {'?', '?', '?', '?'};
    Writer out(memory, memory + 3);
    out.put("ab"_b);
    EXPECT_FALSE(out.overflowed());
    out.put("cd"_b);
    EXPECT_TRUE(out.overflowed());
    EXPECT_EQ(out.size(), 2u);
    out.put('c');
    out.put('d');
    EXPECT_EQ(out.size(), 3u);
    EXPECT_EQ(memory[3], '?');
    EXPECT_EQ(out.reserve(1), nullptr);
}

} // namespace
} // namespace ktcp
