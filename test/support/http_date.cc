// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/http_date.hh"

#include <time.h>

namespace ktcp::test {

std::string format_http_date(int64_t unix_seconds) {
    time_t seconds = unix_seconds;
    tm fields{};
    gmtime_r(&seconds, &fields);
    char text[40];
    size_t size = strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &fields);
    return {text, size};
}

std::optional<int64_t> parse_http_date(std::string_view text) {
    tm fields{};
    std::string copy(text);
    const char* end = strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &fields);
    if (!end || *end)
        return {};
    int64_t seconds = timegm(&fields);
    // strptime() is lenient; what it took must be what is written for that time.
    if (format_http_date(seconds) != text)
        return {};
    return seconds;
}

} // namespace ktcp::test
