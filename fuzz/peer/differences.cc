// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "peer/differences.hh"

#include "reference/characters.hh"

#include <algorithm>

namespace ktcp::peer {
namespace {

using reference::Rule;
using reference::same_word;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (size_t at = 0; at < text.size();) {
        const size_t lf = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, lf - at));
        at = lf + 1;
    }
    return lines;
}

// The values of all fields of that name as they stand behind the colon, up to CR.
std::vector<std::string> raw_values(const std::string& text, std::string_view name) {
    std::vector<std::string> values;
    for (const std::string& line : lines_of(text)) {
        const size_t colon = line.find(':');
        if (colon != line.npos && same_word(line.substr(0, colon), name))
            values.push_back(line.substr(colon + 1, line.rfind('\r') - colon - 1));
    }
    return values;
}

bool has_tab_at_end(const std::string& value) {
    const size_t last = value.find_last_not_of(" \t");
    return last != value.npos && value.find('\t', last) != value.npos;
}

bool any_has_tab_at_end(const Accepted& request, std::string_view name) {
    const auto values = raw_values(request.text, name);
    return std::any_of(values.begin(), values.end(), has_tab_at_end);
}

bool begins_word(std::string_view text, std::string_view word) {
    return text.size() < word.size() && same_word(text, word.substr(0, text.size()));
}

// A list as every client writes it.
bool is_plain_list(const std::string& raw) {
    std::string_view value = raw;
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    if (value.empty())
        return true;
    if (value.find('\t') != value.npos)
        return false;
    for (;;) {
        const size_t comma = value.find(',');
        const std::string_view member = reference::without_ows(value.substr(0, comma));
        if (!reference::is_token(member) ||
            !(reference::is_alpha(member[0]) || reference::is_digit(member[0])))
            return false;
        for (const char* word : {"close", "keep-alive", "upgrade"})
            if (begins_word(member, word))
                return false;
        if (comma == value.npos)
            return true;
        value.remove_prefix(comma + 1);
    }
}

// The line that a reading ends with, without its LF and CR; and what is behind it.
struct Place {
    std::string line;
    std::string rest;
    bool first = true; // it is the first that is not empty: the request line
};

// Finds the line that `rule` refuses by reading ever longer parts of the text.
Place refused_line(Rule rule, const std::string& text, const reference::Limits& limits) {
    Place place;
    for (size_t at = 0; at < text.size();) {
        const size_t lf = std::min(text.find('\n', at), text.size());
        place.line = text.substr(at, lf - at);
        place.rest = text.substr(std::min(lf + 1, text.size()));
        if (reference::read_request_head(text.substr(0, lf + 1), limits).rule == rule)
            break;
        place.first = place.first && (place.line.empty() || place.line == "\r");
        at = lf + 1;
    }
    if (place.line.ends_with('\r'))
        place.line.pop_back();
    return place;
}

bool is_folded(const std::string& line) { return !line.empty() && reference::is_blank(line[0]); }

// Built without its strict checks, http_parser takes any byte for the LF after a CR
// that begins a line, or that follows a colon and blanks.
bool cr_begins(std::string_view text) { return !text.empty() && text[0] == '\r'; }
bool cr_begins_value(const std::string& line) {
    const size_t colon = line.find(':');
    if (colon == line.npos)
        return false;
    const size_t value = line.find_first_not_of(" \t", colon + 1);
    return value != line.npos && line[value] == '\r';
}

// A request line that http_parser reads more generously: CRs before it; several
// spaces for one; none of the version (HTTP/0.9), or any four bytes for "TTP/"; and bytes
// in the target that no URI has.
bool is_loose_request_line(const std::string& line) {
    if (cr_begins(line) || line.find("  ") != line.npos || line.ends_with(' '))
        return true;
    const size_t first = line.find(' ');
    if (first == line.npos)
        return false;
    const size_t second = line.find(' ', first + 1);
    if (second == line.npos)
        return true;
    const std::string target = line.substr(first + 1, second - first - 1);
    if (std::any_of(target.begin(), target.end(),
                    [](char c) { return reference::is_one_of(c, "#\t\f") || (c & 0x80); }))
        return true;
    // The line may even end among the four bytes that it does not look at.
    const std::string version = line.substr(second + 1);
    return version.size() <= 8 && (version[0] == 'H' || version[0] == 'I') &&
           version.substr(1, 4) != "TTP/";
}

// The first byte of a value is not looked at by http_parser.
bool only_first_byte_is_bad(const std::string& line) {
    const size_t colon = line.find(':');
    if (colon == line.npos)
        return false;
    std::string fixed = line;
    const size_t value = line.find_first_not_of(" \t", colon + 1);
    if (value == line.npos)
        return false;
    fixed[value] = 'x';
    reference::Field field;
    return reference::read_field_line(fixed, field) == Rule::none;
}

