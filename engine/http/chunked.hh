// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Chunked transfer coding of what we send, RFC 9112 section 7.1. (body_reader.hh
// has the other direction.)
#pragma once

#include "base/writer.hh"

namespace ktcp::http {

// The size stands before the data, which is not known yet when its place is
// taken: so it always has four digits, and is filled in at the end. A size says
// what is really there, since it is computed from where the writer stands.
class Chunk {
public:
    static constexpr size_t overhead = 8; // size, CRLF, data, CRLF
    static constexpr size_t last_size = 5;

    // Takes the place of the size in `out`.
    void begin(Writer& out) {
        size_ = out.reserve(6);
        start_ = out.size();
    }

    // At most 0xffff bytes may have been written since begin(), and at least 1:
    // a chunk of size 0 would end the content.
    void end(Writer& out) {
        const size_t size = out.size() - start_;
        for (int i = 0; i < 4; i++)
            size_[i] = "0123456789ABCDEF"[(size >> (12 - 4 * i)) & 15];
        size_[4] = '\r';
        size_[5] = '\n';
        out.put("\r\n"_b);
    }

    static void put_last(Writer& out) { out.put("0\r\n\r\n"_b); }

private:
    char* size_ = nullptr;
    size_t start_ = 0;
};

} // namespace ktcp::http
