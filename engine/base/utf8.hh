// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// UTF-8, RFC 3629: names in a file system are bytes, and may be anything.
#pragma once

#include "base/bytes.hh"

namespace ktcp::utf8 {

// What stands at a place: a whole character of `size` bytes, or, where it is not
// `valid`, the bytes that one U+FFFD takes the place of.
struct Step {
    uint32_t size;
    bool valid;
};

inline constexpr Bytes replacement = "\xef\xbf\xbd"_b; // U+FFFD

// Decodes one step at p, which is before `end`. What is invalid is cut as the Unicode
// Standard (section 3.9, "maximal subparts") and WHATWG's decoder cut it: a beginning
// of a character counts as one, any other byte for itself.
constexpr Step step(const char* p, const char* end) {
    const auto lead = static_cast<uint8_t>(*p);
    if (lead < 0x80)
        return {1, true};
    // 0xc0 and 0xc1 could only begin overlong forms, 0xf5 and more only what lies
    // beyond U+10FFFF.
    if (lead < 0xc2 || lead > 0xf4)
        return {1, false};
    const uint32_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    // The second byte keeps out overlong forms, surrogates, and the rest beyond.
    uint8_t least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    uint8_t most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    for (uint32_t i = 1; i < length; i++) {
        if (static_cast<size_t>(end - p) <= i)
            return {i, false};
        const auto byte = static_cast<uint8_t>(p[i]);
        if (byte < least || byte > most)
            return {i, false};
        least = 0x80;
        most = 0xbf;
    }
    return {length, true};
}

} // namespace ktcp::utf8
