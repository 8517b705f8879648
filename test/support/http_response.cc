// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "support/http_response.hh"

#include <algorithm>
#include <charconv>

#include "support/escape.hh"

namespace ktcp::test {

namespace {

constexpr size_t longest_line = 16384;

bool is_token_char(char c) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != others.npos;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

} // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

const std::string* Response::find(std::string_view name) const {
    for (const Field& field : fields)
        if (equal_ignoring_case(field.name, name))
            return &field.value;
    return nullptr;
}

void ResponseReader::start(bool to_head) {
    state_ = State::head;
    to_head_ = to_head;
    line_.clear();
    response_ = {};
}

void ResponseReader::fail(std::string why) {
    if (fault_.empty())
        fault_ = std::move(why);
    state_ = State::done;
}

size_t ResponseReader::feed(std::string_view bytes) {
    size_t taken = 0;
    while (taken < bytes.size() && state_ != State::done) {
        std::string_view rest = bytes.substr(taken);
        if (state_ == State::sized_body || state_ == State::chunk_data) {
            rest = rest.substr(0, std::min<uint64_t>(rest.size(), left_));
            take_body(rest);
            taken += rest.size();
            left_ -= rest.size();
            if (left_ == 0)
                state_ = state_ == State::sized_body ? State::done : State::chunk_end;
        } else if (state_ == State::open_body) {
            take_body(rest);
            taken = bytes.size();
        } else {
            size_t end = rest.find('\n');
            size_t size = end == rest.npos ? rest.size() : end + 1;
            line_ += rest.substr(0, size);
            taken += size;
            if (end != rest.npos) {
                std::string line = std::move(line_);
                line_.clear();
                take_line(line);
            } else if (line_.size() > longest_line) {
                fail("a line without end: " + escape(line_));
            }
        }
    }
    return taken;
}

void ResponseReader::take_line(std::string_view line) {
    if (!line.ends_with("\r\n"))
        return fail("a line that does not end in CRLF: " + escape(line));
    line.remove_suffix(2);
    switch (state_) {
    case State::head:
        if (response_.status == 0)
            take_status_line(line);
        else if (line.empty())
            end_of_head();
        else
            take_field(line);
        break;
    case State::chunk_size:
        take_chunk_line(line);
        break;
    case State::chunk_end:
        if (!line.empty())
            return fail("a chunk is longer than its size says: " + escape(line));
        state_ = State::chunk_size;
        break;
    default: // last_end: our servers send no trailers
        if (!line.empty())
            return fail("something between the last chunk and the end: " + escape(line));
        state_ = State::done;
    }
}

// RFC 9112 section 4: HTTP-version SP status-code SP [ reason-phrase ]
void ResponseReader::take_status_line(std::string_view line) {
    if (line.size() < 13 || !line.starts_with("HTTP/1.") || !is_digit(line[7]) || line[8] != ' ' ||
        !is_digit(line[9]) || !is_digit(line[10]) || !is_digit(line[11]) || line[12] != ' ')
        return fail("not a status line: " + escape(line));
    response_.minor_version = line[7] - '0';
    response_.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
    response_.reason = line.substr(13);
    if (response_.status < 100)
        fail("an impossible status: " + escape(line));
}

void ResponseReader::take_field(std::string_view line) {
    size_t colon = line.find(':');
    if (colon == line.npos || colon == 0 ||
        !std::ranges::all_of(line.substr(0, colon), is_token_char))
        return fail("not a field line: " + escape(line));
    std::string_view value = line.substr(colon + 1);
    if (!value.starts_with(' ') || value.size() < 2 || value[1] == ' ' || value.ends_with(' '))
        return fail("a field value must stand after one space: " + escape(line));
    value.remove_prefix(1);
    for (char c : value)
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f)
            return fail("a control or non-ASCII byte in a field: " + escape(line));
    std::string_view name = line.substr(0, colon);
    if (response_.find(name))
        return fail("the field is there twice: " + escape(line));
    response_.fields.push_back({std::string(name), std::string(value)});
}

// RFC 9112 section 6.3: the length of the body.
void ResponseReader::end_of_head() {
    const std::string* length = response_.find("Content-Length");
    const std::string* coding = response_.find("Transfer-Encoding");
    if (length && coding)
        return fail("both Content-Length and Transfer-Encoding");
    if (length) {
        const char* end = length->data() + length->size();
        auto [stop, error] = std::from_chars(length->data(), end, response_.content_length);
        if (error != std::errc() || stop != end || (length->size() > 1 && (*length)[0] == '0'))
            return fail("not a Content-Length: " + escape(*length));
    }
    if (coding && *coding != "chunked")
        return fail("not a coding that was asked for: " + escape(*coding));
    int status = response_.status;
    bool bodiless = status < 200 || status == 204 || status == 304;
    if (bodiless && status != 304 && (length || coding))
        return fail("a length in a response that can have no body (RFC 9110 section 8.6)");

    if (bodiless || to_head_) {
        state_ = State::done;
    } else if (coding) {
        response_.framing = Response::Framing::chunked;
        state_ = State::chunk_size;
    } else if (length) {
        response_.framing = Response::Framing::length;
        left_ = response_.content_length;
        state_ = left_ ? State::sized_body : State::done;
    } else {
        response_.framing = Response::Framing::until_close;
        state_ = State::open_body;
    }
}

void ResponseReader::take_chunk_line(std::string_view line) {
    const char* end = line.data() + line.size();
    auto [stop, error] = std::from_chars(line.data(), end, left_, 16);
    if (line.empty() || error != std::errc() || stop != end)
        return fail("not a chunk size: " + escape(line));
    state_ = left_ ? State::chunk_data : State::last_end;
}

void ResponseReader::take_body(std::string_view bytes) {
    response_.body_size += bytes.size();
    if (sink_)
        sink_(bytes);
    else
        response_.body += bytes;
}

void ResponseReader::end_of_input() {
    if (state_ == State::open_body)
        state_ = State::done;
    else if (state_ != State::done)
        fail(started() ? "the connection ended inside a response, after " +
                             std::to_string(response_.body_size) + " bytes of its body"
                       : "the connection ended where a response was due");
}

} // namespace ktcp::test
