// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Field names that the engine reads, and the syntax of field values
// (RFC 9110 section 5).
#pragma once

#include "base/ascii.hh"
#include "base/folded.hh"
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
inline Field field_of(Bytes name) {
    const char* const text = name.data;
    switch (name.size) {
    case 4:
        return folds_to<"host">(text) ? Field::host : Field::other;
    case 5:
        return folds_to<"range">(text) ? Field::range : Field::other;
    case 6:
        return folds_to<"accept">(text)   ? Field::accept
               : folds_to<"expect">(text) ? Field::expect
                                          : Field::other;
    case 8:
        return folds_to<"if-match">(text)   ? Field::if_match
               : folds_to<"if-range">(text) ? Field::if_range
                                            : Field::other;
    case 10:
        return folds_to<"connection">(text) ? Field::connection : Field::other;
    case 13:
        return folds_to<"if-none-match">(text) ? Field::if_none_match : Field::other;
    case 14:
        return folds_to<"content-length">(text) ? Field::content_length : Field::other;
    case 15:
        return folds_to<"accept-encoding">(text) ? Field::accept_encoding : Field::other;
    case 17:
        return folds_to<"if-modified-since">(text)   ? Field::if_modified_since
               : folds_to<"transfer-encoding">(text) ? Field::transfer_encoding
                                                     : Field::other;
    case 19:
        return folds_to<"if-unmodified-since">(text) ? Field::if_unmodified_since : Field::other;
    default:
        return Field::other;
    }
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
    if (value.size < 8)
        return ascii::all(value, ascii::field_value);
    const char* const last = value.end() - 8;
    for (const char* p = value.begin(); p < last; p += 8)
        if (scan::maybe_control(scan::load(p)))
            return ascii::all(value, ascii::field_value);
    return !scan::maybe_control(scan::load(last)) || ascii::all(value, ascii::field_value);
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
