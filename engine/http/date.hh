// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Dates, RFC 9110 section 5.6.7.
#pragma once

#include "base/writer.hh"

namespace ktcp::http {

struct CivilTime {
    unsigned year, month, day; // month and day from 1
    unsigned hour, minute, second;
    unsigned weekday; // 0: Sunday
};

// Proleptic Gregorian calendar, UTC. Times outside the years 1 to 9999, which a
// file system may well hold, are clamped: IMF-fixdate has four digits for a year.
CivilTime civil_time(int64_t unix_seconds);

// "Sun, 06 Nov 1994 08:49:37 GMT", always 29 bytes.
void put_imf_fixdate(Writer& out, int64_t unix_seconds);

inline constexpr size_t imf_fixdate_size = 29;

// The text of the second that was asked for last: responses that follow each other
// on a connection mostly carry the same Date.
class DateCache {
public:
    // Valid until the next call.
    Bytes text(int64_t unix_seconds);

private:
    int64_t second_ = INT64_MIN;
    char text_[imf_fixdate_size];
};

// Reads a date in any of the three forms of the section: IMF-fixdate, and the
// obsolete ones of RFC 850 and asctime(). `now` tells which century a year of two
// digits is in. False: it is no date, and nothing was set. A leap second is the
// second after it. That the day of the week fits the date is not asked for.
bool parse_http_date(Bytes text, int64_t now, int64_t& unix_seconds);

// "1994-11-06 08:49", for people.
void put_short_date(Writer& out, int64_t unix_seconds);

} // namespace ktcp::http
