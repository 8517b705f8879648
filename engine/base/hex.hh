// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Numbers in hexadecimal, by a table of digits: no division.
#pragma once

#include "base/bytes.hh"

namespace ktcp::hex {

inline constexpr char digits[] = "0123456789abcdef";

// The most digits that a number has.
inline constexpr size_t max_size = 16;

// Writes the last `count` digits of a number; returns their end.
inline char* put_digits(char* p, uint64_t value, unsigned count) {
    for (char* at = p + count; at != p; value >>= 4)
        *--at = digits[value & 15];
    return p + count;
}

// Writes a number without leading zeros; returns its end.
inline char* put(char* p, uint64_t value) {
    const unsigned bits = 64 - static_cast<unsigned>(__builtin_clzll(value | 1));
    return put_digits(p, value, (bits + 3) >> 2);
}

} // namespace ktcp::hex
