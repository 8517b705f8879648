// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Reads and discards a request's content, RFC 9112 sections 6 and 7.1: a static
// file server has no use for it, but must find where the next request begins.
#pragma once

#include "http/request_parser.hh"

namespace ktcp::http {

class BodyReader {
public:
    // `limit` bounds the content, in bytes; the framing of chunks is bounded too.
    void begin_length(uint64_t length, uint64_t limit);
    void begin_chunked(uint64_t limit);

    struct Step {
        ParseResult result;
        size_t used;
    };
    // Takes from the front of `input`. After complete, the rest of `input` is the
    // next request's; after invalid, error() is the status to answer with.
    [[nodiscard]] Step read(Bytes input);

    Status error() const { return error_; }

private:
    enum class State : uint8_t {
        length,     // remaining_ bytes to go
        size_first, // chunk-size: at least one digit
        size,       // further digits
        blank,      // white space after chunk-size: an extension or CR follows
        extension,  // up to CR
        size_lf,    // LF after chunk-size or extension
        data,       // remaining_ bytes of a chunk
        data_cr,    // CRLF after a chunk's data
        data_lf,
        trailer_start, // first byte of a trailer line, or the final CR
        trailer_name,  // up to ':'
        trailer,       // up to CR
        trailer_lf,
        final_lf,
        done,
    };

    bool step(char c);
    bool fail(Status status);

    uint64_t remaining_ = 0;
    uint64_t limit_ = 0;   // content that may still come
    uint32_t framing_ = 0; // bytes of extensions and trailers so far
    Status error_ = Status::none;
    State state_ = State::done;
};

} // namespace ktcp::http
