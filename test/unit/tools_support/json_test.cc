// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "json.hh"

#include <gtest/gtest.h>

#include <string_view>

namespace ktcp::tools {
namespace {

TEST(Json, PlainTextIsOnlyQuoted) { EXPECT_EQ(json_string("a b/c"), "\"a b/c\""); }

TEST(Json, QuotesAndBackslashesAreEscaped) {
    EXPECT_EQ(json_string("say \"a\\b\""), "\"say \\\"a\\\\b\\\"\"");
}

TEST(Json, ControlCharactersAreEscapedByNumber) {
    EXPECT_EQ(json_string(std::string_view("\n\0\x1f", 3)), "\"\\u000a\\u0000\\u001f\"");
}

TEST(Json, BytesOfUtf8PassThrough) { EXPECT_EQ(json_string("µ"), "\"µ\""); }

} // namespace
} // namespace ktcp::tools
