// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/date.hh"
#include "text.hh"

#include <gtest/gtest.h>

#include <ctime>
#include <vector>

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

constexpr int64_t example = 784111777; // Sun, 06 Nov 1994 08:49:37
constexpr int64_t year_2026 = 1780000000;

// INT64_MIN: it is no date.
int64_t parsed(std::string_view text, int64_t now = year_2026) {
    int64_t seconds = INT64_MIN;
    const bool is_date = parse_http_date(test::bytes(text), now, seconds);
    EXPECT_EQ(is_date, seconds != INT64_MIN) << text;
    return seconds;
}

TEST(Date, ReadsTheThreeFormsOfRfc9110) {
    EXPECT_EQ(parsed("Sun, 06 Nov 1994 08:49:37 GMT"), example);
    EXPECT_EQ(parsed("Sunday, 06-Nov-94 08:49:37 GMT"), example);
    EXPECT_EQ(parsed("Sun Nov  6 08:49:37 1994"), example);
    EXPECT_EQ(parsed("Wed Nov 16 08:49:37 1994"), example + 10 * 86400);
}

TEST(Date, ReadsWhatItWrites) {
    for (int64_t seconds = -62135596800; seconds < 253402300800; seconds += 97 * 86400 + 54321)
        ASSERT_EQ(parsed(imf(seconds)), seconds);
    EXPECT_EQ(parsed(imf(INT64_MAX)), 253402300799);
}

TEST(Date, KnowsTheDaysOfTheMonths) {
    const auto date = [](const char* day_and_month, const char* year) {
        return "Mon, " + std::string(day_and_month) + " " + year + " 00:00:00 GMT";
    };
    EXPECT_EQ(parsed(date("29 Feb", "2000")), 951782400);
    EXPECT_NE(parsed(date("29 Feb", "2024")), INT64_MIN);
    for (const char* year : {"1900", "2023", "2100"})
        EXPECT_EQ(parsed(date("29 Feb", year)), INT64_MIN) << year;
    for (const char* day : {"00 Jan", "32 Jan", "30 Feb", "32 Mar", "31 Apr", "32 May", "31 Jun",
                            "32 Jul", "32 Aug", "31 Sep", "32 Oct", "31 Nov", "32 Dec", "99 Dec"})
        EXPECT_EQ(parsed(date(day, "2000")), INT64_MIN) << day;
    for (const char* day : {"31 Jan", "31 Mar", "30 Apr", "31 May", "30 Jun", "31 Jul", "31 Aug",
                            "30 Sep", "31 Oct", "30 Nov", "31 Dec"})
        EXPECT_NE(parsed(date(day, "2001")), INT64_MIN) << day;
}

// Every day's name, though the one does not fit the date, in both spellings.
TEST(Date, TheWeekdayMustBeOneButNeedNotMatch) {
    for (const char* day :
         {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}) {
        EXPECT_EQ(parsed(std::string(day) + ", 06-Nov-94 08:49:37 GMT"), example);
        EXPECT_EQ(parsed(std::string(day, 3) + ", 06 Nov 1994 08:49:37 GMT"), example);
        EXPECT_EQ(parsed(std::string(day, 3) + " Nov  6 08:49:37 1994"), example);
    }
    for (const char* day : {"Sux", "sun", "SUN", "Su", "Sund", "Mon day"})
        EXPECT_EQ(parsed(std::string(day) + ", 06 Nov 1994 08:49:37 GMT"), INT64_MIN) << day;
    EXPECT_EQ(parsed("Sunsday, 06-Nov-94 08:49:37 GMT"), INT64_MIN);
}

