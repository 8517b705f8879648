// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "units.hh"

#include <gtest/gtest.h>

namespace htstress {
namespace {

TEST(Units, Durations) {
    const std::pair<const char*, double> known[] = {
        {"10", 10},     {"0.3", 0.3},     {"10s", 10},  {"500ms", 0.5}, {"2m", 120},
        {"1.5h", 5400}, {"250us", 25e-5}, {".5s", 0.5}, {"7.", 7},      {"86400000s", 86400000}};
    for (const auto& [text, seconds] : known) {
        double parsed = -1;
        EXPECT_TRUE(parse_duration(text, parsed)) << text;
        EXPECT_DOUBLE_EQ(parsed, seconds) << text;
    }
    for (const char* text :
         {"",    "s",   "0",   "0ms", "-1",    "+1", "1e3",  "inf",  "nan",       "10 s",
          " 10", "10 ", "10x", "10S", "1.2.3", ".",  "0x10", "10ss", "86400001s", "99999999999h"}) {
        double parsed = -1;
        EXPECT_FALSE(parse_duration(text, parsed)) << text;
        EXPECT_EQ(parsed, -1) << text;
    }
}

TEST(Units, Rates) {
    const std::pair<const char*, double> known[] = {{"1000", 1000},  {"0.5", 0.5},
                                                    {"10k", 10000},  {"10K", 10000},
                                                    {"1.5M", 1.5e6}, {"1000M", 1e9}};
    for (const auto& [text, rate] : known) {
        double parsed = -1;
        EXPECT_TRUE(parse_rate(text, parsed)) << text;
        EXPECT_DOUBLE_EQ(parsed, rate) << text;
    }
    for (const char* text : {"", "k", "0", "-5", "1/s", "10kk", "1001M", "1e9"}) {
        double parsed = -1;
        EXPECT_FALSE(parse_rate(text, parsed)) << text;
    }
}

TEST(Units, Counts) {
    std::uint64_t count = 1;
    EXPECT_TRUE(parse_count("0", count));
    EXPECT_EQ(count, 0U);
    EXPECT_TRUE(parse_count("18446744073709551615", count));
    EXPECT_EQ(count, ~std::uint64_t{0});
    for (const char* text : {"", "-1", "+1", "1 ", " 1", "1s", "0x1", "18446744073709551616"})
        EXPECT_FALSE(parse_count(text, count)) << text;
    EXPECT_EQ(count, ~std::uint64_t{0});
}

} // namespace
} // namespace htstress
