// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/date.hh"

namespace ktcp::http {
namespace {

constexpr int64_t seconds_per_day = 86400;
constexpr int64_t first_second = -62135596800; // 0001-01-01 00:00:00
constexpr int64_t last_second = 253402300799;  // 9999-12-31 23:59:59

constexpr char weekdays[] = "SunMonTueWedThuFriSat";
constexpr char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

// For values below 100: a product instead of a division, and one store.
void put_two_digits(char* p, unsigned value) {
    const unsigned tens = value * 103 >> 10;
    const uint16_t text =
        static_cast<uint16_t>('0' + tens) | static_cast<uint16_t>(('0' + value - tens * 10) << 8);
    __builtin_memcpy(p, &text, sizeof text);
}

} // namespace

CivilTime civil_time(int64_t unix_seconds) {
    if (unix_seconds < first_second)
        unix_seconds = first_second;
    if (unix_seconds > last_second)
        unix_seconds = last_second;

    // All unsigned from here: days since 0000-03-01. A year that begins in March
    // has its leap day at the end, and every five months from March on have 153
    // days, so that month and day follow by division.
    constexpr int64_t march_epoch = 719468; // days from 0000-03-01 to 1970-01-01
    const uint64_t shifted = static_cast<uint64_t>(unix_seconds + march_epoch * seconds_per_day);
    const uint32_t days = static_cast<uint32_t>(shifted / seconds_per_day);
    const uint32_t in_day = static_cast<uint32_t>(shifted % seconds_per_day);

    constexpr uint32_t days_per_era = 146097; // 400 years
    const uint32_t era = days / days_per_era;
    const uint32_t in_era = days % days_per_era;
    const uint32_t year_of_era =
        (in_era - in_era / 1460 + in_era / 36524 - in_era / (days_per_era - 1)) / 365;
    const uint32_t day_of_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const uint32_t month_from_march = (5 * day_of_year + 2) / 153;

    CivilTime t;
    t.day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    t.month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    t.year = year_of_era + era * 400 + (t.month <= 2 ? 1 : 0);
    t.hour = in_day / 3600;
    t.minute = in_day / 60 % 60;
    t.second = in_day % 60;
    t.weekday = (days + 3) % 7; // 0000-03-01 was a Wednesday
    return t;
}

void put_imf_fixdate(Writer& out, int64_t unix_seconds) {
    const CivilTime t = civil_time(unix_seconds);
    char text[] = "Www, DD Mmm YYYY HH:MM:SS GMT";
    __builtin_memcpy(text, weekdays + 3 * t.weekday, 3);
    put_two_digits(text + 5, t.day);
    __builtin_memcpy(text + 8, months + 3 * (t.month - 1), 3);
    put_two_digits(text + 12, t.year / 100);
    put_two_digits(text + 14, t.year % 100);
    put_two_digits(text + 17, t.hour);
    put_two_digits(text + 20, t.minute);
    put_two_digits(text + 23, t.second);
    out.put(Bytes(text, sizeof text - 1));
}

Bytes DateCache::text(int64_t unix_seconds) {
    if (second_ != unix_seconds) {
        Writer out(text_, text_ + sizeof text_);
        put_imf_fixdate(out, unix_seconds);
        second_ = unix_seconds;
    }
    return Bytes(text_, sizeof text_);
}

void put_short_date(Writer& out, int64_t unix_seconds) {
    const CivilTime t = civil_time(unix_seconds);
    out.put_padded(t.year, 4);
    out.put('-');
    out.put_padded(t.month, 2);
    out.put('-');
    out.put_padded(t.day, 2);
    out.put(' ');
    out.put_padded(t.hour, 2);
    out.put(':');
    out.put_padded(t.minute, 2);
}

} // namespace ktcp::http
