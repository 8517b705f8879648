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
    accept,
    accept_encoding,
    connection,
    content_length,
    expect,
    host,
    if_match,
    if_modified_since,
    if_none_match,
    if_range,
    if_unmodified_since,
    range,
    transfer_encoding,
};

// A set of fields has a bit for each.
constexpr uint32_t field_bit(Field field) { return uint32_t{1} << static_cast<unsigned>(field); }

// Names are case-insensitive. The length leaves at most two names to compare with.
constexpr Field field_of(Bytes name) {
    const auto is = [name](Bytes known, Field field) {
        return ascii::equal_ignoring_case(name, known) ? field : Field::other;
    };
    if (name.size == 4)
        return is("host"_b, Field::host);
    if (name.size == 5)
        return is("range"_b, Field::range);
    if (name.size == 6)
        return ascii::lower(name[0]) == 'a' ? is("accept"_b, Field::accept)
                                            : is("expect"_b, Field::expect);
    if (name.size == 8)
        return ascii::lower(name[3]) == 'm' ? is("if-match"_b, Field::if_match)
                                            : is("if-range"_b, Field::if_range);
    if (name.size == 10)
        return is("connection"_b, Field::connection);
    if (name.size == 13)
        return is("if-none-match"_b, Field::if_none_match);
    if (name.size == 14)
        return is("content-length"_b, Field::content_length);
    if (name.size == 15)
        return is("accept-encoding"_b, Field::accept_encoding);
    if (name.size == 17)
        return ascii::lower(name[0]) == 't' ? is("transfer-encoding"_b, Field::transfer_encoding)
                                            : is("if-modified-since"_b, Field::if_modified_since);
    if (name.size == 19)
        return is("if-unmodified-since"_b, Field::if_unmodified_since);
    return Field::other;
}

// Without the white space at either end (OWS, RFC 9110 section 5.6.3).
constexpr Bytes trim(Bytes text) {
    const char* begin = text.begin();
    const char* end = text.end();
    while (begin != end && (*begin == ' ' || *begin == '\t'))
        begin++;
    while (begin != end && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return Bytes(begin, end);
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
        const Bytes member = trim(Bytes(p, comma));
        if (!member.empty())
            f(member);
        p = comma == end ? end : comma + 1;
    }
}

} // namespace ktcp::http
