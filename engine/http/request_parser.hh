// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Request head parser, RFC 9112 sections 2 to 5.
#pragma once

#include "http/field_memory.hh"
#include "http/request.hh"
#include "http/status.hh"

namespace ktcp::http {

enum class ParseResult : uint8_t {
    complete,
    incomplete,
    invalid,
};

// What a server takes; more is refused.
struct HeadLimits {
    uint32_t head;   // bytes of the whole head, its line ends included: 414 or 431
    uint32_t target; // bytes of the request target: 414
    uint32_t fields; // field lines: 431
};

// Incremental by line: a line is judged when its LF is there, so the outcome does
// not depend on how the bytes were cut; what was scanned is not scanned again, so
// a client that sends byte by byte costs linear work.
//
// The buffer may grow between calls but must not move: after a move, start anew
// with a fresh parser.
class RequestParser {
public:
    // `input` starts where it started in the calls before; the limits are the same.
    // Allocates nothing, touches nothing else.
    [[nodiscard]] ParseResult parse(Bytes input, const HeadLimits& limits);

    // The same for an input that nothing was read of yet, if its field lines are those of
    // `memory`. False: they are not, or the head is not whole or not good; parse() tells.
    [[nodiscard]] bool parse_repeated(Bytes input, const HeadLimits& limits,
                                      const FieldMemory& memory);
    // After complete by parse(): has them remembered, if they may be.
    void remember(Bytes input, FieldMemory& memory) const;

    // After complete: the request, and the bytes that its head took.
    const Request& request() const { return request_; }
    size_t head_size() const { return line_; }

    // After invalid: the status to answer with (the connection must close).
    Status error() const { return error_; }

private:
    enum class State : uint8_t { start, fields };

    size_t read_method(Bytes line);
    bool parse_request_line(Bytes line, const HeadLimits& limits);
    bool parse_field_line(Bytes line, const HeadLimits& limits);
    bool parse_content_length(Bytes value);
    bool parse_transfer_encoding(Bytes value);
    void parse_connection(Bytes value);
    bool finish();
    bool fail(Status status);

    Request request_;
    uint32_t fields_ = 0;  // where the first field line begins
    uint32_t line_ = 0;    // where the current line begins
    uint32_t scanned_ = 0; // no LF in [line_, scanned_)
    Status error_ = Status::none;
    uint16_t field_lines_ = 0;
    State state_ = State::start;
    uint8_t empty_lines_ = 0;
};

} // namespace ktcp::http
