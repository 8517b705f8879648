// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Scans that look at eight bytes at a time in a general register: the kernel's
// memchr() goes byte by byte, and vector registers are not to be had there.
#pragma once

#include "base/bytes.hh"

namespace ktcp::scan {

inline constexpr uint64_t ones = 0x0101010101010101;
inline constexpr uint64_t highs = 0x8080808080808080;

inline uint64_t load(const char* p) {
    uint64_t word = 0;
    __builtin_memcpy(&word, p, sizeof word);
    return word;
}

// High bit set in each zero byte; exact up to and including the first one.
constexpr uint64_t zero_bytes(uint64_t w) { return (w - ones) & ~w & highs; }

// The first `byte` in [p, end), or end.
inline const char* find(const char* p, const char* end, char byte) {
    const uint64_t pattern = ones * static_cast<uint8_t>(byte);
    while (end - p >= 8) {
        const uint64_t hit = zero_bytes(load(p) ^ pattern);
        if (hit)
            return p + (__builtin_ctzll(hit) >> 3); // x86 and ARM: little-endian
        p += 8;
    }
    while (p != end && *p != byte)
        p++;
    return p;
}

// Might one of eight bytes be a control character (below 0x20, or 0x7f)? May
// also say yes for a byte of 0x80 or more: then the caller looks byte by byte.
constexpr bool maybe_control(uint64_t w) {
    return (((w - ones * 0x20) | zero_bytes(w ^ (ones * 0x7f))) & highs) != 0;
}

} // namespace ktcp::scan
