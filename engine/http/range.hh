// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Byte ranges, RFC 9110 section 14.
#pragma once

#include "base/bytes.hh"

namespace ktcp::http {

// Bytes from `begin` up to but not including `end`; never empty.
struct ByteRange {
    uint64_t begin, end;

    constexpr uint64_t size() const { return end - begin; }
    friend constexpr bool operator==(const ByteRange&, const ByteRange&) = default;
};

enum class RangeOutcome : uint8_t {
    whole,         // the field is ignored: 200
    partial,       // 206
    unsatisfiable, // 416
};

// Reads the value of Range for a representation of `size` bytes, and puts the ranges
// that are to be sent into `ranges`, in the order in which they were asked for; `count`
// is their number. Those that overlap or touch become one (section 14.2), so that all
// together are never more than the representation.
//
// Ignored as a whole: other units, what is malformed, and more than `capacity` ranges.
// Takes time in the square of capacity, at most.
RangeOutcome parse_ranges(Bytes value, uint64_t size, ByteRange* ranges, unsigned capacity,
                          unsigned& count);

} // namespace ktcp::http
