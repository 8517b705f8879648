// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/date.hh"

#include "base/ascii.hh"

namespace ktcp::http {
namespace {

constexpr int64_t seconds_per_day = 86400;
constexpr int64_t march_epoch = 719468;        // days from 0000-03-01 to 1970-01-01
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

// Reads a date piece by piece. What does not fit is remembered, and asked for at
// the end by whole().
class DateReader {
public:
    explicit DateReader(Bytes text) : at_(text.begin()), end_(text.end()) {}

    void literal(Bytes expected) {
        if (expect(Bytes(at_, end_).starts_with(expected)))
            at_ += expected.size;
    }

    unsigned digits(unsigned count) {
        if (!expect(static_cast<size_t>(end_ - at_) >= count))
            return 0;
        unsigned value = 0;
        for (const char* stop = at_ + count; at_ != stop && expect(ascii::is_digit(*at_)); at_++)
            value = value * 10 + static_cast<unsigned>(*at_ - '0');
        return value;
    }

    // The number, from 0, of one of `count` names of three letters; they are
    // case-sensitive.
    unsigned name(const char* names, unsigned count) {
        if (expect(end_ - at_ >= 3))
            for (unsigned i = 0; i < count; i++)
                if (Bytes(names + 3 * i, 3) == Bytes(at_, 3)) {
                    at_ += 3;
                    return i;
                }
        expect(false);
        return 0;
    }

    // The rest of a day's name, behind its first three letters.
    void rest_of_weekday(unsigned weekday) {
        constexpr Bytes rests[] = {"day"_b,   "day"_b, "sday"_b, "nesday"_b,
                                   "rsday"_b, "day"_b, "urday"_b};
        literal(rests[weekday]);
    }

    // "08:49:37"
    void time_of_day(CivilTime& t) {
        t.hour = digits(2);
        literal(":"_b);
        t.minute = digits(2);
        literal(":"_b);
        t.second = digits(2);
        expect(t.hour < 24 && t.minute < 60 && t.second <= 60);
    }

    char next() const { return at_ == end_ ? '\0' : *at_; }
    bool whole() const { return valid_ && at_ == end_; }

private:
    bool expect(bool holds) {
        valid_ = valid_ && holds;
        return holds;
    }

    const char* at_;
    const char* const end_;
    bool valid_ = true;
};

constexpr bool is_leap(unsigned year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool has_day(const CivilTime& t) {
    constexpr uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const unsigned most = days[t.month - 1] + (t.month == 2 && is_leap(t.year) ? 1u : 0u);
    return t.day >= 1 && t.day <= most;
}

// The inverse of civil_time(), for years from 1 on; a day that its month does not
// have is one of the next month.
int64_t unix_time(const CivilTime& t) {
    const uint32_t year = t.month <= 2 ? t.year - 1 : t.year; // that begins in March
    const uint32_t month = t.month <= 2 ? t.month + 9 : t.month - 3;
    const uint32_t days =
        year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + t.day - 1;
    return (static_cast<int64_t>(days) - march_epoch) * seconds_per_day + t.hour * 3600 +
           t.minute * 60 + t.second;
}

// The last year with these two digits in which the date is at most 50 years ahead
// of now: RFC 9110 section 5.6.7.
unsigned year_of_two_digits(CivilTime date, unsigned two_digits, int64_t now) {
    CivilTime limit = civil_time(now);
    limit.year += 50;
    date.year = limit.year - limit.year % 100 + two_digits;
    if (date.year > 100 && unix_time(date) > unix_time(limit))
        date.year -= 100;
    return date.year;
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

    CivilTime t{};
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

bool parse_http_date(Bytes text, int64_t now, int64_t& unix_seconds) {
    DateReader reader(text);
    CivilTime t = {};
    t.weekday = reader.name(weekdays, 7);
    if (reader.next() == ',') { // Sun, 06 Nov 1994 08:49:37 GMT
        reader.literal(", "_b);
        t.day = reader.digits(2);
        reader.literal(" "_b);
        t.month = reader.name(months, 12) + 1;
        reader.literal(" "_b);
        t.year = reader.digits(4);
        reader.literal(" "_b);
        reader.time_of_day(t);
        reader.literal(" GMT"_b);
    } else if (reader.next() == ' ') { // Sun Nov  6 08:49:37 1994
        reader.literal(" "_b);
        t.month = reader.name(months, 12) + 1;
        reader.literal(" "_b);
        if (reader.next() == ' ') {
            reader.literal(" "_b);
            t.day = reader.digits(1);
        } else {
            t.day = reader.digits(2);
        }
        reader.literal(" "_b);
        reader.time_of_day(t);
        reader.literal(" "_b);
        t.year = reader.digits(4);
    } else { // Sunday, 06-Nov-94 08:49:37 GMT
        reader.rest_of_weekday(t.weekday);
        reader.literal(", "_b);
        t.day = reader.digits(2);
        reader.literal("-"_b);
        t.month = reader.name(months, 12) + 1;
        reader.literal("-"_b);
        const unsigned two_digits = reader.digits(2);
        reader.literal(" "_b);
        reader.time_of_day(t);
        reader.literal(" GMT"_b);
        t.year = year_of_two_digits(t, two_digits, now);
    }
    if (!reader.whole() || t.year == 0 || !has_day(t))
        return false;
    unix_seconds = unix_time(t);
    return true;
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
