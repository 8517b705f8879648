// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Dates are those of the C library, in each of the three forms; and whatever is taken
// for a date is one.
#include "http/date.hh"
#include "require.hh"
#include "text.hh"

#include <cstring>
#include <ctime>

using namespace ktcp;
using namespace ktcp::http;
using fuzz::check;

namespace {

constexpr int64_t first_second = -62135596800; // of the year 1
constexpr int64_t last_second = 253402300799;  // of the year 9999

std::string format(const char* form, int64_t seconds) {
    const time_t time = seconds;
    tm fields{};
    gmtime_r(&time, &fields);
    char text[64];
    return {text, std::strftime(text, sizeof text, form, &fields)};
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    int64_t number = 0;
    std::memcpy(&number, data, size < sizeof number ? size : sizeof number);
    // A time that the calendar has, and a present that is at most 50 years from it.
    const int64_t time = first_second + static_cast<int64_t>(static_cast<uint64_t>(number) %
                                                             (last_second - first_second + 1));
    const int64_t now = number % (45ll * 365 * 86400) + (time > 0 ? time : 784111777);

    const std::string text =
        test::written([&](Writer& out) { put_imf_fixdate(out, time); }, imf_fixdate_size);
    std::string expected = format("%a, %d %b ", time) + "0000" + format(" %H:%M:%S GMT", time);
    const std::string year = format("%Y", time); // the C library does not pad it
    expected.replace(16 - year.size(), year.size(), year);
    check(text == expected, "IMF-fixdate", text);

    int64_t parsed = 0;
    check(parse_http_date(test::bytes(text), now, parsed) && parsed == time, "IMF-fixdate", text);
    const std::string asctime = format("%a %b %e %H:%M:%S ", time) + text.substr(12, 4);
    check(parse_http_date(test::bytes(asctime), now, parsed) && parsed == time, "asctime", asctime);
    const std::string rfc850 = format("%A, %d-%b-%y %H:%M:%S GMT", time);
    if (time > 0 && time < last_second / 2)
        check(parse_http_date(test::bytes(rfc850), now, parsed) && parsed == time, "RFC 850",
              rfc850);

    const std::string given(reinterpret_cast<const char*>(data), size);
    parsed = number;
    if (!parse_http_date(test::bytes(given), now, parsed)) {
        check(parsed == number, "set by what is no date", given);
        return 0;
    }
    check(parsed >= first_second && parsed <= last_second + 1, "a time without a date", given);
    return 0;
}
