// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "reference/request_head.hh"

#include "reference/characters.hh"
#include "reference/policy.hh"
#include "reference/uri.hh"

#include <algorithm>

namespace ktcp::reference {
namespace {

// field-value = *field-content: VCHAR, obs-text, SP and HTAB (RFC 9110 section 5.5)
bool is_field_value(std::string_view text) {
    return all_of(text, [](char c) { return is_vchar(c) || is_obs_text(c) || is_blank(c); });
}

// The characters of a URI without fragment (RFC 3986 section 2), and those that come raw.
bool is_target_character(char c) {
    return is_unreserved(c) || is_sub_delim(c) || is_one_of(c, ":@/?%[]") ||
           is_one_of(c, policy::raw_in_target);
}

// HTTP-version = HTTP-name "/" DIGIT "." DIGIT (RFC 9112 section 2.3)
bool is_http_version(std::string_view text) {
    return text.size() == 8 && text.substr(0, 5) == "HTTP/" && is_digit(text[5]) &&
           text[6] == '.' && is_digit(text[7]);
}

// method = token. It counts although the rest of the line is refused: what answers a
// HEAD has no content (RFC 9110 section 9.3.2).
void read_method(const std::string& line, RequestHead& head) {
    const size_t space = line.find(' ');
    if (space != line.npos && is_token(line.substr(0, space)))
        head.method = line.substr(0, space);
}

// request-line = method SP request-target SP HTTP-version (RFC 9112 section 3)
Rule read_request_line(const std::string& line, const Limits& limits, RequestHead& head) {
    read_method(line, head);
    const size_t first = line.find(' ');
    const size_t last = line.rfind(' ');
    if (first == line.npos || first == last)
        return Rule::request_line_has_three_parts;
    const std::string target = line.substr(first + 1, last - first - 1);
    const std::string version = line.substr(last + 1);
    if (head.method.empty())
        return Rule::method_is_token;
    if (target.empty() || !all_of(target, is_target_character))
        return Rule::target_characters;
    if (!is_http_version(version))
        return Rule::version_syntax;
    if (version[5] != '1')
        return Rule::version_major;
    if (target.size() > limits.target)
        return Rule::target_size;
    head.target = target;
    head.minor_version = version[7] - '0';
    return Rule::none;
}

const Field* find(const RequestHead& head, std::string_view name) {
    for (const Field& field : head.fields)
        if (same_word(field.name, name))
            return &field;
    return nullptr;
}

// Content-Length = 1*DIGIT (RFC 9110 section 8.6)
bool read_content_length(const std::string& value, uint64_t& length) {
    if (value.empty() || value.size() > policy::length_digits || !all_of(value, is_digit))
        return false;
    length = std::stoull(value);
    return true;
}

// Connection = #connection-option (RFC 9110 sections 5.6.1 and 7.6.1)
void read_connection(std::string_view value, RequestHead& head) {
    for (;;) {
        const size_t comma = value.find(',');
        const std::string_view option = without_ows(value.substr(0, comma));
        head.says_close |= same_word(option, "close");
        head.says_keep_alive |= same_word(option, "keep-alive");
        if (comma == value.npos)
            return;
        value.remove_prefix(comma + 1);
    }
}

// What one more field says. `head.fields` has those before it.
Rule read_field(const Field& field, RequestHead& head) {
    const Field* const before = find(head, field.name);
    if (same_word(field.name, "Host")) {
        if (!is_host_field(field.value))
            return Rule::host_syntax;
        if (before)
            return Rule::host_once; // RFC 9112 section 3.2
        head.has_host = true;
        head.host = field.value;
    } else if (same_word(field.name, "Content-Length")) {
        if (before)
            return Rule::length_once;
        if (!read_content_length(field.value, head.content_length))
            return Rule::length_syntax;
    } else if (same_word(field.name, "Connection")) {
        read_connection(field.value, head);
    } else if (same_word(field.name, "Expect")) {
        (same_word(field.value, "100-continue") ? head.expects_continue : head.expects_other) =
            true;
    }
    return Rule::none;
}

// Message body length, RFC 9112 section 6.3; Host, section 3.2; persistence, section 9.3.
Rule read_whole(RequestHead& head) {
    if (head.minor_version >= 1 && !head.has_host)
        return Rule::host_missing;
    const bool length = find(head, "Content-Length") != nullptr;
    size_t codings = 0;
    bool chunked = true;
    for (const Field& field : head.fields)
        if (same_word(field.name, "Transfer-Encoding")) {
            codings++;
            chunked = chunked && same_word(field.value, "chunked");
        }
    if (codings != 0 && length)
        return Rule::length_and_coding;
    if (codings != 0 && head.minor_version == 0)
        return Rule::coding_in_1_0;
    if (codings > 1 || (codings == 1 && !chunked))
        return Rule::coding_unknown;
    head.framing = codings  ? RequestHead::Framing::chunked
                   : length ? RequestHead::Framing::length
                            : RequestHead::Framing::none;
    head.persists = !head.says_close && (head.minor_version >= 1 || head.says_keep_alive);
    return Rule::none;
}

RequestHead refused(RequestHead head, Rule rule) {
    head.outcome = RequestHead::Outcome::refused;
    head.rule = rule;
    return head;
}

} // namespace

const char* name_of(Rule rule) {
    static constexpr const char* names[] = {
#define KTCP_REFERENCE_RULE(rule, status) #rule,
        KTCP_REFERENCE_RULES(KTCP_REFERENCE_RULE)
#undef KTCP_REFERENCE_RULE
    };
    return names[static_cast<int>(rule)];
}

int status_of(Rule rule) {
    static constexpr int statuses[] = {
#define KTCP_REFERENCE_RULE(rule, status) status,
        KTCP_REFERENCE_RULES(KTCP_REFERENCE_RULE)
#undef KTCP_REFERENCE_RULE
    };
    return statuses[static_cast<int>(rule)];
}

Rule read_field_line(std::string_view line, Field& field) {
    const size_t colon = line.find(':');
    if (colon == line.npos)
        return Rule::field_has_colon;
    field.name = line.substr(0, colon);
    field.value = without_ows(line.substr(colon + 1));
    // Neither obs-fold (RFC 9112 section 5.2) nor a blank before the colon (5.1) is in a token.
    if (!is_token(field.name))
        return Rule::field_name_is_token;
    return is_field_value(field.value) ? Rule::none : Rule::field_value_characters;
}

// HTTP-message = start-line CRLF *( field-line CRLF ) CRLF (RFC 9112 section 2.1). The
// first line with a fault decides, and a line has its faults in the order in which they
// are looked for here.
RequestHead read_request_head(const std::string& text, const Limits& limits) {
    RequestHead head;
    bool has_request_line = false;
    size_t empty_lines = 0;
    for (size_t at = 0;;) {
        const size_t lf = text.find('\n', at);
        if (std::min(lf, text.size()) >= limits.head) {
            if (has_request_line)
                return refused(head, Rule::head_size);
            read_method(text.substr(at), head);
            return refused(head, Rule::head_size_in_request_line);
        }
        if (lf == text.npos)
            return head;
        std::string line = text.substr(at, lf - at);
        at = lf + 1;
        if (!line.ends_with('\r')) {
            if (!has_request_line)
                read_method(line, head);
            return refused(head, Rule::lone_lf_ends_no_line);
        }
        line.pop_back();

        Rule rule = Rule::none;
        if (!has_request_line && line.empty()) {
            if (++empty_lines > policy::empty_lines)
                rule = Rule::empty_lines;
        } else if (!has_request_line) {
            rule = read_request_line(line, limits, head);
            has_request_line = true;
        } else if (line.empty()) {
            rule = read_whole(head);
            if (rule == Rule::none) {
                head.outcome = RequestHead::Outcome::complete;
                head.size = at;
                return head;
            }
        } else if (head.fields.size() == limits.fields) {
            rule = Rule::field_count;
        } else {
            Field field;
            rule = read_field_line(line, field);
            if (rule == Rule::none)
                rule = read_field(field, head);
            head.fields.push_back(field);
        }
        if (rule != Rule::none)
            return refused(head, rule);
    }
}

} // namespace ktcp::reference
