// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/body_reader.hh"

#include "base/ascii.hh"

namespace ktcp::http {
namespace {

// Chunk extensions and trailers are ignored; this many bytes of them will do.
constexpr uint32_t max_framing = 4096;

constexpr uint64_t min(uint64_t a, uint64_t b) { return a < b ? a : b; }

} // namespace

bool BodyReader::fail(Status status) {
    error_ = status;
    return false;
}

void BodyReader::begin_length(uint64_t length, uint64_t limit) {
    *this = {};
    state_ = State::length;
    remaining_ = length;
    limit_ = limit;
}

void BodyReader::begin_chunked(uint64_t limit) {
    *this = {};
    state_ = State::size_first;
    limit_ = limit;
}

BodyReader::Step BodyReader::read(Bytes input) {
    if (state_ == State::length && remaining_ > limit_) {
        fail(Status::content_too_large);
        return {ParseResult::invalid, 0};
    }
    size_t used = 0;
    for (;;) {
        if ((state_ == State::length || state_ == State::data) && remaining_ != 0) {
            const uint64_t n = min(remaining_, input.size - used);
            remaining_ -= n;
            used += static_cast<size_t>(n);
        }
        if (remaining_ == 0 && state_ == State::length)
            state_ = State::done;
        if (remaining_ == 0 && state_ == State::data)
            state_ = State::data_cr;
        if (state_ == State::done)
            return {ParseResult::complete, used};
        if (used == input.size)
            return {ParseResult::incomplete, used};
        if (!step(input[used]))
            return {ParseResult::invalid, used};
        used++;
    }
}

// One byte of framing. chunk = chunk-size [ chunk-ext ] CRLF chunk-data CRLF;
// the last one has size 0 and is followed by trailers and an empty line.
bool BodyReader::step(char c) {
    const bool control = !ascii::is(c, ascii::field_value);
    switch (state_) {
    case State::size_first:
    case State::size: {
        const int digit = ascii::hex_value(c);
        if (digit >= 0) {
            // Zeros may lead a size without end; other digits are bounded by the limit,
            // as each chunk takes some of it.
            if (digit == 0 && remaining_ == 0 && ++framing_ > max_framing)
                return fail(Status::bad_request);
            remaining_ = remaining_ * 16 + static_cast<uint64_t>(digit);
            // Judged digit by digit, so the sum cannot overflow.
            if (remaining_ > limit_)
                return fail(Status::content_too_large);
            state_ = State::size;
            return true;
        }
        if (state_ == State::size_first)
            return fail(Status::bad_request);
        if (c == ';')
            state_ = State::extension;
        else if (c == ' ' || c == '\t')
            state_ = State::blank;
        else if (c == '\r')
            state_ = State::size_lf;
        else
            return fail(Status::bad_request);
        return true;
    }
    // BWS may stand before ';' (RFC 9112 section 7.1.1); old clients pad sizes with it.
    case State::blank:
        if (c == ';')
            state_ = State::extension;
        else if (c == '\r')
            state_ = State::size_lf;
        else if ((c != ' ' && c != '\t') || ++framing_ > max_framing)
            return fail(Status::bad_request);
        return true;
    case State::extension:
        if (c == '\r')
            state_ = State::size_lf;
        else if (control || ++framing_ > max_framing)
            return fail(Status::bad_request);
        return true;
    case State::size_lf:
        if (c != '\n')
            return fail(Status::bad_request);
        limit_ -= remaining_;
        state_ = remaining_ ? State::data : State::trailer_start;
        return true;
    case State::data_cr:
        state_ = State::data_lf;
        return c == '\r' || fail(Status::bad_request);
    case State::data_lf:
        state_ = State::size_first;
        return c == '\n' || fail(Status::bad_request);
    case State::trailer_start:
        if (c == '\r') {
            state_ = State::final_lf;
            return true;
        }
        if (!ascii::is(c, ascii::token) || ++framing_ > max_framing)
            return fail(Status::bad_request);
        state_ = State::trailer_name;
        return true;
    case State::trailer_name:
        if (c == ':')
            state_ = State::trailer;
        else if (!ascii::is(c, ascii::token))
            return fail(Status::bad_request);
        return ++framing_ <= max_framing || fail(Status::bad_request);
    case State::trailer:
        if (c == '\r')
            state_ = State::trailer_lf;
        else if (control || ++framing_ > max_framing)
            return fail(Status::bad_request);
        return true;
    case State::trailer_lf:
        state_ = State::trailer_start;
        return c == '\n' || fail(Status::bad_request);
    case State::final_lf:
        state_ = State::done;
        return c == '\n' || fail(Status::bad_request);
    case State::length:
    case State::data:
    case State::done:
        break;
    }
    return fail(Status::bad_request);
}

} // namespace ktcp::http
