// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "histogram.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace ktcp::tools {
namespace {

TEST(Histogram, EmptyIsZero) {
    const Histogram h;
    EXPECT_EQ(h.quantile(0.5), 0U);
    EXPECT_EQ(h.max(), 0U);
}

TEST(Histogram, SmallValuesAreExact) {
    Histogram h;
    for (std::uint64_t v = 0; v < 64; ++v)
        h.record(v);
    EXPECT_EQ(h.quantile(0), 0U);
    EXPECT_EQ(h.quantile(0.5), 31U);
    EXPECT_EQ(h.quantile(1), 63U);
}

// Each value alone must come back within 0.8 %, on both sides of every power of two too.
TEST(Histogram, OneValueComesBackWithinItsStep) {
    for (std::uint64_t power = 6; power < 44; ++power) {
        for (const std::int64_t offset : {-1, 0, 1, 17}) {
            const std::uint64_t value =
                (std::uint64_t{1} << power) + static_cast<std::uint64_t>(offset);
            Histogram h;
            h.record(value);
            h.record(std::uint64_t{1} << 43); // so that the maximum does not cut the answer
            const auto read = static_cast<double>(h.quantile(0.5));
            EXPECT_NEAR(read, static_cast<double>(value), static_cast<double>(value) * 0.008)
                << value;
        }
    }
}

TEST(Histogram, QuantilesOfARamp) {
    Histogram h;
    for (std::uint64_t v = 1; v <= 100'000; ++v)
        h.record(v);
    EXPECT_NEAR(static_cast<double>(h.quantile(0.5)), 50'000, 400);
    EXPECT_NEAR(static_cast<double>(h.quantile(0.9)), 90'000, 720);
    EXPECT_NEAR(static_cast<double>(h.quantile(0.99)), 99'000, 800);
    EXPECT_EQ(h.max(), 100'000U);
    EXPECT_EQ(h.total(), 100'000U);
}

// The promise in the header, at every place where it could break: the ends of each step.
TEST(Histogram, NoValueIsReadBackMoreThanItsShareOff) {
    double worst = 0;
    for (std::uint64_t value = 1; value < std::uint64_t{1} << 44; value += 1 + value / 193) {
        Histogram h;
        h.record(1); // so that neither the least ...
        h.record(value);
        h.record((std::uint64_t{1} << 44) - 1); // ... nor the greatest corrects the answer
        const double off =
            std::abs(static_cast<double>(h.quantile(0.6)) / static_cast<double>(value) - 1);
        worst = std::max(worst, off);
    }
    EXPECT_LE(worst, 0.008);
    EXPECT_GT(worst, 0.004) << "better than it says: the header should say so";
}

TEST(Histogram, ValuesBeyondTheRangeAreCountedApart) {
    Histogram h;
    h.record((std::uint64_t{1} << 44) - 1);
    EXPECT_EQ(h.beyond(), 0U);
    h.record(~std::uint64_t{0});
    h.record(std::uint64_t{1} << 44);
    EXPECT_EQ(h.total(), 3U);
    EXPECT_EQ(h.beyond(), 2U);
    EXPECT_EQ(h.max(), ~std::uint64_t{0});
    EXPECT_NEAR(static_cast<double>(h.quantile(0.3)), std::ldexp(1, 44), std::ldexp(1, 44) * 0.008);
    EXPECT_EQ(h.quantile(0.5), h.max()) << "all that is known of those is the greatest";
    EXPECT_NEAR(h.mean(), std::ldexp(1, 44), 1);
    Histogram other;
    other.add(h);
    EXPECT_EQ(other.beyond(), 2U);
}

TEST(Histogram, LeastMeanAndDeviation) {
    Histogram h;
    EXPECT_EQ(h.min(), 0U);
    EXPECT_EQ(h.mean(), 0);
    EXPECT_EQ(h.deviation(), 0);
    for (const std::uint64_t v : {2'000'017U, 4'000'000U, 4'000'000U, 4'000'000U, 5'000'000U,
                                  5'000'000U, 7'000'000U, 9'000'003U})
        h.record(v);
    EXPECT_EQ(h.min(), 2'000'017U);
    EXPECT_EQ(h.quantile(0), h.min());
    EXPECT_DOUBLE_EQ(h.mean(), 5'000'002.5); // exact, whatever the steps
    EXPECT_NEAR(h.deviation(), 2'000'000, 20'000);
}

TEST(Histogram, DistributionEndsWithAllOfThem) {
    Histogram h;
    EXPECT_TRUE(h.distribution().empty());
    for (std::uint64_t v = 1000; v <= 100'000; v += 10)
        h.record(v);
    const auto known = h.distribution();
    ASSERT_GT(known.size(), 300U); // 6.6 powers of two
    for (std::size_t i = 1; i < known.size(); ++i) {
        EXPECT_LT(known[i - 1].value, known[i].value);
        EXPECT_LT(known[i - 1].count, known[i].count);
    }
    EXPECT_EQ(known.back().value, h.max());
    EXPECT_EQ(known.back().count, h.total());
    h.record(std::uint64_t{1} << 50);
    EXPECT_EQ(h.distribution().back().value, std::uint64_t{1} << 50);
    EXPECT_EQ(h.distribution().back().count, h.total());
}

TEST(Histogram, AddMergesAndClearEmpties) {
    Histogram a, b;
    a.record(10);
    b.record(1000);
    b.record(1000);
    a.add(b);
    EXPECT_EQ(a.total(), 3U);
    EXPECT_EQ(a.max(), 1000U);
    EXPECT_EQ(a.min(), 10U);
    EXPECT_DOUBLE_EQ(a.mean(), 670);
    EXPECT_NEAR(static_cast<double>(a.quantile(0.9)), 1000, 8);
    a.clear();
    EXPECT_EQ(a.total(), 0U);
    EXPECT_EQ(a.quantile(1), 0U);
}

} // namespace
} // namespace ktcp::tools
