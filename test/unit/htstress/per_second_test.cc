// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "per_second.hh"

#include <gtest/gtest.h>

namespace htstress {
namespace {

constexpr std::uint64_t second = 1'000'000'000;

Series series_of(std::initializer_list<unsigned> counts) {
    Series series;
    std::uint64_t at = 0;
    for (const unsigned count : counts) {
        for (unsigned i = 0; i < count; ++i)
            series.count(at + second / 2);
        at += second;
    }
    return series;
}

TEST(PerSecond, TheLastOneIsPartial) {
    const PerSecond rates = per_second(series_of({30, 10, 20, 5}), 3.4);
    EXPECT_EQ(rates.whole, (std::vector<std::uint64_t>{30, 10, 20}));
    EXPECT_EQ(rates.rest, 5U);
    EXPECT_EQ(rates.median, 20);
    EXPECT_EQ(rates.smallest, 10U);
    EXPECT_EQ(rates.largest, 30U);
}

TEST(PerSecond, MedianOfAnEvenNumberIsBetweenTheMiddleOnes) {
    EXPECT_EQ(per_second(series_of({4, 1, 3, 10}), 4).median, 3.5);
}

// A server that stalls: nothing was counted for the seconds at the end, but they went by.
TEST(PerSecond, SecondsWithoutAnAnswerCount) {
    const PerSecond rates = per_second(series_of({100, 0, 100}), 6.9);
    EXPECT_EQ(rates.whole, (std::vector<std::uint64_t>{100, 0, 100, 0, 0, 0}));
    EXPECT_EQ(rates.rest, 0U);
    EXPECT_EQ(rates.median, 0);
    EXPECT_EQ(rates.largest, 100U);
}

TEST(PerSecond, NoWholeSecond) {
    const PerSecond rates = per_second(series_of({7}), 0.9);
    EXPECT_TRUE(rates.whole.empty());
    EXPECT_EQ(rates.rest, 7U);
    EXPECT_EQ(rates.median, 0);
    EXPECT_TRUE(per_second(Series{}, 0).whole.empty());
}

// Answers that were waited for after the end belong to no whole second.
TEST(PerSecond, RestIsAllThatComesAfter) {
    EXPECT_EQ(per_second(series_of({1, 2, 3, 4}), 2.0).rest, 7U);
}

TEST(Series, OfSeveralThreads) {
    Series sum = series_of({1, 2});
    sum.add(series_of({10, 0, 5}));
    EXPECT_EQ(sum.seconds(), (std::vector<std::uint64_t>{11, 2, 5}));
}

} // namespace
} // namespace htstress
