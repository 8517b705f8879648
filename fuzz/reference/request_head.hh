// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A request's head, read once more: from the ABNF of RFC 9112 and RFC 9110, line by
// line, with nothing in mind but to be right. It is what the engine's incremental
// parser is compared with, and shares no code with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ktcp::reference {

// Why a head is refused, and with which status.
#define KTCP_REFERENCE_RULES(X)                                                                    \
    X(none, 0)                                                                                     \
    X(lone_lf_ends_no_line, 400)                                                                   \
    X(empty_lines, 400)                                                                            \
    X(head_size_in_request_line, 414)                                                              \
    X(head_size, 431)                                                                              \
    X(request_line_has_three_parts, 400)                                                           \
    X(method_is_token, 400)                                                                        \
    X(target_characters, 400)                                                                      \
    X(version_syntax, 400)                                                                         \
    X(version_major, 505)                                                                          \
    X(target_size, 414)                                                                            \
    X(field_count, 431)                                                                            \
    X(field_has_colon, 400)                                                                        \
    X(field_name_is_token, 400)                                                                    \
    X(field_value_characters, 400)                                                                 \
    X(host_syntax, 400)                                                                            \
    X(host_once, 400)                                                                              \
    X(host_missing, 400)                                                                           \
    X(length_syntax, 400)                                                                          \
    X(length_once, 400)                                                                            \
    X(length_and_coding, 400)                                                                      \
    X(coding_in_1_0, 400)                                                                          \
    X(coding_unknown, 501)

enum class Rule {
#define KTCP_REFERENCE_RULE(rule, status) rule,
    KTCP_REFERENCE_RULES(KTCP_REFERENCE_RULE)
#undef KTCP_REFERENCE_RULE
};
const char* name_of(Rule rule);
int status_of(Rule rule);

struct Limits {
    size_t head;
    size_t target;
    size_t fields;
};

struct Field {
    std::string name;
    std::string value;
};

struct RequestHead {
    enum class Outcome { complete, incomplete, refused };
    enum class Framing { none, length, chunked };

    Outcome outcome = Outcome::incomplete;
    Rule rule = Rule::none; // refused: why
    size_t size = 0;        // complete: bytes up to and with the empty line
    std::string method;     // as soon as the request line is good
    std::string target;
    int minor_version = 0;
    std::vector<Field> fields;
    bool has_host = false;
    std::string host;
    Framing framing = Framing::none;
    uint64_t content_length = 0;
    bool says_close = false;
    bool says_keep_alive = false;
    bool persists = false; // RFC 9112 section 9.3
    bool expects_continue = false;
    bool expects_other = false;
};

RequestHead read_request_head(const std::string& text, const Limits& limits);

// field-line = field-name ":" OWS field-value OWS; trailers are made of them, too.
// None, or the rule that is broken.
Rule read_field_line(std::string_view line, Field& field);

} // namespace ktcp::reference
