// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/date.hh"
#include "text.hh"

#include <gtest/gtest.h>

#include <ctime>

namespace ktcp::http {
namespace {

std::string imf(int64_t seconds) {
    return test::written([=](Writer& out) { put_imf_fixdate(out, seconds); });
}

TEST(Date, WritesTheExampleOfRfc9110) {
    EXPECT_EQ(imf(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Date, AgreesWithTheCLibraryOverFourCenturies) {
    // Steps of 9 days and a bit visit every day of the week, month and leap year.
    for (int64_t seconds = -6000000000; seconds < 10000000000; seconds += 9 * 86400 + 12345) {
        const time_t time = seconds;
        std::tm tm = {};
        gmtime_r(&time, &tm);
        char expected[64];
        std::strftime(expected, sizeof expected, "%a, %d %b %Y %H:%M:%S GMT", &tm);
        ASSERT_EQ(imf(seconds), expected) << seconds;
    }
}

TEST(Date, ClampsWhatFourDigitsCannotSay) {
    EXPECT_EQ(imf(INT64_MIN), "Mon, 01 Jan 0001 00:00:00 GMT");
    EXPECT_EQ(imf(INT64_MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST(Date, TheCacheNeverShowsAnotherSecond) {
    DateCache cache;
    for (int64_t seconds : {784111777, 784111777, 784111778, 0, 784111777})
        EXPECT_EQ(test::text(cache.text(seconds)), imf(seconds));
}

TEST(Date, WritesShortDates) {
    EXPECT_EQ(test::written([](Writer& out) { put_short_date(out, 951782399); }),
              "2000-02-28 23:59");
    EXPECT_EQ(test::written([](Writer& out) { put_short_date(out, 951782400); }),
              "2000-02-29 00:00");
}

} // namespace
} // namespace ktcp::http
