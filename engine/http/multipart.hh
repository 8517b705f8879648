// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// multipart/byteranges, RFC 9110 section 14.6: several ranges in one response.
#pragma once

#include "base/writer.hh"
#include "http/range.hh"

namespace ktcp::http {

// All that goes around the ranges of one representation. For each range, in order,
// part head and bytes are sent; then the end.
class Multipart {
public:
    // The boundary is made from the seed, which should differ from response to response.
    // Who guessed it could only confuse the readers of a file of his own: the parts'
    // lengths are in their heads. `size` is the representation's, and
    // content_type must outlive the object.
    Multipart(uint64_t seed, Bytes content_type, uint64_t size);

    // The value of the response's Content-Type: at most content_type_max bytes.
    void put_content_type(Writer& out) const;
    // Of everything, the bytes of the ranges included.
    uint64_t content_length(const ByteRange* ranges, unsigned count) const;
    void put_part_head(Writer& out, ByteRange range, bool first) const;
    void put_end(Writer& out) const;

    static constexpr size_t boundary_size = 16;
    static constexpr size_t content_type_max = 31 + boundary_size;
    // A part's head without its Content-Type; and the end.
    static constexpr size_t part_head_max = 109 + boundary_size;
    static constexpr size_t end_size = 8 + boundary_size;

private:
    Bytes boundary() const { return {boundary_, boundary_size}; }

    Bytes content_type_;
    uint64_t size_;
    char boundary_[boundary_size];
};

// "bytes 0-499/1234", the value of Content-Range; at most 68 bytes.
void put_content_range(Writer& out, ByteRange range, uint64_t size);
// "bytes */1234", that of a 416.
void put_unsatisfied_range(Writer& out, uint64_t size);

} // namespace ktcp::http