// A field line that it reads more generously: as the continuation of the one before;
// with spaces in its name; with anything as a value's first byte; or as the end of
// the head.
bool is_loose_field_line(const std::string& line) {
    if (is_folded(line) || cr_begins(line) || cr_begins_value(line) || only_first_byte_is_bad(line))
        return true;
    const std::string name = line.substr(0, line.find(':'));
    return name.size() < line.size() && name.find(' ') != name.npos &&
           reference::all_of(name, [](char c) { return c == ' ' || reference::is_tchar(c); });
}

bool ends_in_chunked(const std::string& text) {
    const auto values = raw_values(text, "Transfer-Encoding");
    return std::any_of(values.begin(), values.end(), [](const std::string& value) {
        const size_t comma = value.rfind(',');
        const std::string_view last =
            std::string_view(value).substr(comma == value.npos ? 0 : comma + 1);
        return same_word(reference::without_ows(last), "chunked");
    });
}

} // namespace

bool method_not_in_table(const Accepted& request) { return !knows_method(request.head.method); }

bool tab_behind_length(const Accepted& request) {
    return any_has_tab_at_end(request, "Content-Length");
}

bool name_begins_with_transfer_encoding(const Accepted& request) {
    const std::string_view real = "Transfer-Encoding";
    return std::any_of(request.head.fields.begin(), request.head.fields.end(),
                       [real](const reference::Field& field) {
                           return field.name.size() > real.size() &&
                                  same_word(field.name.substr(0, real.size()), real);
                       });
}

bool tab_behind_coding(const Accepted& request) {
    return any_has_tab_at_end(request, "Transfer-Encoding");
}

bool connection_is_not_plain(const Accepted& request) {
    const auto values = raw_values(request.text, "Connection");
    return !std::all_of(values.begin(), values.end(), is_plain_list) ||
           !raw_values(request.text, "Proxy-Connection").empty();
}

bool close_and_keep_alive_in_1_0(const Accepted& request) {
    return request.head.minor_version == 0 && request.head.says_close &&
           request.head.says_keep_alive;
}

bool connect_has_no_content(const reference::RequestHead& head) { return head.method == "CONNECT"; }

bool tab_behind_chunk_size(const reference::Content& body) { return body.tab_after_size; }

bool length_in_trailers(const reference::Content& body) {
    return std::any_of(body.trailers.begin(), body.trailers.end(), [](const std::string& line) {
        return same_word(line.substr(0, line.find(':')), "Content-Length");
    });
}

bool is_stricter(const reference::RequestHead& refused, const std::string& text,
                 const reference::Limits& limits) {
    const Place place = refused_line(refused.rule, text, limits);
    switch (refused.rule) {
    // ktcp's own rules, which http_parser does not have.
    case Rule::lone_lf_ends_no_line:
    case Rule::empty_lines:
    case Rule::head_size_in_request_line:
    case Rule::head_size:
    case Rule::version_major:
    case Rule::target_size:
    case Rule::field_count:
    case Rule::host_syntax:
    case Rule::host_once:
    case Rule::host_missing:
    case Rule::coding_in_1_0:
        return true;
    case Rule::request_line_has_three_parts:
    case Rule::method_is_token:
    case Rule::target_characters:
    case Rule::version_syntax:
        return is_loose_request_line(place.line);
    case Rule::field_has_colon:
    case Rule::field_name_is_token:
    case Rule::field_value_characters:
        return is_loose_field_line(place.line);
    case Rule::length_syntax: {
        const std::string value = place.line.substr(place.line.find(':') + 1);
        return reference::without_ows(value).size() > 19 || is_folded(place.rest);
    }
    case Rule::coding_unknown:
        return ends_in_chunked(text) || connect_has_no_content(refused);
    // Both refuse these.
    case Rule::length_once:
    case Rule::length_and_coding:
    case Rule::none:
        return false;
    }
    return false;
}

bool any_byte_after_cr(const std::string& text) {
    const size_t lf = text.rfind('\n');
    const std::string line = text.substr(lf == text.npos ? 0 : lf + 1);
    return line.find('\r') + 1 < line.size();
}

bool is_stricter(const reference::Content& body, const std::string& text) {
    const std::string_view rule = body.rule;
    // Its table of hexadecimal digits has zeroes for all bytes from 0x80 on.
    if (rule == "chunk_size_has_digits" || rule == "chunk_line_ends_in_crlf")
        if (reference::is_obs_text(text[body.refused_at]))
            return true;
    // It takes any byte for the LF after a CR, and any two after a chunk's data.
    if (rule == "chunk_line_ends_in_crlf" || rule == "trailer_ends_in_crlf" ||
        rule == "body_ends_in_crlf")
        return body.refused_at != 0 && text[body.refused_at - 1] == '\r';
    // A trailer may have spaces in its name, or go on in the next line, or be the end by LF.
    if (rule == "trailer_name_is_token")
        return reference::is_one_of(text[body.refused_at], " \t\n");
    return rule == "chunk_data_ends_in_crlf" || rule == "chunk_ext_begins_with_semicolon" ||
           rule == "chunk_ext_characters" || rule == "trailer_characters" ||
           rule == "content_size" || rule == "framing_size";
}

} // namespace ktcp::peer
