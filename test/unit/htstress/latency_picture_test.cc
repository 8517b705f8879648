// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include <gtest/gtest.h>

#include <algorithm>

#include "latency_plot.hh"
#include "latency_svg.hh"
#include "svg_axes.hh"

namespace htstress {
namespace {

using ktcp::tools::Histogram;

void record(Histogram& times, std::uint64_t us, int count) {
    for (int i = 0; i < count; ++i)
        times.record(us * 1000);
}

std::size_t lines_of(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(LatencyPlot, BarsAreSharesOfTheMost) {
    Histogram times;
    record(times, 105, 200);
    record(times, 115, 100);
    record(times, 135, 1);
    EXPECT_EQ(latency_plot("latency", times),
              "\n"
              "latency\n"
              "     from us to less than     requests       sum\n"
              "         100          110          200   66.445% "
              "########################################\n"
              "         110          120          100   99.668% ####################\n"
              "         120          130            0   99.668%\n"
              "         130          150            1  100.000% .\n");
}

TEST(LatencyPlot, NothingRecorded) { EXPECT_EQ(latency_plot("latency", Histogram{}), ""); }

TEST(LatencyPlot, OneValueHasARow) {
    for (const std::uint64_t ns : {0ULL, 1ULL, 999ULL, 1000ULL, 1'000'000ULL, 1ULL << 50}) {
        Histogram times;
        times.record(ns);
        const std::string text = latency_plot("t", times);
        EXPECT_EQ(lines_of(text), 4U) << text;
        EXPECT_NE(text.find(" 1  100.000% ####"), std::string::npos) << text;
    }
}

// From a nanosecond to hours, the rows stay few and all is in one of them.
TEST(LatencyPlot, AnyRangeFits) {
    for (unsigned octaves = 1; octaves < 50; ++octaves) {
        Histogram times;
        for (unsigned i = 0; i <= octaves; ++i)
            times.record(std::uint64_t{3} << i);
        const std::string text = latency_plot("t", times);
        EXPECT_LE(lines_of(text), 28U) << text;
        EXPECT_NE(text.find(" 100.000%"), std::string::npos) << text;
    }
}

TEST(PercentileAxis, NinesAreEquallyFar) {
    const PercentileAxis axis({100, 700, 0, 100}, 1000);
    EXPECT_DOUBLE_EQ(axis.x_of(0), 100);
    EXPECT_NEAR(axis.x_of(0.9), 300, 1e-6);
    EXPECT_NEAR(axis.x_of(0.99), 500, 1e-6);
    EXPECT_NEAR(axis.x_of(0.999), 700, 1e-6);
    EXPECT_NEAR(axis.x_of(0.9999), 700, 1e-6);
    EXPECT_DOUBLE_EQ(axis.x_of(1), 700);
    const std::string grid = axis.grid();
    for (const char* label : {">0 %<", ">50 %<", ">90 %<", ">99 %<", ">99.9 %<"})
        EXPECT_NE(grid.find(label), std::string::npos) << label;
    EXPECT_EQ(grid.find(">99.99 %<"), std::string::npos);
}

TEST(TimeAxis, EndsAtRoundNumbers) {
    const TimeAxis axis({0, 100, 0, 300}, 23'000, 4'100'000);
    EXPECT_DOUBLE_EQ(axis.y_of(20'000), 300);
    EXPECT_DOUBLE_EQ(axis.y_of(5'000'000), 0);
    EXPECT_LT(axis.y_of(1'000'000), axis.y_of(100'000));
    EXPECT_NE(axis.grid().find(">500 µs<"), std::string::npos);
    // One value, and none below a nanosecond.
    EXPECT_NE(TimeAxis({0, 1, 0, 1}, 1000, 1000).grid().find(">1 µs<"), std::string::npos);
    EXPECT_NE(TimeAxis({0, 1, 0, 1}, 0, 0).grid().find(">1 ns<"), std::string::npos);
}

TEST(TimeText, InTheUnitThatFits) {
    EXPECT_EQ(time_text(999), "999 ns");
    EXPECT_EQ(time_text(1000), "1 µs");
    EXPECT_EQ(time_text(12'345), "12.3 µs");
    EXPECT_EQ(time_text(5e6), "5 ms");
    EXPECT_EQ(time_text(2e9), "2 s");
}

class Svg : public testing::Test {
protected:
    Svg() {
        record(tally.latency, 100, 900);
        record(tally.latency, 1000, 100);
        tally.good = 1000;
    }
    [[nodiscard]] std::string draw() const {
        return latency_svg({options, tally, 1.5, "htstress '<a&b>'"});
    }
    Options options;
    Tally tally;
};

TEST_F(Svg, IsADocumentOfItsOwn) {
    const std::string svg = draw();
    EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    EXPECT_TRUE(svg.ends_with("</svg>\n"));
    EXPECT_NE(svg.find("<title>htstress '&lt;a&amp;b&gt;'</title>"), std::string::npos);
    EXPECT_EQ(svg.find("href"), std::string::npos);
    EXPECT_EQ(svg.find("url("), std::string::npos);
    EXPECT_NE(svg.find("prefers-color-scheme: dark"), std::string::npos);
    EXPECT_NE(svg.find("1000 requests in 1.500 s, 667/s, 0 failed"), std::string::npos);
}

TEST_F(Svg, CurveStepsWhereTheValueChanges) {
    // 1,000 answers: three nines over 750 units. 90 per cent is at a third; the rest is up there.
    const std::string svg = draw();
    EXPECT_NE(svg.find("<path class=\"latency\" d=\"M80.0 "), std::string::npos) << svg;
    EXPECT_NE(svg.find("H330.0V"), std::string::npos) << svg;
    EXPECT_NE(svg.find("H830.0\"/>"), std::string::npos) << svg;
    EXPECT_EQ(svg.find("<path class=\"service\""), std::string::npos);
}

TEST_F(Svg, WithARateBothAreDrawnAndNamed) {
    tally.service.record(50'000);
    const std::string svg = draw();
    EXPECT_NE(svg.find("<path class=\"service\" d=\"M80.0 "), std::string::npos);
    EXPECT_NE(svg.find("service time, since each was begun"), std::string::npos);
    EXPECT_NE(svg.find(">50 µs<"), std::string::npos) << "the axis has to begin there";
}

TEST_F(Svg, WithoutAnAnswerItSaysSo) {
    tally = Tally{};
    EXPECT_NE(draw().find("No request was answered"), std::string::npos);
}

} // namespace
} // namespace htstress
