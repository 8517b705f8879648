// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/multipart.hh"

#include "base/hex.hh"

namespace ktcp::http {
namespace {

constexpr Bytes type_begin = "multipart/byteranges; boundary="_b;
constexpr Bytes type_field = "\r\nContent-Type: "_b;
constexpr Bytes range_field = "\r\nContent-Range: "_b;
constexpr Bytes range_unit = "bytes "_b;

constexpr uint64_t decimal_size(uint64_t value) {
    uint64_t digits = 1;
    while (value >= 10) {
        value /= 10;
        digits++;
    }
    return digits;
}
constexpr uint64_t longest_number = decimal_size(UINT64_MAX);

// No two x give the same, and each bit of the result depends on all bits of x: a
// product carries changes upwards, a shift brings them down again.
constexpr uint64_t mix(uint64_t x) {
    constexpr uint64_t golden_ratio = 0x9e3779b97f4a7c15; // 2^64 / 1.618..., odd
    for (int round = 0; round < 4; round++)
        x = (x ^ (x >> 29)) * golden_ratio;
    return x ^ (x >> 32);
}

static_assert(Multipart::content_type_max == type_begin.size + Multipart::boundary_size);
static_assert(Multipart::part_head_max == 4 + Multipart::boundary_size + type_field.size +
                                              range_field.size + range_unit.size +
                                              3 * longest_number + 2 + 4);

} // namespace

void put_content_range(Writer& out, ByteRange range, uint64_t size) {
    out.put(range_unit);
    out.put_decimal(range.begin);
    out.put('-');
    out.put_decimal(range.end - 1);
    out.put('/');
    out.put_decimal(size);
}

void put_unsatisfied_range(Writer& out, uint64_t size) {
    out.put(range_unit);
    out.put("*/"_b);
    out.put_decimal(size);
}

Multipart::Multipart(uint64_t seed, Bytes content_type, uint64_t size)
    : content_type_(content_type), size_(size) {
    hex::put_digits(boundary_, mix(seed), boundary_size);
}

void Multipart::put_content_type(Writer& out) const {
    out.put(type_begin);
    out.put(boundary());
}

// A boundary stands on a line of its own (RFC 2046 section 5.1.1): the CRLF before it
// belongs to it, and not to the part that it ends.
void Multipart::put_part_head(Writer& out, ByteRange range, bool first) const {
    out.put(first ? "--"_b : "\r\n--"_b);
    out.put(boundary());
    out.put(type_field);
    out.put(content_type_);
    out.put(range_field);
    put_content_range(out, range, size_);
    out.put("\r\n\r\n"_b);
}

void Multipart::put_end(Writer& out) const {
    out.put("\r\n--"_b);
    out.put(boundary());
    out.put("--\r\n"_b);
}

uint64_t Multipart::content_length(const ByteRange* ranges, unsigned count) const {
    const uint64_t around = 4 + boundary_size + type_field.size + content_type_.size +
                            range_field.size + range_unit.size + 2 + decimal_size(size_) + 4;
    uint64_t length = end_size - 2; // no CRLF before the first boundary
    for (unsigned i = 0; i < count; i++)
        length += around + decimal_size(ranges[i].begin) + decimal_size(ranges[i].end - 1) +
                  ranges[i].size();
    return length;
}

} // namespace ktcp::http
