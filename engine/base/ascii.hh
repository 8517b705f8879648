// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Character classes of the HTTP and URI grammars as one table of bit sets: a test
// is one load and one AND, with no jump table and no locale.
#pragma once

#include "base/bytes.hh"

namespace ktcp::ascii {

enum Class : uint8_t {
    token = 1,       // tchar, RFC 9110 section 5.6.2
    field_value = 2, // VCHAR, obs-text, SP, HTAB: RFC 9110 section 5.5
    target = 4,      // what a request-target may hold: RFC 3986 without '#'
    unreserved = 8,  // RFC 3986 section 2.3: needs no percent-encoding
    html_special = 16,
    path_special = 32, // '/', '%' and '?': where a path's bytes are not just bytes
    reg_name = 64,     // RFC 3986 section 3.2.2; '%' without a look at what follows
    ip_literal = 128,  // what stands between the brackets of one
};

struct ClassTable {
    uint8_t of[256] = {};
};

constexpr bool contains(Bytes set, char c) {
    for (size_t i = 0; i < set.size; i++)
        if (set[i] == c)
            return true;
    return false;
}

constexpr ClassTable make_class_table() {
    ClassTable table;
    for (int i = 0; i < 256; i++) {
        const char c = static_cast<char>(i);
        const bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool digit = c >= '0' && c <= '9';
        uint8_t bits = 0;
        if (alpha || digit || contains("!#$%&'*+-.^_`|~"_b, c))
            bits |= token;
        if (i == '\t' || (i >= 0x20 && i != 0x7f))
            bits |= field_value;
        if (alpha || digit || contains("-._~!$&'()*+,;=:@/?%[]"_b, c))
            bits |= target;
        // Browsers send these raw though RFC 3986 has them encoded; refusing
        // them would break links that every other server serves.
        if (contains("|^\"<>{}\\`"_b, c))
            bits |= target;
        if (alpha || digit || contains("-._~"_b, c))
            bits |= unreserved;
        if (contains("/%?"_b, c))
            bits |= path_special;
        if (contains("&<>\"'"_b, c))
            bits |= html_special;
        if (alpha || digit || contains("-._~!$&'()*+,;=%"_b, c))
            bits |= reg_name;
        if (alpha || digit || contains("-._~!$&'()*+,;=:"_b, c))
            bits |= ip_literal;
        table.of[i] = bits;
    }
    return table;
}

inline constexpr ClassTable class_table = make_class_table();

constexpr bool is(char c, Class cls) {
    return (class_table.of[static_cast<uint8_t>(c)] & cls) != 0;
}

constexpr bool all(Bytes bytes, Class cls) {
    for (size_t i = 0; i < bytes.size; i++)
        if (!is(bytes[i], cls))
            return false;
    return true;
}

constexpr bool is_digit(char c) { return static_cast<uint8_t>(c - '0') <= 9; }

constexpr char lower(char c) {
    return static_cast<uint8_t>(c - 'A') < 26 ? static_cast<char>(c + 32) : c;
}

// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) {
    if (is_digit(c))
        return c - '0';
    const char l = lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

// `lower_case` must be in lower case already.
constexpr bool equal_ignoring_case(Bytes text, Bytes lower_case) {
    if (text.size != lower_case.size)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (lower(text[i]) != lower_case[i])
            return false;
    return true;
}

} // namespace ktcp::ascii
