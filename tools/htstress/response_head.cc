// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "response_head.hh"

#include <charconv>
#include <cstring>
#include <optional>

namespace htstress {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

// The list element before the first comma; `list` keeps the rest (RFC 9110 section 5.6.1).
std::string_view next_element(std::string_view& list) {
    const std::size_t comma = list.find(',');
    const std::string_view element = trimmed(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    return element;
}

// HTTP-version SP 3DIGIT SP [reason] (RFC 9112 section 4). Some servers leave out the last space.
const char* parse_status_line(std::string_view line, unsigned& minor, unsigned& status) {
    if (line.size() < 12 || !line.starts_with("HTTP/1."))
        return "no HTTP/1.x status line";
    if (line[7] != '0' && line[7] != '1')
        return "unknown HTTP version";
    minor = static_cast<unsigned>(line[7] - '0');
    if (line[8] != ' ' || (line.size() > 12 && line[12] != ' '))
        return "malformed status line";
    const auto [end, error] = std::from_chars(line.data() + 9, line.data() + 12, status);
    if (error != std::errc{} || end != line.data() + 12 || status < 100)
        return "malformed status code";
    return nullptr;
}

struct Fields {
    std::optional<std::uint64_t> length;
    bool transfer_coding = false;
    bool chunked_last = false;
    bool close = false;
    bool keep_alive = false;
};

// A list of equal lengths is one length, different ones make the framing ambiguous
// (RFC 9112 section 6.3, item 5).
const char* read_length(std::string_view value, Fields& fields) {
    while (!value.empty()) {
        const std::string_view digits = next_element(value);
        std::uint64_t length = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), length);
        if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size())
            return "malformed Content-Length";
        if (fields.length && *fields.length != length)
            return "conflicting Content-Length";
        fields.length = length;
    }
    return fields.length ? nullptr : "malformed Content-Length";
}

const char* read_field(std::string_view line, Fields& fields) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0)
        return "header field without a name";
    const std::string_view name = line.substr(0, colon);
    if (name.find_first_of(" \t") != std::string_view::npos)
        return "space in a header field's name";
    std::string_view value = trimmed(line.substr(colon + 1));

    if (equal_ignoring_case(name, "content-length"))
        return read_length(value, fields);
    if (equal_ignoring_case(name, "transfer-encoding")) {
        while (!value.empty()) {
            const bool chunked = equal_ignoring_case(next_element(value), "chunked");
            // Once, and last (RFC 9112 section 6.1).
            if (fields.chunked_last)
                return "transfer coding after chunked";
            fields.transfer_coding = true;
            fields.chunked_last = chunked;
        }
    } else if (equal_ignoring_case(name, "connection")) {
        while (!value.empty()) {
            const std::string_view option = next_element(value);
            fields.close |= equal_ignoring_case(option, "close");
            fields.keep_alive |= equal_ignoring_case(option, "keep-alive");
        }
    }
    return nullptr;
}

} // namespace

const char* parse_head(std::string_view text, ResponseHead& head) {
    unsigned minor = 0;
    Fields fields;
    bool first = true;
    for (;;) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos)
            return "response head without an end";
        if (end == 0 || text[end - 1] != '\r')
            return "line that ends without CR";
        const std::string_view line = text.substr(0, end - 1);
        text.remove_prefix(end + 1);
        if (line.empty())
            break;
        const char* fault =
            first ? parse_status_line(line, minor, head.status) : read_field(line, fields);
        if (fault)
            return fault;
        first = false;
    }
    if (first)
        return "no HTTP/1.x status line";
    if (!text.empty())
        return "bytes after the response head";

    if (head.status < 200 || head.status == 204 || head.status == 304) {
        head.body = BodyKind::none;
    } else if (fields.transfer_coding) {
        if (fields.length)
            return "both Transfer-Encoding and Content-Length";
        head.body = fields.chunked_last ? BodyKind::chunked : BodyKind::until_close;
    } else if (fields.length) {
        head.body = BodyKind::length;
        head.length = *fields.length;
    } else {
        head.body = BodyKind::until_close;
    }
    // A transfer coding in HTTP/1.0 leaves the framing in doubt (RFC 9112 section 6.1).
    head.stays_open =
        !fields.close && (minor == 1 || (fields.keep_alive && !fields.transfer_coding));
    head.persistent = head.stays_open && head.body != BodyKind::until_close;
    return nullptr;
}

// The last one is tried first, then those that followed it when they were new.
std::size_t HeadMemo::match(std::string_view data) {
    for (std::size_t i = 0; i < known_.size(); ++i) {
        const std::size_t at = (at_ + i) % known_.size();
        const std::string& text = known_[at].text;
        if (!text.empty() && data.size() >= text.size() &&
            std::memcmp(data.data(), text.data(), text.size()) == 0) {
            at_ = at;
            return text.size();
        }
    }
    return 0;
}

void HeadMemo::remember(std::string_view text, const ResponseHead& head) {
    at_ = oldest_;
    known_[at_].text.assign(text);
    known_[at_].head = head;
    oldest_ = (oldest_ + 1) % known_.size();
}

} // namespace htstress
