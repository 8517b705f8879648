// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Field names that the engine reads, and the syntax of field values
// (RFC 9110 section 5).
#pragma once

#include "base/ascii.hh"
#include "base/scan.hh"

namespace ktcp::http {

enum class Field : uint8_t {
    other,
    connection,
    content_length,
    expect,
    host,
    transfer_encoding,
};

// Names are case-insensitive. The length leaves at most one name to compare with.
constexpr Field field_of(Bytes name) {
    const auto is = [name](Bytes known, Field field) {
        return ascii::equal_ignoring_case(name, known) ? field : Field::other;
    };
    if (name.size == 4)
        return is("host"_b, Field::host);
    if (name.size == 6)
        return is("expect"_b, Field::expect);
    if (name.size == 10)
        return is("connection"_b, Field::connection);
    if (name.size == 14)
        return is("content-length"_b, Field::content_length);
    if (name.size == 17)
        return is("transfer-encoding"_b, Field::transfer_encoding);
    return Field::other;
}

inline bool is_field_value(Bytes value) {
    const char* p = value.begin();
    const char* const end = value.end();
    while (end - p >= 8 && !scan::maybe_control(scan::load(p)))
        p += 8;
    return ascii::all(Bytes(p, end), ascii::field_value);
}

// Calls f for each non-empty member of a comma-separated list, without the white
// space around it (RFC 9110 section 5.6.1).
template <class F> constexpr void for_each_list_member(Bytes list, F f) {
    const char* p = list.begin();
    const char* const end = list.end();
    while (p != end) {
        const char* comma = p;
        while (comma != end && *comma != ',')
            comma++;
        const char* last = comma;
        while (p != last && (*p == ' ' || *p == '\t'))
            p++;
        while (p != last && (last[-1] == ' ' || last[-1] == '\t'))
            last--;
        if (p != last)
            f(Bytes(p, last));
        p = comma == end ? end : comma + 1;
    }
}

} // namespace ktcp::http
