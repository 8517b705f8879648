// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "histogram.hh"

#include <gtest/gtest.h>

#include <memory>

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

TEST(Histogram, HugeValuesStayInside) {
    Histogram h;
    h.record(~std::uint64_t{0});
    h.record(std::uint64_t{1} << 44);
    EXPECT_EQ(h.total(), 2U);
    EXPECT_EQ(h.max(), ~std::uint64_t{0});
    EXPECT_GT(h.quantile(0.5), std::uint64_t{1} << 43);
}

TEST(Histogram, AddMergesAndClearEmpties) {
    Histogram a, b;
    a.record(10);
    b.record(1000);
    b.record(1000);
    a.add(b);
    EXPECT_EQ(a.total(), 3U);
    EXPECT_EQ(a.max(), 1000U);
    EXPECT_NEAR(static_cast<double>(a.quantile(0.9)), 1000, 8);
    a.clear();
    EXPECT_EQ(a.total(), 0U);
    EXPECT_EQ(a.quantile(1), 0U);
}

} // namespace
} // namespace ktcp::tools
