// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "http/request_parser.hh"

#include "base/ascii.hh"
#include "base/scan.hh"
#include "http/authority.hh"
#include "http/field.hh"

namespace ktcp::http {
namespace {

// RFC 9112 section 2.2 asks servers to skip at least one empty line before a
// request line; more than a few is not a client that means well.
constexpr uint8_t max_empty_lines = 4;

} // namespace

bool RequestParser::fail(Status status) {
    error_ = status;
    return false;
}

ParseResult RequestParser::parse(Bytes input, const HeadLimits& limits) {
    for (;;) {
        const char* lf = scan::find(input.data + scanned_, input.end(), '\n');
        const size_t line_end = static_cast<size_t>(lf - input.data);
        scanned_ = static_cast<uint32_t>(line_end);

        if (line_end >= limits.head) {
            if (state_ == State::start)
                read_method(Bytes(input.data + line_, lf));
            fail(state_ == State::start ? Status::uri_too_long : Status::header_fields_too_large);
            return ParseResult::invalid;
        }
        if (line_end == input.size)
            return ParseResult::incomplete;

        const Bytes line(input.data + line_, lf);
        scanned_++;
        line_ = scanned_;
        // A lone LF is not taken as a line's end (RFC 9112 section 2.2 leaves the
        // choice): where two parsers disagree about lines, requests are smuggled.
        if (line.empty() || line[line.size - 1] != '\r') {
            if (state_ == State::start)
                read_method(line);
            fail(Status::bad_request);
            return ParseResult::invalid;
        }
        const Bytes text = line.first(line.size - 1);

        bool good = false;
        if (state_ == State::fields) {
            if (text.empty())
                return finish() ? ParseResult::complete : ParseResult::invalid;
            good = parse_field_line(text, limits);
        } else if (text.empty()) {
            good = ++empty_lines_ <= max_empty_lines || fail(Status::bad_request);
        } else {
            good = parse_request_line(text, limits);
            state_ = State::fields;
            fields_ = line_;
        }
        if (!good)
            return ParseResult::invalid;
    }
}

bool RequestParser::parse_repeated(Bytes input, const HeadLimits& limits,
                                   const FieldMemory& memory) {
    const char* const lf = scan::find(input.begin(), input.end(), '\n');
    if (lf == input.end() || !memory.repeats(lf + 1, input.end()))
        return false;
    const size_t head_size = static_cast<size_t>(lf + 1 - input.begin()) + memory.size();
    if (head_size > limits.head || lf - input.begin() < 2 || lf[-1] != '\r' ||
        !parse_request_line(Bytes(input.begin(), lf - 1), limits) ||
        !memory.recall(lf + 1, request_)) {
        *this = {};
        return false;
    }
    line_ = scanned_ = static_cast<uint32_t>(head_size);
    return true;
}

void RequestParser::remember(Bytes input, FieldMemory& memory) const {
    if (request_.chunked || request_.has_content_length)
        memory.forget();
    else
        memory.store(input.begin() + fields_, input.begin() + line_, request_);
}

// Known before the rest of the line is: what refuses a HEAD has no content either
// (RFC 9110 section 9.3.2). Returns the bytes that it takes with its space; 0: none.
size_t RequestParser::read_method(Bytes line) {
    if (line.size > 4 && __builtin_memcmp(line.data, "GET ", 4) == 0) {
        request_.method = Method::get;
        return 4;
    }
    size_t i = 0;
    while (i < line.size && ascii::is(line[i], ascii::token))
        i++;
    if (i == 0 || i == line.size || line[i] != ' ')
        return 0;
    request_.method = method_of(line.first(i));
    return i + 1;
}

// request-line = method SP request-target SP HTTP-version (RFC 9112 section 3)
bool RequestParser::parse_request_line(Bytes line, const HeadLimits& limits) {
    const size_t method_size = read_method(line);
    if (method_size == 0)
        return fail(Status::bad_request);
    const Bytes rest = line.from(method_size);

    // HTTP-version = "HTTP/" DIGIT "." DIGIT (RFC 9112 section 2.3)
    constexpr size_t version_size = 9; // with the space before it
    if (rest.size <= version_size)
        return fail(Status::bad_request);
    const Bytes version = rest.from(rest.size - version_size);
    if (__builtin_memcmp(version.data, " HTTP/", 6) != 0 || !ascii::is_digit(version[6]) ||
        version[7] != '.' || !ascii::is_digit(version[8]))
        return fail(Status::bad_request);
    const Bytes target = rest.first(rest.size - version_size);
    if (!ascii::all(target, ascii::target))
        return fail(Status::bad_request);
    if (version[6] != '1')
        return fail(Status::http_version_not_supported);
    if (target.size > limits.target)
        return fail(Status::uri_too_long);

    request_.target = target;
    request_.minor_version = static_cast<uint8_t>(version[8] - '0');
    return true;
}

// field-line = field-name ":" OWS field-value OWS (RFC 9112 section 5)
bool RequestParser::parse_field_line(Bytes line, const HeadLimits& limits) {
    if (++field_lines_ > limits.fields)
        return fail(Status::header_fields_too_large);

    const char* const colon = scan::find(line.begin(), line.end(), ':');
    if (colon == line.begin() || colon == line.end())
        return fail(Status::bad_request);
    const Bytes name(line.begin(), colon);
    const Bytes value = trim(Bytes(colon + 1, line.end()));
    const Field field = field_of(name);
    // A name that starts with a space is obs-fold (section 5.2), one that ends in
    // a space is how requests were smuggled (section 5.1): no token has either.
    if (field == Field::other && !ascii::all(name, ascii::token))
        return fail(Status::bad_request);
    // What may stand in Host is a part of what may stand in any value.
    if (!(field == Field::host ? is_authority(value) : is_field_value(value)))
        return fail(Status::bad_request);

    request_.fields |= field_bit(field);
    switch (field) {
    case Field::connection:
        parse_connection(value);
        return true;
    case Field::content_length:
        return parse_content_length(value);
    case Field::expect:
        if (folds_to<"100-continue">(value))
            request_.expect_continue = true;
        else
            request_.expect_unknown = true;
        return true;
    case Field::host:
        // Exactly one: RFC 9112 section 3.2.
        if (request_.has_host)
            return fail(Status::bad_request);
        request_.has_host = true;
        request_.host = value;
        return true;
    case Field::transfer_encoding:
        return parse_transfer_encoding(value);
    // Looked at when they are needed: HeadFields.
    case Field::accept:
    case Field::accept_encoding:
    case Field::if_match:
    case Field::if_modified_since:
    case Field::if_none_match:
    case Field::if_range:
    case Field::if_unmodified_since:
    case Field::range:
    case Field::other:
        break;
    }
    return true;
}

// RFC 9112 section 6.3: any doubt about a length is an error, since a proxy in
// front of us may have read it otherwise.
bool RequestParser::parse_content_length(Bytes value) {
    if (request_.has_content_length || value.empty() || value.size > 19)
        return fail(Status::bad_request);
    uint64_t length = 0;
    for (char c : value) {
        if (!ascii::is_digit(c))
            return fail(Status::bad_request);
        length = length * 10 + static_cast<uint64_t>(c - '0'); // 19 digits fit
    }
    request_.has_content_length = true;
    request_.content_length = length;
    return true;
}

bool RequestParser::parse_transfer_encoding(Bytes value) {
    request_.chunked = !request_.has_transfer_encoding && folds_to<"chunked">(value);
    request_.has_transfer_encoding = true;
    return true;
}

void RequestParser::parse_connection(Bytes value) {
    if (folds_to<"keep-alive">(value)) { // nearly always the only one
        request_.connection_keep_alive = true;
        return;
    }
    for_each_list_member(value, [this](Bytes option) {
        if (folds_to<"close">(option))
            request_.connection_close = true;
        else if (folds_to<"keep-alive">(option))
            request_.connection_keep_alive = true;
    });
}

// What only the whole head can tell.
bool RequestParser::finish() {
    if (request_.minor_version >= 1 && !request_.has_host)
        return fail(Status::bad_request); // RFC 9112 section 3.2
    if (request_.has_transfer_encoding) {
        // RFC 9112 section 6.1: with a length beside it, or from a client that
        // cannot know of it, the framing is not to be trusted.
        if (request_.has_content_length || request_.minor_version == 0)
            return fail(Status::bad_request);
        if (!request_.chunked)
            return fail(Status::not_implemented);
    }
    return true;
}

} // namespace ktcp::http