// RFC 9110 section 5.6.7: never more than 50 years ahead.
TEST(Date, AYearOfTwoDigitsIsTheLastThatIsNotFarAhead) {
    const auto year_at = [](const char* two_digits, int64_t now) {
        return civil_time(
                   parsed("Monday, 01-Jun-" + std::string(two_digits) + " 12:00:00 GMT", now))
            .year;
    };
    constexpr int64_t mid_2026 = 1780315200; // Mon, 01 Jun 2026 12:00:00 GMT
    ASSERT_EQ(imf(mid_2026), "Mon, 01 Jun 2026 12:00:00 GMT");
    EXPECT_EQ(year_at("26", mid_2026), 2026u);
    EXPECT_EQ(year_at("75", mid_2026), 2075u);
    EXPECT_EQ(year_at("76", mid_2026), 2076u); // to the second 50 years
    EXPECT_EQ(year_at("76", mid_2026 - 1), 1976u);
    EXPECT_EQ(year_at("77", mid_2026), 1977u);
    EXPECT_EQ(year_at("99", mid_2026), 1999u);
    EXPECT_EQ(year_at("00", mid_2026), 2000u);
    constexpr int64_t in_2099 = 4084000000;
    EXPECT_EQ(year_at("05", in_2099), 2105u);
    EXPECT_EQ(year_at("99", in_2099), 2099u);
    EXPECT_EQ(year_at("60", in_2099), 2060u);
    EXPECT_EQ(year_at("94", 0), 1994u); // the clock may have been lost
    EXPECT_EQ(year_at("94", INT64_MIN), 94u);
    // Whether there is a 29 February depends on the century.
    EXPECT_NE(parsed("Monday, 29-Feb-00 00:00:00 GMT", mid_2026), INT64_MIN);
    EXPECT_EQ(parsed("Monday, 29-Feb-00 00:00:00 GMT", in_2099), INT64_MIN);
}

TEST(Date, ALeapSecondIsTheNext) { EXPECT_EQ(parsed("Sat, 31 Dec 2016 23:59:60 GMT"), 1483228800); }

TEST(Date, RefusesWhatIsNoDate) {
    for (const char* text : {"",
                             "Sun",
                             "Sun,",
                             "0",
                             "784111777",
                             "1994-11-06T08:49:37Z",
                             "06 Nov 1994 08:49:37 GMT",
                             "Sun, 6 Nov 1994 08:49:37 GMT",
                             "Sun, 06 Nov 94 08:49:37 GMT",
                             "Sun, 06 nov 1994 08:49:37 GMT",
                             "Sun, 06 Now 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 24:00:00 GMT",
                             "Sun, 06 Nov 1994 08:60:00 GMT",
                             "Sun, 06 Nov 1994 08:49:61 GMT",
                             "Sun, 06 Nov 1994 8:49:37 GMT",
                             "Sun, 06 Nov 1994 08:49 GMT",
                             "Sun, 06 Nov 1994 08:49:37 UTC",
                             "Sun, 06 Nov 1994 08:49:37 gmt",
                             "Sun, 06 Nov 1994 08:49:37 +0000",
                             "Sun, 06 Nov 1994 08:49:37",
                             "Sun, 06 Nov 1994 08:49:37 GMT ",
                             " Sun, 06 Nov 1994 08:49:37 GMT",
                             "Sun,  06 Nov 1994 08:49:37 GMT",
                             "Sun, 06-Nov-1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 08:49:37 GMTx",
                             "Sun, 06 Nov 0000 08:49:37 GMT",
                             "Sun, +6 Nov 1994 08:49:37 GMT",
                             "Sun, 06-Nov-94 08:49:37 GMT",
                             "Sunday, 06-Nov-1994 08:49:37 GMT",
                             "Sunday, 06 Nov 94 08:49:37 GMT",
                             "Sunday, 06-Nov-9 08:49:37 GMT",
                             "Sun Nov 6 08:49:37 1994",
                             "Sun Nov 06 08:49:37 94",
                             "Sun Nov  6 08:49:37 1994 GMT",
                             "Sun Nov  0 08:49:37 1994",
                             "Sunday Nov  6 08:49:37 1994"})
        EXPECT_EQ(parsed(text), INT64_MIN) << text;
}

// Every beginning of a date ends before the date does.
TEST(Date, RefusesPartsOfDates) {
    for (std::string whole : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                              "Sun Nov  6 08:49:37 1994"})
        for (size_t size = 0; size < whole.size(); size++) {
            const std::vector<char> exact(whole.begin(), whole.begin() + static_cast<long>(size));
            EXPECT_EQ(parsed({exact.data(), size}), INT64_MIN) << whole.substr(0, size);
        }
}

TEST(Date, WritesShortDates) {
    EXPECT_EQ(test::written([](Writer& out) { put_short_date(out, 951782399); }),
              "2000-02-28 23:59");
    EXPECT_EQ(test::written([](Writer& out) { put_short_date(out, 951782400); }),
              "2000-02-29 00:00");
}

} // namespace
} // namespace ktcp::http
