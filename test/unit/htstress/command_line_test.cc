// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "command_line.hh"

#include <gtest/gtest.h>

#include "progress.hh"

namespace htstress {
namespace {

TEST(CommandLine, IsQuotedForTheShell) {
    EXPECT_EQ(command_line({"htstress", "-k", "http://[::1]:8081/a?b=c&d"}),
              "htstress -k 'http://[::1]:8081/a?b=c&d'");
    EXPECT_EQ(command_line({"htstress", "localhost:8081/a%20b"}), "htstress localhost:8081/a%20b");
    EXPECT_EQ(command_line({"--field", "X: it's", ""}), "--field 'X: it'\\''s' ''");
}

TEST(CommandLine, StaysPrintableAscii) {
    EXPECT_EQ(command_line({"a\nb'\\", "\xc3\xa4"}), "$'a\\012b\\'\\\\' $'\\303\\244'");
}

TEST(ProgressLine, SaysWhereTheRunIs) {
    EXPECT_EQ(progress_line({Sight::Phase::measuring, 1500, 2}, 0, 3.02, 500.4),
              "3 s: 1500 requests, 500/s, 2 failed");
    EXPECT_EQ(progress_line({Sight::Phase::measuring, 1500, 0}, 2000, 3, {}),
              "3 s: 1500 requests of 2000, 0 failed");
    EXPECT_EQ(progress_line({Sight::Phase::warming, 15, 0}, 2000, 1, 15),
              "warming up, 1 s: 15 requests, 15/s, 0 failed");
}

} // namespace
} // namespace htstress
